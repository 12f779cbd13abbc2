import { any, equals, not } from '../../ir/predicate.ts';
import { CT_STATE } from '../../packet/field.ts';
import { someOf } from '../codec/name.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';

const STATES = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'] as const;

export const state = defineMatch({
  name: 'state',
  summary: 'the state that connection tracking gives the packet',
  source: 'net/netfilter/xt_state.c (state_mt), since 3.7 an alias of conntrack',
  options: { state: invertible(someOf('state', STATES, 'prefix'), { required: true }) },
  matches: ({ state: given }, { ctState }) => given.value.some((name) => CT_STATE[name] === ctState) !== given.inverted,
  lower({ state: given }) {
    const states = any(...given.value.map((name) => equals('ctState', CT_STATE[name])));
    return given.inverted ? not(states) : states;
  },
  examples: [
    { rule: '-m state --state RELATED,ESTABLISHED' },
    { rule: '-m state ! --state INVALID' },
    { rule: '-m state --state new', saved: '-m state --state NEW' },
    { rule: '-m state --state DNAT', refused: true },
    { rule: '-m state', refused: true },
  ],
});

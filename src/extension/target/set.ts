import { flag } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { setName } from '../codec/setname.ts';
import type { Effect, RuleContext } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';

const MAPPED = '-j SET --map-mark: the mark that the entry of a set holds is not modelled';

/** What a set holds from then on is not asked of it: a set that a rule changes is an unknown wherever it is matched. */
function effect({ 'map-mark': mark }: { readonly 'map-mark'?: Given<true> }, context: RuleContext): Effect<never> {
  if (mark === undefined) return { kind: 'continue' };
  return {
    kind: 'continue',
    forgotten: [{ field: 'mark', ranges: [[0, 0xffffffff]], unknown: context.unknown(MAPPED) }],
  };
}

export const setTarget = defineTarget({
  name: 'SET',
  summary: "adds the packet's addresses to an ipset, takes them out, or copies what the set's entry holds",
  source: 'net/netfilter/xt_set.c (set_target_v3)',
  partly: [MAPPED],
  options: {
    'add-set': option(setName),
    exist: option(flag),
    timeout: option(integer(0, 0xffffffff, 'SECONDS')),
    'del-set': option(setName),
    'map-set': option(setName),
    'map-mark': option(flag),
    'map-prio': option(flag),
    'map-queue': option(flag),
  },
  check(given, { table, hooks }) {
    const { 'add-set': add, 'del-set': del, 'map-set': map, timeout, exist } = given;
    if ((add ?? del ?? map) === undefined) return 'it needs `--add-set`, `--del-set` or `--map-set`';
    if (add === undefined && (timeout ?? exist) !== undefined) return '`--timeout` and `--exist` belong to `--add-set`';
    const maps = given['map-mark'] ?? given['map-prio'] ?? given['map-queue'];
    if ((map === undefined) !== (maps === undefined))
      return '`--map-set` needs what it is to map, and nothing else does';
    if (map !== undefined && table !== 'mangle') return '`--map-set` may stand in table mangle only';
    const early = hooks.some((hook) => hook === 'PREROUTING' || hook === 'INPUT');
    return (given['map-prio'] ?? given['map-queue']) !== undefined && early ? 'it is too early to map that' : undefined;
  },
  apply: (given, _packet, context) => effect(given, context),
  lower: effect,
  examples: [
    { rule: '-j SET --add-set foo src,dst --exist --timeout 5' },
    { rule: '-j SET --add-set foo src --del-set bar dst' },
    { rule: '-j SET --map-set foo src --map-mark' },
    { rule: '-j SET --del-set foo src --timeout 5', refused: true },
    { rule: '-j SET --map-set foo src', refused: true },
    { rule: '-j SET', refused: true },
  ],
});

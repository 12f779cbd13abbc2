import { not, unknownBit } from '../../ir/predicate.ts';
import { flag } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { setName } from '../codec/setname.ts';
import type { RuleContext } from '../definition.ts';
import { defineMatch } from '../extension.ts';
import { DOUBTS, doubtOf } from '../ipset/dimension.ts';
import { lowerSet } from '../ipset/lower.ts';
import { testSet } from '../ipset/test.ts';
import { type GivenOptions, invertible, option } from '../option.ts';

const COUNTERS = ['packets-eq', 'packets-lt', 'packets-gt', 'bytes-eq', 'bytes-lt', 'bytes-gt'] as const;
const COUNTED = '-m set: the counters of an entry change with every packet';
const counter = integer(0, Number.MAX_SAFE_INTEGER, 'COUNT');

/** Why the answer can't be told, if it can't: the same for every packet that is asked here. */
const doubt = (given: GivenOptions, name: string, context: RuleContext): string | undefined =>
  COUNTERS.some((counter) => given[counter] !== undefined) ? COUNTED : doubtOf(name, context);

export const set = defineMatch({
  name: 'set',
  summary: 'whether an ipset holds the packet',
  source: 'net/netfilter/xt_set.c (set_match_v4), net/netfilter/ipset/ip_set_core.c (ip_set_test)',
  partly: [COUNTED, ...DOUBTS],
  options: {
    'match-set': invertible(setName, { required: true, aliases: ['set'] }),
    'return-nomatch': option(flag),
    'update-counters': invertible(flag),
    'update-subcounters': invertible(flag),
    'packets-eq': invertible(counter, { excludes: ['packets-lt', 'packets-gt'] }),
    'packets-lt': option(counter, { excludes: ['packets-gt'] }),
    'packets-gt': option(counter),
    'bytes-eq': invertible(counter, { excludes: ['bytes-lt', 'bytes-gt'] }),
    'bytes-lt': option(counter, { excludes: ['bytes-gt'] }),
    'bytes-gt': option(counter),
  },
  matches(given, packet, context) {
    const asked = given['match-set'];
    const { name, directions } = asked.value;
    const why = doubt(given, name, context);
    if (why !== undefined) return context.unknown(why);
    const question = { directions, returnNomatch: given['return-nomatch'] !== undefined };
    return testSet(name, question, packet, context) !== asked.inverted;
  },
  lower(given, context) {
    const asked = given['match-set'];
    const { name, directions } = asked.value;
    const why = doubt(given, name, context);
    if (why !== undefined) return unknownBit(context.unknown(why));
    const held = lowerSet(name, { directions, returnNomatch: given['return-nomatch'] !== undefined }, context);
    return asked.inverted ? not(held) : held;
  },
  examples: [
    { rule: '-m set --match-set addresses src' },
    { rule: '-m set ! --match-set services src,dst --return-nomatch' },
    { rule: '-m set --set addresses src', saved: '-m set --match-set addresses src' },
    { rule: '-m set --match-set addresses src ! --update-counters --packets-gt 4 ! --bytes-eq 7' },
    { rule: '-m set --match-set addresses', refused: true },
    { rule: '-m set --match-set addresses SRC', refused: true },
    { rule: '-m set', refused: true },
  ],
});

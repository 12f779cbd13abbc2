import { integer } from '../codec/number.ts';
import type { Effect, RuleContext } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';

// the kernel stops at 0 and 255, which no sum modulo 256 says
const SATURATES = '-j TTL --ttl-inc, --ttl-dec: a time to live that is counted up or down is not modelled';

const unknown = ({ unknown: name }: RuleContext): Effect<never> => ({ kind: 'unknown', unknown: name(SATURATES) });
const needs = (given: Readonly<Record<string, Given | undefined>>): string | undefined =>
  Object.keys(given).length === 0 ? 'it needs `--ttl-set`, `--ttl-dec` or `--ttl-inc`' : undefined;

export const ttlTarget = defineTarget({
  name: 'TTL',
  summary: 'sets the time to live of the packet',
  source: 'net/netfilter/xt_HL.c (ttl_tg)',
  families: [4],
  tables: ['mangle'],
  options: {
    'ttl-set': option(integer(0, 255, 'TTL'), { excludes: ['ttl-dec', 'ttl-inc'] }),
    'ttl-dec': option(integer(1, 255, 'N'), { excludes: ['ttl-inc'] }),
    'ttl-inc': option(integer(1, 255, 'N')),
  },
  check: needs,
  apply: ({ 'ttl-set': set }, _packet, context) =>
    set === undefined ? unknown(context) : { kind: 'continue', fields: [{ field: 'ttl', value: set.value }] },
  lower: ({ 'ttl-set': set }, context) =>
    set === undefined
      ? unknown(context)
      : { kind: 'continue', fields: [{ field: 'ttl', value: { kind: 'constant', value: set.value } }] },
  examples: [
    { rule: '-j TTL --ttl-set 42' },
    { rule: '-j TTL --ttl-inc 1' },
    { rule: '-j TTL --ttl-dec 0', refused: true },
    { rule: '-j TTL --ttl-dec 1 --ttl-inc 1', refused: true },
    { rule: '-j TTL', refused: true },
  ],
});

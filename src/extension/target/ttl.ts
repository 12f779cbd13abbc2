import { inRanges } from '../../ir/predicate.ts';
import type { Value } from '../../ir/program.ts';
import { between } from '../../packet/ranges.ts';
import { integer } from '../codec/number.ts';
import type { Change } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';

const LAST = 255;

const needs = (given: Readonly<Record<string, Given | undefined>>): string | undefined =>
  Object.keys(given).length === 0 ? 'it needs `--ttl-set`, `--ttl-dec` or `--ttl-inc`' : undefined;

/** What is asked of a hop count: to be something, or something less or more. */
export interface Counting {
  readonly set?: Given<number> | undefined;
  readonly down?: Given<number> | undefined;
  readonly up?: Given<number> | undefined;
}

/** ttl_tg, hl_tg6: the kernel counts in an int and stops at 0 and at 255. */
export function counted({ set, down, up }: Counting, ttl: number): number {
  if (set !== undefined) return set.value;
  return Math.max(0, Math.min(LAST, ttl + (up?.value ?? 0) - (down?.value ?? 0)));
}

const constant = (value: number): Value => ({ kind: 'constant', value });
const write = (value: Value) => [{ field: 'ttl', value }] as const;

/** Where the sum fits, and what it is elsewhere. */
export function sum({ set, down, up }: Counting): Change<Value> {
  if (set !== undefined) return { fields: write(constant(set.value)) };
  const by = (up?.value ?? 0) - (down?.value ?? 0);
  return {
    when: inRanges('ttl', by < 0 ? between(-by, LAST) : between(0, LAST - by)),
    fields: write({ kind: 'plus', slot: 'ttl', by }),
    otherwise: write(constant(by < 0 ? 0 : LAST)),
  };
}

type Said = { readonly [Name in 'ttl-set' | 'ttl-dec' | 'ttl-inc']?: Given<number> };
const counting = ({ 'ttl-set': set, 'ttl-dec': down, 'ttl-inc': up }: Said): Counting => ({ set, down, up });

export const ttlTarget = defineTarget({
  name: 'TTL',
  summary: 'sets the time to live of the packet, or counts it up or down',
  source: 'net/netfilter/xt_HL.c (ttl_tg)',
  families: [4],
  tables: ['mangle'],
  options: {
    'ttl-set': option(integer(0, LAST, 'TTL'), { excludes: ['ttl-dec', 'ttl-inc'] }),
    'ttl-dec': option(integer(1, LAST, 'N'), { excludes: ['ttl-inc'] }),
    'ttl-inc': option(integer(1, LAST, 'N')),
  },
  check: needs,
  apply: (given, packet) => ({
    kind: 'continue',
    fields: [{ field: 'ttl', value: counted(counting(given), packet.ttl) }],
  }),
  lower: (given) => ({ kind: 'continue', ...sum(counting(given)) }),
  examples: [
    { rule: '-j TTL --ttl-set 42' },
    { rule: '-j TTL --ttl-inc 1' },
    { rule: '-j TTL --ttl-dec 255' },
    { rule: '-j TTL --ttl-dec 0', refused: true },
    { rule: '-j TTL --ttl-dec 1 --ttl-inc 1', refused: true },
    { rule: '-j TTL', refused: true },
  ],
});

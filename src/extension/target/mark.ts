import type { Value } from '../../ir/program.ts';
import { hexInteger, type Masked, markAndMask } from '../codec/number.ts';
import type { Effect } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';

const ALL = 0xffffffff;
const u32 = (bits: number): number => bits >>> 0;
/** What a rule without a mark sets; it is refused. */
const NOTHING: Given<Masked> = { value: { value: 0, mask: 0 }, inverted: false };
const stands = (value: number, mask: number) => ({ 'set-xmark': { value: { value, mask }, inverted: false } });

// libxt_MARK.c, mark_tg_parse: all five forms are one value and one mask
const FORMS = ['set-mark', 'and-mark', 'or-mark', 'xor-mark'];
const masked = markAndMask('printed');

export const MARK_FORMS = {
  'set-xmark': option(masked, { excludes: FORMS }),
  'set-mark': option(markAndMask(), {
    means: ({ value: { value, mask } }: Given<Masked>) => stands(value, u32(value | mask)),
  }),
  'and-mark': option(hexInteger(), { means: ({ value }: Given<number>) => stands(0, u32(~value)) }),
  'or-mark': option(hexInteger(), { means: ({ value }: Given<number>) => stands(value, value) }),
  'xor-mark': option(hexInteger(), { means: ({ value }: Given<number>) => stands(value, 0) }),
};

export const markTarget = defineTarget({
  name: 'MARK',
  summary: 'sets bits of the mark of the packet',
  source: 'net/netfilter/xt_mark.c (mark_tg)',
  options: MARK_FORMS,
  check: ({ 'set-xmark': given }) => (given === undefined ? 'it needs a mark to set' : undefined),
  apply({ 'set-xmark': given = NOTHING }, packet): Effect<number> {
    const { value, mask } = given.value;
    return { kind: 'continue', fields: [{ field: 'mark', value: u32((packet.mark & ~mask) ^ value) }] };
  },
  lower({ 'set-xmark': given = NOTHING }): Effect<Value> {
    const { value, mask } = given.value;
    const kept = { slot: 'mark', mask: ALL - mask } as const;
    return { kind: 'continue', fields: [{ field: 'mark', value: { kind: 'bits', terms: [kept], xor: value } }] };
  },
  examples: [
    { rule: '-j MARK --set-xmark 0x5/0x3' },
    { rule: '-j MARK --set-mark 5', saved: '-j MARK --set-xmark 0x5/0xffffffff' },
    { rule: '-j MARK --set-mark 5/3', saved: '-j MARK --set-xmark 0x5/0x7' },
    { rule: '-j MARK --and-mark 5', saved: '-j MARK --set-xmark 0x0/0xfffffffa' },
    { rule: '-j MARK --or-mark 5', saved: '-j MARK --set-xmark 0x5/0x5' },
    { rule: '-j MARK --xor-mark 5', saved: '-j MARK --set-xmark 0x5/0x0' },
    { rule: '-j MARK --set-mark 5 --or-mark 4', refused: true },
    { rule: '-j MARK', refused: true },
  ],
});

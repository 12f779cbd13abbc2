import { integer } from '../codec/number.ts';
import { type Tos, tosAndMask } from '../codec/tos.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';

const stands = (value: number, mask: number) => ({ 'set-tos': { value: { value, mask }, inverted: false } });
const byte = integer(0, 255, 'BITS');
/** What a rule without a value sets; it is refused. */
const NOTHING: Given<Tos> = { value: { value: 0, mask: 0 }, inverted: false };

export const tosTarget = defineTarget({
  name: 'TOS',
  summary: 'sets bits of the TOS byte',
  source: 'net/netfilter/xt_DSCP.c (tos_tg)',
  tables: ['mangle'],
  options: {
    'set-tos': option(tosAndMask),
    'and-tos': option(byte, { means: ({ value }: Given<number>) => stands(0, 255 - value) }),
    'or-tos': option(byte, { means: ({ value }: Given<number>) => stands(value, value) }),
    'xor-tos': option(byte, { means: ({ value }: Given<number>) => stands(value, 0) }),
  },
  check: ({ 'set-tos': given }) => (given === undefined ? 'it needs something to set' : undefined),
  apply({ 'set-tos': given = NOTHING }, packet) {
    const { value, mask } = given.value;
    return { kind: 'continue', fields: [{ field: 'tos', value: (packet.tos & ~mask) ^ value }] };
  },
  lower({ 'set-tos': given = NOTHING }) {
    const { value, mask } = given.value;
    const kept = { slot: 'tos', mask: 255 - mask } as const;
    return { kind: 'continue', fields: [{ field: 'tos', value: { kind: 'bits', terms: [kept], xor: value } }] };
  },
  examples: [
    { rule: '-j TOS --set-tos 0x1f/0x1f' },
    { rule: '-j TOS --set-tos Minimize-Delay', saved: '-j TOS --set-tos 0x10/0x3f' },
    { rule: '-j TOS --and-tos 0x12', saved: '-j TOS --set-tos 0x00/0xed' },
    { rule: '-j TOS --or-tos 0x12', saved: '-j TOS --set-tos 0x12/0x12' },
    { rule: '-j TOS --xor-tos 0x12', saved: '-j TOS --set-tos 0x12/0x00' },
    { rule: '-j TOS', refused: true },
  ],
});

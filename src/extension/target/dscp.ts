import { dscp as code, dscpClass } from '../codec/tos.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';

const ECN = 3;
/** What a rule without a value sets; it is refused. */
const NOTHING: Given<number> = { value: 0, inverted: false };

export const dscpTarget = defineTarget({
  name: 'DSCP',
  summary: 'sets the upper six bits of the TOS byte',
  source: 'net/netfilter/xt_DSCP.c (dscp_tg)',
  tables: ['mangle'],
  options: {
    'set-dscp': option(code, { excludes: ['set-dscp-class'] }),
    'set-dscp-class': option(dscpClass, { means: (given: Given<number>) => ({ 'set-dscp': given }) }),
  },
  check: ({ 'set-dscp': given }) => (given === undefined ? 'it needs `--set-dscp` or `--set-dscp-class`' : undefined),
  apply: ({ 'set-dscp': given = NOTHING }, packet) => ({
    kind: 'continue',
    fields: [{ field: 'tos', value: (packet.tos & ECN) | (given.value << 2) }],
  }),
  lower: ({ 'set-dscp': given = NOTHING }) => ({
    kind: 'continue',
    fields: [{ field: 'tos', value: { kind: 'bits', terms: [{ slot: 'tos', mask: ECN }], xor: given.value * 4 } }],
  }),
  examples: [
    { rule: '-j DSCP --set-dscp 0x3f' },
    { rule: '-j DSCP --set-dscp-class EF', saved: '-j DSCP --set-dscp 0x2e' },
    { rule: '-j DSCP --set-dscp 0x40', refused: true },
    { rule: '-j DSCP --set-dscp 0x3f --set-dscp-class CS0', refused: true },
    { rule: '-j DSCP', refused: true },
  ],
});

import { FALSE, masked, not } from '../../ir/predicate.ts';
import { only } from '../../packet/ranges.ts';
import { dscp as code, dscpClass } from '../codec/tos.ts';
import { defineMatch } from '../extension.ts';
import { type Given, invertible } from '../option.ts';

export const dscp = defineMatch({
  name: 'dscp',
  summary: 'the upper six bits of the TOS byte',
  source: 'net/netfilter/xt_dscp.c (dscp_mt)',
  options: {
    dscp: invertible(code, { required: true, excludes: ['dscp-class'] }),
    'dscp-class': invertible(dscpClass, { means: (given: Given<number>) => ({ dscp: given }) }),
  },
  matches: ({ dscp: given }, packet) => given !== undefined && (packet.tos >> 2 === given.value) !== given.inverted,
  lower({ dscp: given }) {
    if (given === undefined) return FALSE;
    const set = masked('tos', 0xfc, only(given.value * 4));
    return given.inverted ? not(set) : set;
  },
  examples: [
    { rule: '-m dscp --dscp 0x2e' },
    { rule: '-m dscp ! --dscp 0x00' },
    { rule: '-m dscp --dscp-class AF11', saved: '-m dscp --dscp 0x0a' },
    { rule: '-m dscp --dscp 64', refused: true },
    { rule: '-m dscp --dscp 1 --dscp-class CS0', refused: true },
    { rule: '-m dscp', refused: true },
  ],
});

import type { Value } from '../../ir/program.ts';
import { PROTOCOL, TCP_FLAG } from '../../packet/field.ts';
import { flag } from '../codec/name.ts';
import { defineTarget } from '../extension.ts';
import { option } from '../option.ts';

const KEPT = 0xff - TCP_FLAG.ECE - TCP_FLAG.CWR;
const cleared: Value = { kind: 'bits', terms: [{ slot: 'tcpFlags', mask: KEPT }], xor: 0 };

export const ecnTarget = defineTarget({
  name: 'ECN',
  summary: 'clears congestion notification in the TCP header',
  source: 'net/ipv4/netfilter/ipt_ECN.c (ecn_tg)',
  families: [4],
  tables: ['mangle'],
  protocols: [PROTOCOL.TCP],
  options: { 'ecn-tcp-remove': option(flag, { required: true }) },
  // on a later fragment it writes into the payload: the flags are not there to be read
  apply: (_given, packet) => ({ kind: 'continue', fields: [{ field: 'tcpFlags', value: packet.tcpFlags & KEPT }] }),
  lower: () => ({ kind: 'continue', fields: [{ field: 'tcpFlags', value: cleared }] }),
  examples: [
    { rule: '-p tcp -j ECN --ecn-tcp-remove' },
    { rule: '-p tcp -j ECN', refused: true },
    { rule: '-j ECN --ecn-tcp-remove', refused: true },
  ],
});

import type { Value } from '../../ir/program.ts';
import { PROTOCOL, TCP_FLAG } from '../../packet/field.ts';
import { flag } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';

type Bit = Given<number> | undefined;
const CLEAR: Given<number> = { value: 0, inverted: false };
/** CE and the two ECT code points, in the lowest bits of tos (IPT_ECN_IP_MASK). */
const ECT = 3;
const REMOVE: Given<true> = { value: true, inverted: false };
const bit = option(integer(0, 1, '0|1'));

/** The flags that are given, and those of them that are set. */
function flagsOf(ece: Bit, cwr: Bit): { readonly given: number; readonly set: number } {
  const given = (ece === undefined ? 0 : TCP_FLAG.ECE) + (cwr === undefined ? 0 : TCP_FLAG.CWR);
  return { given, set: (ece?.value ?? 0) * TCP_FLAG.ECE + (cwr?.value ?? 0) * TCP_FLAG.CWR };
}

const written = (slot: 'tos' | 'tcpFlags', given: number, set: number): Value => ({
  kind: 'bits',
  terms: [{ slot, mask: 0xff - given }],
  xor: set,
});

export const ecnTarget = defineTarget({
  name: 'ECN',
  summary: 'sets or clears congestion notification in the headers of TCP and IPv4',
  source: 'net/ipv4/netfilter/ipt_ECN.c (ecn_tg)',
  families: [4],
  tables: ['mangle'],
  options: {
    'ecn-tcp-remove': option(flag),
    'ecn-tcp-ece': bit,
    'ecn-tcp-cwr': bit,
    'ecn-ip-ect': option(integer(0, 3, 'N')),
  },
  complete({ 'ecn-tcp-remove': remove, ...given }) {
    const { 'ecn-tcp-ece': ece, 'ecn-tcp-cwr': cwr, 'ecn-ip-ect': ect } = given;
    const all = remove === undefined ? given : { ...given, 'ecn-tcp-ece': ece ?? CLEAR, 'ecn-tcp-cwr': cwr ?? CLEAR };
    const clears = all['ecn-tcp-ece']?.value === 0 && all['ecn-tcp-cwr']?.value === 0;
    return clears && ect === undefined ? { 'ecn-tcp-remove': REMOVE } : all;
  },
  check({ 'ecn-tcp-remove': remove, 'ecn-tcp-ece': ece, 'ecn-tcp-cwr': cwr, 'ecn-ip-ect': ect }, { protocol }) {
    const ofTcp = remove ?? ece ?? cwr;
    if ((ofTcp ?? ect) === undefined) return 'it needs an operation';
    return ofTcp !== undefined && protocol !== PROTOCOL.TCP ? 'flags of TCP need `-p tcp`' : undefined;
  },
  // on a later fragment it writes into the payload: the flags are not there to be read
  apply({ 'ecn-tcp-remove': remove, 'ecn-tcp-ece': ece, 'ecn-tcp-cwr': cwr, 'ecn-ip-ect': ect }, packet) {
    const { given, set } = remove === undefined ? flagsOf(ece, cwr) : flagsOf(CLEAR, CLEAR);
    const fields: { field: 'tcpFlags' | 'tos'; value: number }[] = [];
    if (given !== 0) fields.push({ field: 'tcpFlags', value: (packet.tcpFlags & ~given) | set });
    if (ect !== undefined) fields.push({ field: 'tos', value: (packet.tos & ~ECT) | ect.value });
    return { kind: 'continue', fields };
  },
  lower({ 'ecn-tcp-remove': remove, 'ecn-tcp-ece': ece, 'ecn-tcp-cwr': cwr, 'ecn-ip-ect': ect }) {
    const { given, set } = remove === undefined ? flagsOf(ece, cwr) : flagsOf(CLEAR, CLEAR);
    return {
      kind: 'continue',
      fields: [
        ...(given === 0 ? [] : [{ field: 'tcpFlags', value: written('tcpFlags', given, set) } as const]),
        ...(ect === undefined ? [] : [{ field: 'tos', value: written('tos', ECT, ect.value) } as const]),
      ],
    };
  },
  examples: [
    { rule: '-p tcp -j ECN --ecn-tcp-remove' },
    { rule: '-p udp -j ECN --ecn-ip-ect 2' },
    { rule: '-p tcp -j ECN --ecn-tcp-cwr 1 --ecn-tcp-ece 1', saved: '-p tcp -j ECN --ecn-tcp-ece 1 --ecn-tcp-cwr 1' },
    { rule: '-p tcp -j ECN --ecn-tcp-ece 0 --ecn-tcp-cwr 0', saved: '-p tcp -j ECN --ecn-tcp-remove' },
    {
      rule: '-p tcp -j ECN --ecn-tcp-remove --ecn-ip-ect 1',
      saved: '-p tcp -j ECN --ecn-tcp-ece 0 --ecn-tcp-cwr 0 --ecn-ip-ect 1',
    },
    { rule: '-p tcp -j ECN', refused: true },
    { rule: '-p udp -j ECN --ecn-tcp-cwr 1', refused: true },
    { rule: '-j ECN --ecn-ip-ect 4', refused: true },
    { rule: '-j ECN --ecn-tcp-remove', refused: true },
  ],
});

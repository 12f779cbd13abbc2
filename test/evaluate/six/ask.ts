import { evaluate } from '../../../src/evaluate/evaluate.ts';
import { fixed, type Oracle } from '../../../src/evaluate/oracle.ts';
import type { Network } from '../../../src/network/network.ts';
import type { Exchange } from '../../../src/network/trace.ts';
import type { Probe, Source } from '../../../src/packet/exchange.ts';
import { PROTOCOL, TCP_FLAG } from '../../../src/packet/field.ts';
import { type Packet, packet } from '../../../src/packet/packet.ts';
import { addr6 } from '../six-build.ts';

/** `ADDRESS%DEVICE` names the zone of a link-local destination. */
const zone = (text: string): readonly [address: string, device?: string] => text.split('%') as [string, string?];

export const ping = (dst: string, more: Partial<Packet> = {}): Packet =>
  packet({ proto: PROTOCOL.ICMPV6, dst: addr6(zone(dst)[0]), icmpType: 128, icmpId: 7, ...more });
export const tcp6 = (dst: string, dport: number, more: Partial<Packet> = {}): Packet =>
  packet({ proto: PROTOCOL.TCP, dst: addr6(zone(dst)[0]), sport: 40000, dport, tcpFlags: TCP_FLAG.SYN, ...more });
export const udp6 = (dst: string, dport: number, more: Partial<Packet> = {}): Packet =>
  packet({ proto: PROTOCOL.UDP, dst: addr6(zone(dst)[0]), sport: 40000, dport, ...more });

/** A process on `NODE` or `NODE%DEVICE`; bound where the packet has a source. */
export function probe6(from: Source | string, of: Packet): Probe {
  if (typeof from !== 'string') return { family: 6, source: from, packets: {}, state: 'fresh', back: true };
  const [node, device] = zone(from);
  const source = { kind: 'socket', node, bound: of.src !== 0n, ...(device === undefined ? {} : { device }) } as const;
  return { family: 6, source, packets: {}, state: 'fresh', back: true };
}

export const send6 = (network: Network, from: Source | string, of: Packet, oracle: Oracle = fixed()): Exchange =>
  evaluate(network, probe6(from, of), { packet: of, states: new Map() }, oracle);

const table = (name: string, hooks: readonly string[], rules: readonly string[]): string =>
  `*${name}\n${hooks.map((hook) => `:${hook} ACCEPT [0:0]\n`).join('')}${rules.join('\n')}\n`;

export const filter = (...rules: readonly string[]): string => table('filter', ['INPUT', 'FORWARD', 'OUTPUT'], rules);
export const raw = (...rules: readonly string[]): string => table('raw', ['PREROUTING', 'OUTPUT'], rules);
export const mangle = (...rules: readonly string[]): string =>
  table('mangle', ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'], rules);
export const nat = (...rules: readonly string[]): string =>
  table('nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], rules);

import { evaluate } from '../../src/evaluate/evaluate.ts';
import { type Exploration, explore } from '../../src/evaluate/explore.ts';
import { fixed, type Oracle } from '../../src/evaluate/oracle.ts';
import type { Network } from '../../src/network/network.ts';
import type { Exchange, Hop } from '../../src/network/trace.ts';
import type { Probe, Source } from '../../src/packet/exchange.ts';
import type { Fate } from '../../src/packet/fate.ts';
import { PROTOCOL, TCP_FLAG } from '../../src/packet/field.ts';
import { type Packet, packet } from '../../src/packet/packet.ts';
import { addr } from './build.ts';

export const icmp = (dst: string, more: Partial<Packet> = {}): Packet =>
  packet({ proto: PROTOCOL.ICMP, dst: addr(dst), icmpType: 8, icmpId: 7, ...more });
export const tcp = (dst: string, dport: number, more: Partial<Packet> = {}): Packet =>
  packet({ proto: PROTOCOL.TCP, dst: addr(dst), sport: 40000, dport, tcpFlags: TCP_FLAG.SYN, ...more });
export const udp = (dst: string, dport: number, more: Partial<Packet> = {}): Packet =>
  packet({ proto: PROTOCOL.UDP, dst: addr(dst), sport: 40000, dport, ...more });

export const socket = (node: string, bound = false): Source => ({ kind: 'socket', node, bound });
export const wire = (node: string, name: string): Source => ({ kind: 'wire', node, interface: name });

export const probeFrom = (source: Source | string, back = true): Probe => ({
  source: typeof source === 'string' ? socket(source) : source,
  packets: {},
  state: 'fresh',
  back,
});

/** One run; an unknown has its lowest value unless it is given. */
export const send = (network: Network, source: Source | string, of: Packet, oracle: Oracle = fixed()): Exchange =>
  evaluate(network, probeFrom(source), { packet: of, states: new Map() }, oracle);

/** One run in which conntrack states are pinned. */
export const sendPinned = (
  network: Network,
  source: Source | string,
  of: Packet,
  states: Readonly<Record<string, number>>,
): Exchange => {
  const pinned = new Map(Object.entries(states));
  return evaluate(
    network,
    { ...probeFrom(source), state: [...pinned.values()] },
    { packet: of, states: pinned },
    fixed(),
  );
};

export const every = (network: Network, source: Source | string, of: Packet, budget?: number): Exploration =>
  explore(network, probeFrom(source), { packet: of, states: new Map() }, budget);

/** `delivered b`, `dropped b: rule`, `leaves b:eth0`, `unknown b`, `none`. */
export function said(fate: Fate): string {
  switch (fate.kind) {
    case 'delivered':
      return `delivered ${fate.node}`;
    case 'leaves':
      return `leaves ${fate.node}:${fate.interface}`;
    case 'dropped':
      return `dropped ${fate.node}: ${fate.reason}`;
    case 'unknown':
      return `unknown ${fate.node}`;
    case 'none':
      return 'none';
  }
}

/** Both ends of an exchange, as {@link said} says them. */
export const ends = ({ disposition }: Exchange): readonly [request: string, reply: string] => [
  said(disposition.request),
  said(disposition.reply),
];

/** The hops of a leg at a node's hook, in order. */
export const hopsAt = ({ walks }: Exchange, node: string, hook: Hop['hook'], leg = 'request'): readonly Hop[] =>
  walks
    .filter((walk) => walk.leg === leg)
    .flatMap((walk) => [walk, ...walk.copies])
    .flatMap(({ hops }) => hops.filter((hop) => hop.node === node && hop.hook === hook));

/** The whole exchange as text, for messages. */
export const trace = ({ walks, disposition }: Exchange): string =>
  [
    ...walks
      .flatMap((walk) => [walk, ...walk.copies])
      .flatMap(({ leg, hops, fate }) => [
        `${leg}: ${said(fate)}`,
        ...hops.map(
          ({ node, hook, table, chain, rule, text, verdict }) =>
            `  ${node} ${[hook, table, chain, rule].filter((one) => one !== undefined).join(' ')} ${text} => ${verdict}`,
        ),
      ]),
    JSON.stringify(disposition),
  ].join('\n');

/** A packet socket puts the frame on the interface. */
export const sendRaw = (network: Network, node: string, name: string, of: Packet): Exchange =>
  send(network, { kind: 'raw', node, interface: name }, of);

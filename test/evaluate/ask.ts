import { evaluate } from '../../src/evaluate/evaluate.ts';
import { type Exploration, explore } from '../../src/evaluate/explore.ts';
import { fixed, type Oracle } from '../../src/evaluate/oracle.ts';
import type { Network } from '../../src/network/network.ts';
import type { Exchange, Hop, Walk } from '../../src/network/trace.ts';
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

const origin = (fate: Fate): string => {
  if (fate.kind === 'none') return fate.reason;
  if (fate.kind === 'delivered' || fate.kind === 'leaves') return fate.interface;
  const of = fate.kind === 'dropped' ? fate.origin : fate.unknown.origin;
  const reason = fate.kind === 'unknown' ? `${fate.unknown.id}: ${fate.unknown.reason}` : '';
  return [reason, of === undefined ? '' : `${of.node} ${of.text}`, of?.place === undefined ? '' : of.place.file]
    .filter((part) => part !== '')
    .join(' | ');
};

const toldOf = ({ leg, hops, fate }: Walk): readonly string[] => [
  ...hops.map(({ node, hook, table, chain, rule, text, verdict, file }) =>
    [[node, hook, table, chain, rule, file].filter((one) => one !== undefined).join(' '), text, verdict].join(' | '),
  ),
  `${leg} ${said(fate)} | ${origin(fate)}`,
];

/** Each hop of each packet and copy, with the end that it came to; then what was left open, and what was assumed. */
export const told = ({ walks, met, assumptions, disposition }: Exchange): readonly string[] => [
  ...walks.flatMap((walk) => [walk, ...walk.copies]).flatMap(toldOf),
  `reply ${said(disposition.reply)} | ${origin(disposition.reply)}`,
  ...met.map(({ unknown, value }) => `open ${unknown.id} = ${value} | ${unknown.reason}`),
  ...assumptions
    .filter(({ text }) => !text.includes('kernel default'))
    .map(({ node, text }) => `taken ${node} | ${text}`),
];

/** What is told of one leg alone, from the first hop at a node on. */
export const toldAt = (exchange: Exchange, node: string, leg = 'request'): readonly string[] =>
  exchange.walks
    .filter((walk) => walk.leg === leg)
    .flatMap((walk) => [walk, ...walk.copies])
    .flatMap(toldOf)
    .filter((line) => line.startsWith(`${node} `) || line.startsWith(`${leg} `));

/** A packet socket puts the frame on the interface. */
export const sendRaw = (network: Network, node: string, name: string, of: Packet): Exchange =>
  send(network, { kind: 'raw', node, interface: name }, of);

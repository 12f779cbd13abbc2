import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import { parseAddress } from '../../src/packet/address.ts';
import type { FlowState, Probe, Source } from '../../src/packet/exchange.ts';
import type { Disposition, Fate } from '../../src/packet/fate.ts';
import { PROTOCOL, TCP_FLAG } from '../../src/packet/field.ts';
import type { PacketClass } from '../../src/packet/packet.ts';
import { only } from '../../src/packet/ranges.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { snapshotOf } from '../agreement/generate/snapshot.ts';
import type { World, WorldTable } from '../agreement/generate/world.ts';
import { everyEnd, inputsOf, least } from './ends.ts';

/** A question as short as it can be said: an ordinary process asks, unless it says otherwise. */
export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly proto?: keyof typeof PROTOCOL;
  readonly port?: number;
  readonly source?: Source;
  readonly state?: FlowState;
  readonly fields?: PacketClass;
  readonly back?: boolean;
}

export const networkOf = (world: World, change: (files: Map<string, string>) => void = () => {}): Network => {
  const files = new Map(snapshotOf(world));
  change(files);
  const { value, located } = parseSnapshot(files);
  if (value === undefined) throw new Error(JSON.stringify(located));
  return value;
};

const address = (text: string): number => parseAddress(text) ?? Number.NaN;

/** What every probe of these tests carries, unless it says otherwise. */
export const FIELDS: PacketClass = {
  sport: only(40000),
  tcpFlags: only(TCP_FLAG.SYN),
  icmpCode: only(0),
  icmpId: only(1),
  tos: only(0),
  ttl: only(64),
  length: only(84),
  mark: only(0),
  fragment: only(0),
  badChecksum: only(0),
};

export const probeOf = ({
  from,
  to,
  proto = 'UDP',
  port = 9999,
  source,
  state = 'fresh',
  fields = {},
  back = true,
}: Asked): Probe => ({
  source: source ?? { kind: 'socket', node: from, bound: fields.src !== undefined },
  state,
  back,
  packets: {
    ...FIELDS,
    dst: only(address(to)),
    proto: only(PROTOCOL[proto]),
    dport: only(port),
    icmpType: only(8),
    ...fields,
  },
});

const tell = (fate: Fate): string => {
  switch (fate.kind) {
    case 'delivered':
    case 'leaves':
      return `${fate.kind} ${fate.node}`;
    case 'dropped':
      return `${fate.node}: ${fate.reason}`;
    case 'unknown':
      return `unknown: ${fate.unknown.reason}`;
    case 'none':
      return fate.reason;
  }
};

export const printed = ({ request, reply }: Disposition): string => `${tell(request)} | ${tell(reply)}`;

/** Every way in which the packet can end: `request | reply`, in order. */
export const endsOf = (network: Network, asked: Asked): readonly string[] => {
  const program = lower(network, probeOf(asked));
  return [...new Set(everyEnd(program, inputsOf(program, least)).map(printed))].sort();
};

export const ask = (world: World, asked: Asked): readonly string[] => endsOf(networkOf(world), asked);

/** The fate of the request and of the answer, where nothing is unknown. */
export const answered = (by: string, asker: string): readonly string[] => [`delivered ${by} | delivered ${asker}`];

/** Rules of one table; chains that are not built in are declared by their use. */
export function rules(policies: Readonly<Record<string, 'ACCEPT' | 'DROP'>>, ...lines: readonly string[]): WorldTable {
  const chains = lines.map((line) => line.split(' ')[1] ?? '').filter((chain) => !(chain in policies));
  return { policies, chains: [...new Set(chains)], rules: lines };
}

/** A world with rules on one of its nodes. */
export const withRules = (world: World, node: string, tables: World['nodes'][string]['tables']): World => {
  const own = world.nodes[node];
  if (own === undefined) throw new Error(`no node ${node}`);
  return { ...world, nodes: { ...world.nodes, [node]: { ...own, tables } } };
};

/** The same with settings. */
export const withSettings = (world: World, node: string, settings: Readonly<Record<string, number>>): World => {
  const own = world.nodes[node];
  if (own === undefined) throw new Error(`no node ${node}`);
  return { ...world, nodes: { ...world.nodes, [node]: { ...own, settings: { ...own.settings, ...settings } } } };
};

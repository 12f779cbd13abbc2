import type { Verdict } from '../../src/evaluate/chain.ts';
import { type Flow, type Track, tableOf } from '../../src/evaluate/conntrack.ts';
import { runHook } from '../../src/evaluate/hook.ts';
import { fixed, type Oracle } from '../../src/evaluate/oracle.ts';
import { newSkb, type Skb } from '../../src/evaluate/skb.ts';
import { inverse, type Tuple } from '../../src/evaluate/tuple.ts';
import type { World } from '../../src/evaluate/world.ts';
import type { Network, Node } from '../../src/network/network.ts';
import type { Hook } from '../../src/network/ruleset.ts';
import type { Hop } from '../../src/network/trace.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { probeFrom } from './ask.ts';
import { build, type Host } from './build.ts';

/** A world before its first packet. */
export const worldOf = (network: Network, oracle: Oracle = fixed()): World => ({
  network,
  probe: probeFrom('b'),
  states: new Map(),
  oracle,
  met: new Map(),
  assumptions: new Map(),
  tables: new Map(),
  neighbours: new Map(),
  strangers: new Map(),
  visits: new Map(),
  leg: 'request',
});

/** Node `b` with eth0 and eth1, and whatever is not usual about it. */
export function b(more: Partial<Host> = {}): Network {
  const interfaces = { eth0: { addresses: ['10.0.0.2/24'] }, eth1: { addresses: ['10.0.1.2/24', '10.0.2.2/24'] } };
  return build({ b: { interfaces, ...more } }, []);
}

/** A flow that nothing has been decided about. */
export const flowOf = (original: Tuple, more: Partial<Flow> = {}): Flow => ({
  node: 'b',
  zone: 0,
  original,
  reply: inverse(original),
  confirmed: false,
  seenReply: false,
  assured: false,
  expected: false,
  bound: { source: false, destination: false },
  nat: { source: false, destination: false },
  masquerade: undefined,
  mark: 0,
  tcp: 'none',
  ...more,
});

export interface Passage {
  readonly hook: Hook;
  readonly in?: string;
  readonly out?: string;
  readonly nextHop?: number;
  readonly track?: Track;
  readonly bridge?: Skb['bridge'];
  /** Flows that the node knows. */
  readonly flows?: readonly Flow[];
  readonly values?: ReadonlyMap<string, number>;
  readonly leg?: Skb['leg'];
}

export interface Passed {
  readonly world: World;
  readonly skb: Skb;
  readonly node: Node;
  readonly verdict: Verdict;
  /** `table chain rule | text | verdict`, one a hop. */
  readonly hops: readonly string[];
  readonly met: readonly string[];
}

const told = ({ table, chain, rule, text, verdict }: Hop): string =>
  [[table, chain, rule].filter((one) => one !== undefined).join(' '), text, verdict].join(' | ');

/** Takes one packet through one hook of node `b`. */
export function atHook(network: Network, of: Packet, passage: Passage): Passed {
  const { hook, track, bridge, flows = [], values, leg = 'request', ...devices } = passage;
  const world = { ...worldOf(network, fixed(values)), leg };
  const node = network.nodes.get('b');
  if (node === undefined) throw new Error('no node b');
  for (const flow of flows) tableOf(world, flow.node, flow.zone).push(flow);
  const skb = { ...newSkb(leg, of), track, bridge };
  const { in: from, out, nextHop } = devices;
  const verdict = runHook(world, skb, {
    node,
    hook,
    ...(from === undefined ? {} : { in: from }),
    ...(out === undefined ? {} : { out }),
    ...(nextHop === undefined ? {} : { nextHop }),
  });
  const met = [...world.met.values()].map(({ unknown, value }) => `${unknown.id} = ${value} | ${unknown.reason}`);
  return { world, skb, node, verdict, hops: skb.hops.map(told), met };
}

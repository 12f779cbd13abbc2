import { all, not } from '../ir/predicate.ts';
import type { Predicate } from '../ir/program.ts';
import { interfaceOf } from '../network/access.ts';
import type { FrameChain, FrameTableName } from '../network/frame-rules.ts';
import type { Interface, Network, Node } from '../network/network.ts';
import type { Unknown } from '../packet/place.ts';
import { type ArpScope, arpChain, type Passed } from './arp-chain.ts';
import { type Flight, fork } from './arp-frame.ts';
import { counted, printPlace } from './frame-chain.ts';
import type { FramePlace } from './frame-test.ts';
import { type Ports, placeOf } from './frames.ts';
import type { Exit } from './segment.ts';
import { flag, type Recorder } from './settings.ts';

/** An interface whose stack takes an ARP frame. */
export interface Landing {
  readonly node: Node;
  readonly device: Interface;
  readonly flight: Flight;
}

/** One ARP frame with its copies on their way, and what came of them. */
export interface Trip {
  readonly on: Recorder;
  readonly network: Network;
  /** What its unknowns are named by. */
  readonly label: string;
  readonly visits: Map<string, number>;
  readonly landings: Landing[];
  /** Where it goes out of sight, with its VLAN tag. */
  readonly exits: { readonly exit: Exit; readonly tag: number | undefined; readonly flight: Flight }[];
  /** Answers of `arpreply`, by the port that they leave by. */
  readonly replies: Landing[];
  readonly lost: { readonly when: Predicate; readonly unknown: Unknown }[];
}

export const tripOf = (on: Recorder, network: Network, label: string): Trip => ({
  on,
  network,
  label,
  visits: new Map(),
  landings: [],
  exits: [],
  replies: [],
  lost: [],
});

/** What ebtables says of a frame in one built-in chain. */
export function byFrameRules(trip: Trip, ports: Ports, table: FrameTableName, name: string, flight: Flight): Passed {
  const chains = ports.node.frameRules?.get(table);
  const chain = chains?.get(name);
  if (chains === undefined || chain === undefined) return { accepted: [flight], dropped: [] };
  return judge(trip, placeOf(ports, table, name), chains, chain, flight);
}

/** The frames that arptables lets pass. */
export function byArpRules(
  trip: Trip,
  node: Node,
  name: 'INPUT' | 'OUTPUT' | 'FORWARD',
  by: { readonly in?: string; readonly out?: string },
  flight: Flight,
): readonly Flight[] {
  const chain = node.arpRules?.get(name);
  if (node.arpRules === undefined || chain === undefined) return [flight];
  return judge(trip, { node, table: 'arptables', chain: name, ...by }, node.arpRules, chain, flight).accepted;
}

function judge(
  trip: Trip,
  place: FramePlace,
  chains: ReadonlyMap<string, FrameChain>,
  chain: FrameChain,
  flight: Flight,
): Passed {
  if (chain.rules.length === 0 && chain.policy !== 'DROP') return { accepted: [flight], dropped: [] };
  const { node, port } = place;
  const scope: ArpScope = {
    place,
    chains,
    name: counted(visitOf(trip, place), place),
    answered: (answer) => trip.replies.push({ node, device: interfaceOf(node, port ?? ''), flight: answer }) - 1,
    lost: ({ when }, unknown) => trip.lost.push({ when, unknown }),
  };
  return arpChain(scope, chain, flight);
}

function visitOf({ label, visits }: Trip, place: FramePlace): string {
  const visit = `${label}: ${printPlace(place)}`;
  const count = (visits.get(visit) ?? 0) + 1;
  visits.set(visit, count);
  return count === 1 ? visit : `${visit} #${count}`;
}

/** br_netfilter shows bridged ARP to arptables, with the ports as interfaces (br_nf_forward_arp). */
export function forwardedByArpRules(
  trip: Trip,
  { node, in: from, out, tag }: Ports,
  flight: Flight,
): readonly Flight[] {
  if (node.arpRules === undefined || from === undefined || out === undefined) return [flight];
  const called = flag(trip.on, node, 'net.bridge.bridge-nf-call-arptables');
  const shown =
    tag === undefined ? called : all(called, flag(trip.on, node, 'net.bridge.bridge-nf-filter-vlan-tagged'));
  const seen = fork(flight, shown);
  const unseen = fork(flight, not(shown));
  const asked = seen === undefined ? [] : byArpRules(trip, node, 'FORWARD', { in: from, out }, seen);
  return unseen === undefined ? asked : [...asked, unseen];
}

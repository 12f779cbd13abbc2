import type { Interface, Node } from '../network/network.ts';
import { type Address, BROADCAST_MAC, holds as inPrefix, printAddress, printMac } from '../packet/address.ts';
import type { Assumption, Origin, Unknown } from '../packet/place.ts';
import { mayAnswer } from './arp-answer.ts';
import type { Lost } from './arp-frames.ts';
import { type Asked, askPastRules, type Heard, isRuled, type Question } from './arp-request.ts';
import { type ArpHop } from './arp-tables.ts';
import { ARP_OPERATION } from './frame.ts';
import { isLocal } from './routing.ts';
import { type Endpoint, livesBehind, type Reach, reach } from './segment.ts';
import { solicit } from './six/solicit.ts';
import { SCOPE, selectAddress } from './source.ts';
import { type Stranger, strangerAt } from './stranger.ts';
import { hidden, unmodelled } from './undecided.ts';
import { assume, choose, isSix, strongest, type World } from './world.ts';

/**
 * What an ARP request came to. `outside`: nobody in sight answers, but somebody beyond an interface may. `hops`: the rules that
 * the request and its answer met, or that dropped them.
 */
export type Answered = { readonly hops?: readonly ArpHop[] } & (
  | {
      readonly kind: 'mac';
      readonly mac: number;
      readonly text: string;
      readonly verdict: string;
      readonly entry?: Node['neighbours'][number];
    }
  | { readonly kind: 'outside'; readonly text: string; readonly verdict: string; readonly stranger: Stranger }
  /** `origin`: the rule that dropped the request or its answer. */
  | { readonly kind: 'none'; readonly text: string; readonly origin?: Origin }
  /** Nobody in sight answers, but what is not modelled may. */
  | { readonly kind: 'unknown'; readonly text: string; readonly unknown: Unknown }
);

const FIXED: readonly string[] = ['PERMANENT', 'NOARP'];

/** The MAC address of `target` as the node finds it out on the device, for a packet from `src`. */
export function resolve(world: World, node: Node, device: Interface, target: Address, src: Address): Answered {
  const entry = node.neighbours.find(
    (one) => one.device === device.name && one.address === target && FIXED.includes(one.state),
  );
  if (entry?.mac !== undefined) {
    const text = `${entry.state} neighbour ${printAddress(target)}`;
    return { kind: 'mac', mac: entry.mac, text, verdict: printMac(entry.mac), entry };
  }
  const learnt = world.neighbours.get(cacheKey({ node, device }, target));
  if (learnt !== undefined) {
    const text = `${device.name} knows ${printAddress(target)} from before`;
    return { kind: 'mac', mac: learnt, text, verdict: printMac(learnt) };
  }
  return isSix(world) ? solicit(world, node, device, target, src) : request(world, node, device, target, src);
}

export const cacheKey = ({ node, device }: Endpoint, address: Address): string =>
  `${node.name} ${device.name} ${address}`;

/** Asks the whole segment. Whoever answers knows the asker from then on (`neigh_event_ns`), and need not ask back. */
function request(world: World, node: Node, device: Interface, target: Address, src: Address): Answered {
  const sender = senderAddress(world, node, device, target, src);
  const text = `who has ${printAddress(target)} tell ${printAddress(sender)} on ${device.name}`;
  const passed = reach(world.network, node, device, BROADCAST_MAC);
  const [ruled] = [node, ...passed.bridges].flatMap((one) => unmodelled(one, 'arp') ?? []);
  if (ruled !== undefined) return { kind: 'unknown', text, unknown: ruled };
  const question = { node, device, target, sender };
  const isMet = isRuled(passed, node, world.network.family);
  // solicitations and advertisements are packets of IPv6, and no ARP: what rules do to them is not modelled
  if (isMet && world.network.family === 6) return { kind: 'unknown', text, unknown: discovery(question) };
  const asked = isMet ? askRules(world, question) : askAll(world, question, passed);
  const [unknown] = asked.unknowns;
  if (unknown !== undefined) return { kind: 'unknown', text, unknown };
  const { heard, outside } = asked;
  const exit = heard.length === 0 ? pickExit(world, question, outside) : undefined;
  if (exit !== undefined) return beyond(text, exit, target);
  const owner = heard.length < 2 ? heard[0] : pick(world, question, heard);
  return owner === undefined ? nobody(world, question, text, passed, asked) : taken(world, question, text, owner);
}

const discovery = ({ node, device }: Question): Unknown => ({
  id: `${node.name} ${device.name} neighbour discovery`,
  reason: 'what rules of ebtables do to neighbour discovery is not modelled',
});

/** Where no rule looks at ARP. */
function askAll(world: World, { node, device, target, sender }: Question, { endpoints, outside }: Reach): Asked {
  const answering = endpoints.filter((one) => mayAnswer(world, one, target, sender));
  if (sender !== 0) for (const one of answering) world.neighbours.set(cacheKey(one, sender), device.mac);
  const owners = answering.filter((one) => comesBack(world, one, node, device));
  return {
    heard: owners.map((from) => ({ from, mac: from.device.mac, hops: [] })),
    outside: outside.map((from) => ({ from, mac: undefined, hops: [] })),
    lost: [],
    unknowns: [],
  };
}

/** Whoever takes the request in knows the asker by what it says there. */
function askRules(world: World, question: Question): Asked {
  return askPastRules(world, question, ({ frame: { arp }, ...end }) => {
    if (!mayAnswer(world, end, arp.destination, arp.source)) return false;
    if (arp.source !== 0 && arp.macSource !== undefined) world.neighbours.set(cacheKey(end, arp.source), arp.macSource);
    return true;
  });
}

const beyond = (text: string, { from, mac, hops }: Heard, target: Address): Answered => {
  const verdict = `nobody in sight, perhaps somebody beyond ${name(from)}`;
  return mac === undefined
    ? { kind: 'outside', text, verdict, hops, stranger: strangerAt(from, target) }
    : { kind: 'mac', mac, text, verdict, hops };
};

function taken(world: World, { node, device, target }: Question, text: string, { from, mac, hops }: Heard): Answered {
  const theirs = unmodelled(from.node, 'arp');
  if (theirs !== undefined) return { kind: 'unknown', text, unknown: theirs };
  if (mac === undefined) throw new Error('somebody in sight has no address');
  world.neighbours.set(cacheKey({ node, device }, target), mac);
  return { kind: 'mac', mac, text, verdict: `${printMac(mac)} (${name(from)})`, hops };
}

function nobody(
  world: World,
  question: Question,
  text: string,
  { endpoints, bridges }: Reach,
  { lost }: Asked,
): Answered {
  const [other] = [...bridges].flatMap((one) => unmodelled(one, 'bridge') ?? []);
  if (other !== undefined) return { kind: 'unknown', text, unknown: other };
  const { node, device, target } = question;
  const owners = endpoints.filter((one) => isLocal(one.node, target));
  if (owners.length > 0) assume(world, untaught(node, device, target));
  const blamed = lost.findLast((one) => owners.some((owner) => isInTheWay(world, one, owner)));
  // of other copies only what dropped them
  const hops = lost.flatMap((one) => one.frame.hops.slice(one === blamed ? 0 : -1));
  return { kind: 'none', text: `${text}: no usable answer`, hops, ...(blamed && { origin: blamed.origin }) };
}

/** Whether a lost copy was on its way to the owner, or from him. */
const isInTheWay = ({ network }: World, { node, out, frame }: Lost, { device }: Endpoint): boolean =>
  out === undefined || frame.arp.operation !== ARP_OPERATION.REQUEST || livesBehind(network, node, out, device.mac);

/** Somebody has the address and does not answer for it, or not audibly: his own requests would have made him known. */
export const untaught = (node: Node, device: Interface, target: Address): Assumption => ({
  node: node.name,
  text: `no other traffic has put ${printAddress(target)} into the neighbour table of ${device.name}`,
});

const name = ({ node, device }: Endpoint): string => `${node.name}:${device.name}`;

/** Two owners of one address race; whoever wins is taken for the whole exchange. */
export function pick(world: World, { node, device, target }: Question, heard: readonly Heard[]): Heard | undefined {
  const id = `ambiguous owner ${node.name} ${device.name} ${printAddress(target)}`;
  const names = heard.map(({ from }) => name(from)).join(', ');
  const reason = `ambiguous owner of ${printAddress(target)} on ${node.name}:${device.name}: ${names}`;
  return heard[choose(world, { id, reason }, [[0, heard.length - 1]])];
}

/** Where somebody out of sight may answer, by several interfaces: nobody knows which it is. */
export function pickExit(
  world: World,
  { node, device, target }: Question,
  outside: readonly Heard[],
): Heard | undefined {
  const ways = [...new Map(outside.map((one) => [`${name(one.from)} ${one.mac}`, one])).values()];
  if (ways.length < 2) return ways[0];
  const id = `${node.name} ${device.name} finds ${printAddress(target)} out of sight`;
  const reason = `who answers outside of ${[...new Set(ways.map(({ from }) => name(from)))].join(' or ')}`;
  return ways[choose(world, { id, reason }, [[0, ways.length - 1]])];
}

/** `arp_solicit`: the packet's own source if it is local here and arp_announce allows, else one that fits the target. */
function senderAddress(world: World, node: Node, device: Interface, target: Address, src: Address): Address {
  const announce = strongest(world, node, device.name, 'arp_announce');
  const near = device.addresses.some((one) => inPrefix(one, target) && inPrefix(one, src));
  if (isLocal(node, src) && (announce === 0 || (announce === 1 && near))) return src;
  return selectAddress(node, device.name, target, SCOPE.LINK);
}

/** Whether the answer, a unicast frame, gets back to the asking device; what a hidden one sends may. */
const comesBack = (world: World, owner: Endpoint, node: Node, device: Interface): boolean =>
  hidden(owner.node, owner.device) !== undefined ||
  reach(world.network, owner.node, owner.device, device.mac).endpoints.some(
    (end) => end.node.name === node.name && end.device.name === device.name,
  );

import { bridgeOf, findInterface, leadsOutside, nodeOf, peersOf, portsOf } from '../network/access.ts';
import type { Interface, LinkEnd, Node } from '../network/network.ts';
import { isGroupMac } from '../packet/address.ts';
import type { Origin, Unknown } from '../packet/place.ts';
import { type ArpFrame, copyOf, passArpTable, passTable } from './arp-tables.ts';
import { typeAt } from './frame.ts';
import { type FrameStep, outputSteps } from './frame-kind.ts';
import { accepts, activeSlaves, bondOf, type Endpoint, isLocalMac, livesBehind, vlanOn, works } from './segment.ts';
import { hidden } from './undecided.ts';
import type { World } from './world.ts';

/** Where one ARP frame came to, with what it said there. */
export interface Arrival extends Endpoint {
  readonly frame: ArpFrame;
}

/** An answer that a rule gives (`arpreply`), at the port that the request came in by. */
export interface RuleAnswer extends Arrival {
  readonly mac: number;
}

/** A frame that a rule dropped, with the rule and the port that it was to leave by. */
export interface Lost {
  readonly frame: ArpFrame;
  readonly origin: Origin;
  readonly node: Node;
  readonly out?: Interface;
}

/** Where an ARP frame gets to past the rules of every node on its way. */
export interface Spread {
  readonly world: World;
  readonly endpoints: Arrival[];
  readonly outside: Arrival[];
  readonly answers: RuleAnswer[];
  readonly lost: Lost[];
  /** What is not modelled and decides about a copy of the frame. */
  readonly unknowns: Unknown[];
  readonly seen: Set<string>;
}

export const newSpread = (world: World): Spread => ({
  world,
  endpoints: [],
  outside: [],
  answers: [],
  lost: [],
  unknowns: [],
  seen: new Set(),
});

/** Sends the frame by a device of a node: arptables OUTPUT (`arp_xmit`), then links and bridges. */
export function sendArp(spread: Spread, node: Node, device: Interface, frame: ArpFrame): void {
  if (passArpTable(spread, node, 'OUTPUT', { out: device }, frame)) leave(spread, node, device, frame);
}

function leave(spread: Spread, node: Node, one: Interface, frame: ArpFrame): void {
  if (!works(one)) return;
  const { network } = spread.world;
  if (hidden(node, one) !== undefined) spread.outside.push({ node, device: one, frame });
  else if (one.kind === 'bridge') leaveByBridge(spread, node, one, frame);
  else if (one.vlan !== undefined) leaveByParent(spread, node, one.vlan, frame);
  else if (one.kind === 'bond') for (const slave of activeSlaves(node, one)) leave(spread, node, slave, copyOf(frame));
  else if (leadsOutside(network, node.name, one)) spread.outside.push({ node, device: one, frame });
  else onLink(spread, node, one, frame);
}

function leaveByParent(
  spread: Spread,
  node: Node,
  { parent, id }: NonNullable<Interface['vlan']>,
  frame: ArpFrame,
): void {
  const below = findInterface(node, parent);
  if (below !== undefined) leave(spread, node, below, { ...frame, tag: id });
}

/** All other ends of the link; one that is for its own address only takes groups and that. */
function onLink(spread: Spread, node: Node, one: Interface, frame: ArpFrame): void {
  const { network } = spread.world;
  for (const end of peersOf(network, node.name, one.name))
    if (frame.macDestination === undefined || accepts(network, end, frame.macDestination)) enter(spread, end, frame);
}

function enter(spread: Spread, end: LinkEnd, frame: ArpFrame): void {
  const node = nodeOf(spread.world.network, end.node);
  const one = findInterface(node, end.interface);
  if (works(one)) arrive(spread, node, one, copyOf(frame));
}

/** A frame comes in at an interface: vlan devices first, then bridge or bond, then ARP. */
export function arrive(spread: Spread, node: Node, one: Interface, frame: ArpFrame): void {
  frame.mark = 0;
  frame.type = typeAt(frame.macDestination, one.mac);
  if (isRepeated(spread, node, one, frame)) return;
  const child = vlanOn(node, one, frame.tag);
  const bridge = bridgeOf(node, one);
  const master = bondOf(node, one);
  if (hidden(node, one) !== undefined) spread.endpoints.push({ node, device: one, frame });
  else if (child !== undefined) arrive(spread, node, child, { ...frame, tag: undefined });
  else if (bridge !== undefined) arriveAtBridge(spread, node, bridge, one, frame);
  else if (master !== undefined) arrive(spread, node, master, frame);
  else arpInput(spread, node, one, frame);
}

/** The same frame came by here before, on another way. */
function isRepeated({ seen }: Spread, node: Node, one: Interface, frame: ArpFrame): boolean {
  const { hops: _, answered, ...said } = frame;
  const key = `${node.name}/${one.name} ${answered !== undefined} ${JSON.stringify(said)}`;
  if (seen.has(key)) return true;
  seen.add(key);
  return false;
}

/** `arp_rcv`: not what is for others, nor what carries a tag that no device takes; then arptables INPUT. */
function arpInput(spread: Spread, node: Node, device: Interface, frame: ArpFrame): void {
  if (frame.tag !== undefined || frame.type === 'otherhost') return;
  if (passArpTable(spread, node, 'INPUT', { in: device }, frame)) spread.endpoints.push({ node, device, frame });
}

function arriveAtBridge(spread: Spread, node: Node, bridge: Interface, port: Interface, frame: ArpFrame): void {
  if (!bridge.up) return;
  frame.type = typeAt(frame.macDestination, port.mac, bridge.mac);
  const devices = { bridge, in: port };
  const brouted = passTable(spread, node, 'broute', 'BROUTING', devices, frame);
  if (brouted === 'drop') {
    frame.type = typeAt(frame.macDestination, port.mac);
    arpInput(spread, node, port, frame);
    return;
  }
  const answer = (mac: number): void => {
    frame.answered = { node, device: port, frame: copyOf(frame), mac };
    spread.answers.push(frame.answered);
  };
  if (brouted === 'accept' && passTable(spread, node, 'nat', 'PREROUTING', devices, frame, answer) === 'accept')
    handOn(spread, node, bridge, port, frame);
}

function handOn(spread: Spread, node: Node, bridge: Interface, port: Interface, frame: ArpFrame): void {
  const to = frame.macDestination;
  const group = to !== undefined && isGroupMac(to);
  const own = to !== undefined && isLocalMac(node, bridge, to);
  for (const out of own ? [] : outPorts(spread, node, bridge, frame, port))
    forward(spread, node, bridge, port, out, copyOf(frame));
  if (group || own) goUp(spread, node, bridge, port, frame);
}

function goUp(spread: Spread, node: Node, bridge: Interface, port: Interface, frame: ArpFrame): void {
  if (passTable(spread, node, 'filter', 'INPUT', { bridge, in: port }, frame) !== 'accept') return;
  const device = vlanOn(node, bridge, frame.tag);
  if (device !== undefined) frame.tag = undefined;
  arpInput(spread, node, device ?? bridge, frame);
}

/** filter FORWARD of ebtables, then FORWARD of arptables (br_netfilter), then nat POSTROUTING. */
function forward(
  spread: Spread,
  node: Node,
  bridge: Interface,
  port: Interface,
  out: Interface,
  frame: ArpFrame,
): void {
  const devices = { bridge, in: port, out };
  if (passTable(spread, node, 'filter', 'FORWARD', devices, frame) !== 'accept') return;
  if (!passArpTable(spread, node, 'FORWARD', { in: port, out }, frame)) return;
  if (passTable(spread, node, 'nat', 'POSTROUTING', { bridge, out }, frame) === 'accept')
    leave(spread, node, out, frame);
}

function leaveByBridge(spread: Spread, node: Node, bridge: Interface, frame: ArpFrame): void {
  for (const out of outPorts(spread, node, bridge, frame, undefined)) {
    const copy: ArpFrame = { ...copyOf(frame), type: 'host' };
    const pass = ([table, hook]: FrameStep): boolean =>
      passTable(spread, node, table, hook, { bridge, out }, copy) === 'accept';
    if (outputSteps(spread.world, node).every(pass)) leave(spread, node, out, copy);
  }
}

/** The ports that the frame leaves by: all for groups and unknown addresses, never the one it came in by. */
function outPorts(
  { world }: Spread,
  node: Node,
  bridge: Interface,
  { macDestination: to }: ArpFrame,
  from: Interface | undefined,
): readonly Interface[] {
  const ports = portsOf(node, bridge.name).filter(works);
  if (to !== undefined && !isGroupMac(to) && isLocalMac(node, bridge, to))
    return from === undefined && to !== bridge.mac ? ports.filter(({ mac }) => mac === to) : [];
  const home =
    to === undefined || isGroupMac(to) ? undefined : ports.find((port) => livesBehind(world.network, node, port, to));
  return (home === undefined ? ports : [home]).filter((port) => port !== from);
}

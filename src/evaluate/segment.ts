import { bridgeOf, findInterface, leadsOutside, nodeOf, peersOf, portsOf } from '../network/access.ts';
import type { Interface, LinkEnd, Network, Node } from '../network/network.ts';
import { isGroupMac } from '../packet/address.ts';
import { memo } from './memo.ts';
import { hidden } from './undecided.ts';

/** A device of a node that a frame came to: a bridge where it came in by a port. */
export interface Endpoint {
  readonly node: Node;
  readonly device: Interface;
}

/** Where a frame gets to that no rule looks at (ARP). */
export interface Reach {
  readonly endpoints: Endpoint[];
  /** Interfaces that it leaves by, out of sight. */
  readonly outside: Endpoint[];
  /** Nodes whose bridges it passes. */
  readonly bridges: Set<Node>;
}

interface Spread extends Reach {
  readonly network: Network;
  readonly mac: number;
  readonly seen: Set<string>;
}

export const works = (one: Interface | undefined): one is Interface => one?.up === true && one.carrier;

const reached = memo<Reach>();

/** Follows a frame to `mac` from a device of a node over links and bridges, to everyone who takes it in. */
export const reach = (network: Network, node: Node, device: Interface, mac: number, tag?: number): Reach =>
  reached(network, `${node.name} ${device.name} ${mac} ${tag}`, () =>
    spreading(network, mac, (spread) => leave(spread, node, device, tag)),
  );

/** The same from the end of a link where the frame comes in. */
export const reachFrom = (network: Network, end: LinkEnd, mac: number, tag?: number): Reach =>
  reached(network, `in ${end.node} ${end.interface} ${mac} ${tag}`, () =>
    spreading(network, mac, (spread) => enter(spread, end, tag)),
  );

function spreading(network: Network, mac: number, go: (spread: Spread) => void): Reach {
  const spread: Spread = { network, mac, endpoints: [], outside: [], bridges: new Set(), seen: new Set() };
  go(spread);
  return spread;
}

function leave(spread: Spread, node: Node, one: Interface, tag: number | undefined): void {
  if (!works(one)) return;
  const { network, mac } = spread;
  if (hidden(node, one) !== undefined) spread.outside.push({ node, device: one });
  else if (one.kind === 'bridge') {
    spread.bridges.add(node);
    for (const port of outPorts(network, node, one, mac, undefined)) leave(spread, node, port, tag);
  } else if (one.vlan !== undefined) leaveByParent(spread, node, one.vlan);
  else if (one.kind === 'bond') for (const slave of activeSlaves(node, one)) leave(spread, node, slave, tag);
  else if (leadsOutside(network, node.name, one)) spread.outside.push({ node, device: one });
  else for (const end of peersOf(network, node.name, one.name)) if (accepts(network, end, mac)) enter(spread, end, tag);
}

function leaveByParent(spread: Spread, node: Node, { parent, id }: NonNullable<Interface['vlan']>): void {
  const below = findInterface(node, parent);
  if (below !== undefined) leave(spread, node, below, id);
}

/** A virtual switch may deliver only to the port's own address (and to groups). */
export const accepts = (network: Network, end: LinkEnd, mac: number): boolean =>
  !end.ownAddressOnly || isGroupMac(mac) || findInterface(nodeOf(network, end.node), end.interface)?.mac === mac;

/** The slave that a bond sends by: the first that works. */
export const activeSlaves = (node: Node, bond: Interface): readonly Interface[] =>
  node.interfaces.filter((one) => one.master === bond.name && works(one)).slice(0, 1);

function enter(spread: Spread, end: LinkEnd, tag: number | undefined): void {
  const node = nodeOf(spread.network, end.node);
  const one = findInterface(node, end.interface);
  if (works(one)) arrive(spread, node, one, tag);
}

function arrive(spread: Spread, node: Node, one: Interface, tag: number | undefined): void {
  const key = `${node.name}/${one.name}/${tag}`;
  if (spread.seen.has(key)) return;
  spread.seen.add(key);
  const child = vlanOn(node, one, tag);
  const bridge = bridgeOf(node, one);
  const master = bondOf(node, one);
  if (hidden(node, one) !== undefined) spread.endpoints.push({ node, device: one });
  else if (child !== undefined) arrive(spread, node, child, undefined);
  else if (bridge !== undefined) arriveAtBridge(spread, node, bridge, one, tag);
  else if (master !== undefined) arrive(spread, node, master, tag);
  else if (tag === undefined && (isGroupMac(spread.mac) || spread.mac === one.mac))
    spread.endpoints.push({ node, device: one });
}

/** The vlan device that takes frames with this tag off the interface, before any bridge sees them. */
export const vlanOn = (node: Node, parent: Interface, tag: number | undefined): Interface | undefined =>
  tag === undefined
    ? undefined
    : node.interfaces.find(({ vlan, up }) => up && vlan?.parent === parent.name && vlan.id === tag);

export const bondOf = (node: Node, one: Interface): Interface | undefined => {
  const master = one.master === undefined ? undefined : findInterface(node, one.master);
  return master?.kind === 'bond' ? master : undefined;
};

function arriveAtBridge(spread: Spread, node: Node, bridge: Interface, port: Interface, tag: number | undefined): void {
  if (!bridge.up) return;
  const { network, mac } = spread;
  spread.bridges.add(node);
  if (isGroupMac(mac) || isLocalMac(node, bridge, mac)) {
    const device = vlanOn(node, bridge, tag);
    if (device !== undefined) spread.endpoints.push({ node, device });
    else if (tag === undefined) spread.endpoints.push({ node, device: bridge });
  }
  for (const out of outPorts(network, node, bridge, mac, port)) leave(spread, node, out, tag);
}

/** The bridge's own address or one of its ports': such frames go up (permanent entries of the forwarding database). */
export const isLocalMac = (node: Node, bridge: Interface, mac: number): boolean =>
  bridge.mac === mac || portsOf(node, bridge.name).some((port) => port.mac === mac);

/** The ports that a frame to `mac` leaves by: all for groups and unknown addresses, never the one it came in by. */
function outPorts(
  network: Network,
  node: Node,
  bridge: Interface,
  mac: number,
  from: Interface | undefined,
): readonly Interface[] {
  if (!isGroupMac(mac) && isLocalMac(node, bridge, mac)) return [];
  const ports = portsOf(node, bridge.name).filter(works);
  const home = isGroupMac(mac) ? undefined : ports.find((port) => livesBehind(network, node, port, mac));
  return (home === undefined ? ports : [home]).filter((port) => port !== from);
}

const behind = memo<boolean>();
const here = memo<boolean>();

/** Whether the address lives on the other side of this interface: every bridge and switch has learnt every address. */
export const livesBehind = (network: Network, node: Node, one: Interface, mac: number): boolean =>
  behind(network, `${node.name} ${one.name} ${mac}`, () => searchBehind(network, node, one, mac, new Set()));

/** Whether the address lives at this end of a link, or behind a bridge that it or a vlan of it is a port of. */
export const livesAt = (network: Network, end: LinkEnd, mac: number): boolean =>
  here(network, `${end.node} ${end.interface} ${mac}`, () => searchAt(network, end, mac, new Set()));

type Seen = Set<string>;

function searchBehind(network: Network, node: Node, one: Interface, mac: number, seen: Seen): boolean {
  const key = `${node.name}/${one.name}`;
  if (seen.has(key)) return false;
  seen.add(key);
  // a vlan's frames leave by its parent, a bond's by its slaves
  const below = one.vlan === undefined ? undefined : findInterface(node, one.vlan.parent);
  const carriers = one.kind === 'bond' ? portsOf(node, one.name) : below === undefined ? [] : [below];
  return (
    carriers.some((carrier) => works(carrier) && searchBehind(network, node, carrier, mac, seen)) ||
    peersOf(network, node.name, one.name).some((end) => searchAt(network, end, mac, seen))
  );
}

function searchAt(network: Network, end: LinkEnd, mac: number, seen: Seen): boolean {
  const node = nodeOf(network, end.node);
  const one = findInterface(node, end.interface);
  return works(one) && livesOn(network, node, one, mac, seen);
}

function livesOn(network: Network, node: Node, one: Interface, mac: number, seen: Seen): boolean {
  if (one.mac === mac) return true;
  const bond = bondOf(node, one);
  const above = node.interfaces.filter(({ vlan, up }) => up && vlan?.parent === one.name);
  if (bond !== undefined) above.push(bond);
  if (above.some((device) => livesOn(network, node, device, mac, seen))) return true;
  const bridge = bridgeOf(node, one);
  if (bridge === undefined || !bridge.up) return false;
  const others = portsOf(node, bridge.name).filter((port) => port !== one && works(port));
  return isLocalMac(node, bridge, mac) || others.some((port) => searchBehind(network, node, port, mac, seen));
}

import type { Interface, InterfaceAddress, InterfaceKind } from '../../network/network.ts';
import { assumed, type Known, known } from '../../network/unknown.ts';
import { prefix } from '../../packet/address.ts';
import type { Assumption, Place } from '../../packet/place.ts';
import type { SeenAddress, SeenInterface } from '../ip/seen.ts';
import { at, type Desk } from './desk.ts';
import { every, first, type Readings } from './facts.ts';
import { madeUpMac } from './mac.ts';
import { checkPorts, collectPorts, type Ports, stpAssumptions } from './ports.ts';
import { checkStack } from './stack.ts';

/** The interfaces of one node as its captures agree on them, and what had to be taken for granted. */
export interface Assembled {
  readonly interfaces: readonly Interface[];
  /** The addresses with what only routes need to know, by interface. */
  readonly addresses: ReadonlyMap<string, readonly SeenAddress[]>;
  readonly assumptions: readonly Assumption[];
}

/** Puts together what a node's captures say about its interfaces. */
export function assembleInterfaces(node: string, readings: Readings, desk: Desk): Assembled {
  const seen = first(readings, 'interfaces') ?? [];
  checkNames(seen, desk);
  const ports = collectPorts(seen, readings, desk);
  if (seen.length > 0) checkPorts(seen, ports, readings, desk);
  const assumptions: Assumption[] = [...stpAssumptions(node, readings, ports)];
  const listed = seen.map((one) => toInterface(node, one, seen, ports, assumptions));
  checkStack(listed, desk);
  const interfaces = listed.some(({ kind }) => kind === 'loopback')
    ? listed
    : [loopback(node, readings, assumptions), ...listed];
  const addresses = new Map(seen.map((one) => [one.name, one.addresses] as const));
  if (!addresses.has('lo'))
    addresses.set(
      'lo',
      interfaces.find(({ name }) => name === 'lo')?.addresses.map((one) => ({ ...one, noPrefixRoute: false })) ?? [],
    );
  return { interfaces, addresses, assumptions };
}

function checkNames(seen: readonly SeenInterface[], desk: Desk): void {
  const places = new Map<string, Place>();
  for (const { name, place } of seen) {
    const before = places.get(name);
    if (before !== undefined)
      desk.error(
        place,
        `\`${name}\` is listed twice, also at ${at(before)}`,
        'a node has one interface of each name: leave one listing',
      );
    places.set(name, place);
  }
}

function toInterface(
  node: string,
  one: SeenInterface,
  all: readonly SeenInterface[],
  ports: Ports,
  assumptions: Assumption[],
): Interface {
  const master = ports.masters.get(one.name)?.bridge;
  const kind = kindFor(node, one, all, ports, assumptions);
  const addresses = one.addresses.map(plain);
  const vlan = kind === 'vlan' ? vlanOf(node, one, assumptions) : undefined;
  return {
    name: one.name,
    kind,
    up: isUp(node, one, master === undefined ? undefined : ports.states.get(one.name), assumptions),
    carrier: one.flags?.has('NO-CARRIER') !== true,
    mac: one.mac ?? (kind === 'loopback' ? 0 : madeUp(node, one, assumptions)),
    addresses,
    ...(master !== undefined && { master }),
    hairpin: hairpinOf(
      node,
      one.name,
      all.some((other) => other.name === master && other.flags?.has('MASTER') !== true),
      ports,
    ),
    promisc: one.flags?.has('PROMISC') === true,
    ...(vlan !== undefined && { vlan }),
    mtu: one.mtu,
    ...(one.group !== undefined && { group: one.group }),
    place: one.place,
  };
}

/** Interfaces without a link layer (`link/none`) have no MAC address; every other has one, shown or not. */
function madeUp(node: string, { name, flags }: SeenInterface, assumptions: Assumption[]): number {
  if (flags?.has('NOARP') !== true)
    assumptions.push({ node, text: `the MAC address of ${name} is made up (no capture shows it)` });
  return madeUpMac(node, name);
}

function kindFor(
  node: string,
  one: SeenInterface,
  all: readonly SeenInterface[],
  ports: Ports,
  assumptions: Assumption[],
): InterfaceKind {
  if (ports.bridges.has(one.name)) return 'bridge';
  if (one.kind !== undefined) return one.kind;
  if (one.name === 'lo') return 'loopback';
  if (one.flags?.has('MASTER') === true) return 'bond';
  const port = all.find(({ master }) => master?.name === one.name);
  if (port !== undefined && one.name !== 'ovs-system') {
    assumptions.push({
      node,
      text: `${one.name} is a bridge (${port.name} has it as master, and no capture shows its kind)`,
    });
    return 'bridge';
  }
  if (one.name === 'ovs-system') return 'other';
  if (one.lower === undefined) return 'ethernet';
  if (/\.\d{1,4}$/.test(one.name)) return 'vlan';
  return isElsewhere(one.lower) || all.some(({ name, lower }) => name === one.lower && lower === one.name)
    ? 'veth'
    : 'other';
}

/** The other end of a pair is in another namespace: `eth0@if7`. */
const isElsewhere = (lower: string): boolean => lower === 'elsewhere' || /^if\d+$/.test(lower);

/** An address without what only the making of routes asks for. */
function plain({ address, length, local, scope, broadcast, secondary, place }: SeenAddress): InterfaceAddress {
  return { address, length, local, scope, ...(broadcast !== undefined && { broadcast }), secondary, place };
}

/** `eth0.10@eth0`: the name says the number where the listing does not. */
function vlanOf(node: string, one: SeenInterface, assumptions: Assumption[]): Interface['vlan'] {
  const named = /\.(\d{1,4})$/.exec(one.name)?.[1];
  const id = one.vlan ?? (named === undefined ? undefined : Number(named));
  if (one.lower === undefined || id === undefined) return undefined;
  if (one.vlan === undefined)
    assumptions.push({
      node,
      text: `${one.name} carries VLAN ${id} of ${one.lower} (by its name: no capture shows it)`,
    });
  return { parent: one.lower, id };
}

function isUp(node: string, one: SeenInterface, portState: string | undefined, assumptions: Assumption[]): boolean {
  const up = one.flags?.has('UP') ?? one.state !== 'DOWN';
  if (one.flags === undefined)
    assumptions.push({
      node,
      text: `${one.name} is ${up ? 'up' : 'down'} (its state is ${one.state ?? 'not shown'}, and the capture lost its flags)`,
    });
  // a port without carrier is `disabled` too (br_stp_if.c): that is the link's doing
  const passes =
    portState === undefined ||
    portState === 'forwarding' ||
    (portState === 'disabled' && one.flags?.has('NO-CARRIER') === true);
  if (!up || passes) return up;
  assumptions.push({ node, text: `${one.name} passes nothing (a ${portState} port counts as one that is down)` });
  return false;
}

/** Only a port of a bridge has a hairpin mode. */
function hairpinOf(node: string, name: string, isPort: boolean, ports: Ports): Known<boolean> {
  const shown = ports.hairpin.get(name);
  if (shown !== undefined) return known(shown.on);
  return isPort ? assumed(false, { node, text: `hairpin of ${name} is off (no capture shows it)` }) : known(false);
}

/** Every node has `lo`; where the listing left it out it is as the kernel makes it and `ip link set lo up` leaves it. */
function loopback(node: string, readings: Readings, assumptions: Assumption[]): Interface {
  const file = every(readings, 'interfaces')[0]?.file ?? `${node}/`;
  const place = { file, line: 1, column: 1 };
  assumptions.push({ node, text: 'lo is up with 127.0.0.1/8 and no other address (no capture shows it)' });
  const own = { ...prefix(0x7f000001, 8), local: 0x7f000001, scope: 254, secondary: false, place };
  return {
    name: 'lo',
    kind: 'loopback',
    up: true,
    carrier: true,
    mac: 0,
    addresses: [own],
    hairpin: known(false),
    promisc: false,
    mtu: 65536,
    place,
  };
}

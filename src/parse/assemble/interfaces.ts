import type { Interface, InterfaceAddress, InterfaceKind } from '../../network/network.ts';
import { assumed, type Known, known } from '../../network/unknown.ts';
import { prefix } from '../../packet/address.ts';
import type { Assumption, Place } from '../../packet/place.ts';
import type { SeenAddress, SeenInterface } from '../ip/seen.ts';
import { at, type Desk } from './desk.ts';
import { every, first, type Readings } from './facts.ts';
import { madeUpMac } from './mac.ts';

/** The interfaces of one node as its captures agree on them, and what had to be taken for granted. */
export interface Assembled {
  readonly interfaces: readonly Interface[];
  /** The addresses with what only routes need to know, by interface. */
  readonly addresses: ReadonlyMap<string, readonly SeenAddress[]>;
  readonly assumptions: readonly Assumption[];
}

/** Everything that captures other than the listing of interfaces say about ports. */
interface Ports {
  /** The bridge of each port. */
  readonly masters: ReadonlyMap<string, { readonly bridge: string; readonly place: Place }>;
  /** The names that are known to be bridges. */
  readonly bridges: ReadonlySet<string>;
  readonly hairpin: ReadonlyMap<string, { readonly on: boolean; readonly place: Place }>;
  readonly states: ReadonlyMap<string, string>;
}

/** Puts together what a node's captures say about its interfaces. */
export function assembleInterfaces(node: string, readings: Readings, desk: Desk): Assembled {
  const seen = first(readings, 'interfaces') ?? [];
  checkNames(seen, desk);
  const ports = collectPorts(seen, readings, desk);
  if (seen.length > 0) checkPorts(seen, ports, readings, desk);
  const assumptions: Assumption[] = [];
  const listed = seen.map((one) => toInterface(node, one, seen, ports, assumptions));
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

function collectPorts(seen: readonly SeenInterface[], readings: Readings, desk: Desk): Ports {
  const masters = new Map<string, { bridge: string; place: Place }>();
  const hairpin = new Map<string, { on: boolean; place: Place }>();
  const join = (port: string, bridge: string, place: Place): void => {
    const before = masters.get(port);
    if (before === undefined) masters.set(port, { bridge, place });
    else if (before.bridge !== bridge)
      desk.error(
        place,
        `\`${port}\` is a port of \`${bridge}\` here and of \`${before.bridge}\` at ${at(before.place)}`,
        AGREE,
      );
  };
  const turn = (port: string, on: boolean, place: Place): void => {
    const before = hairpin.get(port);
    if (before === undefined) hairpin.set(port, { on, place });
    else if (before.on !== on)
      desk.error(
        place,
        `hairpin of \`${port}\` is ${on ? 'on' : 'off'} here and ${before.on ? 'on' : 'off'} at ${at(before.place)}`,
        AGREE,
      );
  };
  for (const { value } of every(readings, 'hairpin')) turn(value.port, value.on, value.place);
  const listed = (first(readings, 'ports') ?? []).map((port) => ({ ...port, bridge: port.master }));
  for (const { name, hairpin: on, place } of [...listed, ...seen]) if (on !== undefined) turn(name, on, place);
  for (const { name, bridge, place } of listed) if (bridge !== undefined) join(name, bridge, place);
  for (const { name, master } of seen) if (master !== undefined) join(name, master.name, master.place);
  const bridges = first(readings, 'bridges') ?? [];
  for (const bridge of bridges) for (const port of bridge.ports) join(port.name, bridge.name, port.place);
  const states = new Map(
    [
      ...seen.map(({ name, portState }) => [name, portState] as const),
      ...listed.map(({ name, state }) => [name, state] as const),
    ].flatMap(([name, state]) => (state === undefined ? [] : [[name, state] as const])),
  );
  return {
    masters,
    hairpin,
    states,
    bridges: new Set([...bridges.map(({ name }) => name), ...listed.flatMap(({ bridge }) => bridge ?? [])]),
  };
}

const AGREE = 'captures of one thing must agree: take both at one moment, or leave the wrong one out';

/** A port and its bridge must both be in the listing of interfaces; a bridge's own listing must name the same ports. */
function checkPorts(seen: readonly SeenInterface[], ports: Ports, readings: Readings, desk: Desk): void {
  const names = new Set(seen.map(({ name }) => name));
  const listing = seen[0]?.place.file ?? '';
  for (const [port, { bridge, place }] of ports.masters) {
    if (place.file === 'network.yaml') continue; // said where it is described
    if (!names.has(bridge))
      desk.error(
        place,
        `\`${port}\` is a port of \`${bridge}\`, which is not in ${listing}`,
        'the capture is not whole: list all interfaces of the node',
      );
    if (!names.has(port))
      desk.error(
        place,
        `\`${port}\` is a port of \`${bridge}\`, but is not in ${listing}`,
        'the capture is not whole: list all interfaces of the node',
      );
  }
  for (const { name, place } of first(readings, 'bridges') ?? [])
    if (!names.has(name))
      desk.error(
        place,
        `bridge \`${name}\` is not in ${listing}`,
        'the capture is not whole: list all interfaces of the node',
      );
  for (const bridge of first(readings, 'bridges') ?? [])
    for (const { name, master } of seen)
      if (master?.name === bridge.name && !bridge.ports.some((port) => port.name === name))
        desk.error(
          master.place,
          `\`${name}\` is a port of \`${bridge.name}\` here, but is not among its ports at ${at(bridge.place)}`,
          AGREE,
        );
  for (const [port, { place }] of ports.hairpin)
    if (!names.has(port))
      desk.error(
        place,
        `a hairpin mode of \`${port}\`, which is not in ${listing}`,
        'the file is named after a port of the node: `hairpin-IFACE.txt`',
      );
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
    mac: one.mac ?? (kind === 'loopback' ? 0 : madeUpMac(node, one.name)),
    addresses,
    ...(master !== undefined && { master }),
    hairpin: hairpinOf(node, one.name, master, ports),
    promisc: one.flags?.has('PROMISC') === true,
    ...(vlan !== undefined && { vlan }),
    mtu: one.mtu,
    place: one.place,
  };
}

function kindFor(
  node: string,
  one: SeenInterface,
  all: readonly SeenInterface[],
  ports: Ports,
  assumptions: Assumption[],
): InterfaceKind {
  if (one.kind !== undefined) return one.kind;
  if (one.name === 'lo') return 'loopback';
  if (ports.bridges.has(one.name)) return 'bridge';
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

function hairpinOf(node: string, port: string, master: string | undefined, ports: Ports): Known<boolean> {
  const shown = ports.hairpin.get(port);
  if (shown !== undefined) return known(shown.on);
  return master === undefined
    ? known(false)
    : assumed(false, { node, text: `hairpin of ${port} is off (no capture shows it)` });
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

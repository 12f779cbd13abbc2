import { printAddress, printPrefix } from '../packet/address.ts';
import type { Assumption, Place } from '../packet/place.ts';
import { interfaceOf } from './access.ts';
import { sixDown, sixUp } from './edit-six.ts';
import type { Interface, InterfaceAddress, Node, Route } from './network.ts';
import { known } from './unknown.ts';

const LINK_SCOPE = 253;
const [LOCAL_TABLE, MAIN_TABLE] = [255, 254];

/**
 * Sets one flag of an interface. What the kernel does to the routes when an interface goes down or comes up is done to
 * them too (fib_frontend.c: fib_disable_ip, fib_add_ifaddr).
 */
export function setFlag(
  node: Node,
  name: string,
  flag: 'up' | 'promisc' | 'hairpin',
  value: boolean,
  place: Place,
): Node {
  const old = interfaceOf(node, name);
  const changed = change(old, flag, value);
  const interfaces = node.interfaces.map((one) => (one === old ? changed : one));
  if (flag !== 'up' || old.up === value) return { ...node, interfaces };
  const next = { ...node, interfaces };
  if (!value) return sixDown(down(next, name), name);
  return sixUp(brought(up(next, changed, place), name), changed, place);
}

function change(old: Interface, flag: 'up' | 'promisc' | 'hairpin', value: boolean): Interface {
  switch (flag) {
    case 'up':
      return { ...old, up: value };
    case 'promisc':
      return { ...old, promisc: value };
    case 'hairpin':
      return { ...old, hairpin: known(value) };
  }
}

/** Every route by the device goes, in every table; local routes stay, as they need no link (fib_sync_down_dev). */
function down(node: Node, device: string): Node {
  const routes = node.routes.flatMap((route): Route[] => {
    if (route.type === 'local' || route.nextHops.length === 0) return [route];
    const nextHops = route.nextHops.filter((hop) => hop.device !== device);
    if (nextHops.length === route.nextHops.length) return [route];
    return nextHops.length === 0 ? [] : [{ ...route, nextHops }];
  });
  return { ...node, routes };
}

/** The routes that follow from the addresses come back; what an administrator had added does not. */
function up(node: Node, { name, addresses }: Interface, place: Place): Node {
  const wanted = addresses.flatMap((address) => routesOf(address, name, place));
  const missing = wanted.filter((route) => !node.routes.some((other) => same(route, other)));
  return { ...node, routes: [...node.routes, ...missing] };
}

function brought(node: Node, device: string): Node {
  const text = `${device} comes up with the routes of its own addresses and no others`;
  const assumption: Assumption = { node: node.name, text };
  return { ...node, assumptions: [...node.assumptions, assumption] };
}

function routesOf(of: InterfaceAddress, device: string, place: Place): Route[] {
  const base = { nextHops: [{ device, weight: 1 }], source: of.local, metric: 0, tos: 0, onlink: false, place };
  const { broadcast } = of;
  const connected: Route = {
    ...base,
    table: MAIN_TABLE,
    type: 'unicast',
    destination: { address: of.address, length: of.length },
    scope: LINK_SCOPE,
    text: `${printPrefix(of)} dev ${device} scope link src ${printAddress(of.local)}`,
  };
  const group = (address: number): Route => ({
    ...base,
    table: LOCAL_TABLE,
    type: 'broadcast',
    destination: { address, length: 32 },
    scope: LINK_SCOPE,
    text: `broadcast ${printAddress(address)} dev ${device} table local scope link src ${printAddress(of.local)}`,
  });
  return [...(of.length < 32 ? [connected] : []), ...(broadcast === undefined ? [] : [group(broadcast)])];
}

const same = (a: Route, b: Route): boolean =>
  a.table === b.table &&
  a.type === b.type &&
  a.destination.address === b.destination.address &&
  a.destination.length === b.destination.length &&
  b.nextHops.some(({ device }) => device === a.nextHops[0]?.device);

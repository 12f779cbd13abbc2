import { findInterface } from '../../network/access.ts';
import type { NextHop, Node, PolicyRule, Route } from '../../network/network.ts';
import { type Address, holds as contains, printAddress } from '../../packet/address.ts';
import type { Packet } from '../../packet/packet.ts';
import { applies, type FlowKey, type Found, flowKey, missing, originOf, TABLE_LOCAL } from '../routing.ts';
import { isFirst, openRule, undecided } from '../undecided.ts';
import { choose, type World } from '../world.ts';
import { needsDevice, UNSPECIFIED } from './address.ts';

/** What a lookup is keyed by (`struct flowi6`, and the flags of the lookup). */
export interface FlowKey6 extends FlowKey {
  /** The device whose routes are preferred among equals: that of the socket, or the one that the packet came in by. */
  readonly near?: string;
  /** RT6_LOOKUP_F_IFACE: no other device's routes count. */
  readonly strict: boolean;
  /** The device comes before the metric (`rt6_device_match`). */
  readonly anyMetric?: true;
}

/** What comes in by a device is looked up with it (`ip6_pol_route_input`). */
export const inputKey = (packet: Packet, device: string): FlowKey6 => ({
  ...flowKey(packet, device),
  near: device,
  strict: needsDevice(packet.dst),
});

/** What the node sends itself; `device`: the one that the socket asks for, `bound`: it takes no other. */
export function outputKey(packet: Packet, device: string | undefined, bound: boolean): FlowKey6 {
  const strict = needsDevice(packet.dst) || (device !== undefined && (bound || packet.src === UNSPECIFIED));
  const asked = device === undefined ? {} : { near: device, oif: device };
  return { ...flowKey(packet, 'lo'), ...asked, strict };
}

/** `fib6_rule_lookup` (net/ipv6/fib6_rules.c): policy rules by priority, each table's best route. */
export function lookup6(world: World, node: Node, key: FlowKey6): Found {
  const hole = undecided(node, 'routes', ` to ${printAddress(key.dst)}`);
  for (const [n, rule] of node.rules.entries()) {
    const open = openRule(node, rule);
    if (open !== undefined) return missing(node, hole ?? open);
    if (!applies(sourceless(rule, key), key)) continue;
    const none = (of: Route | PolicyRule): Found =>
      hole === undefined ? { kind: 'none', origin: originOf(node, of) } : missing(node, hole);
    if (rule.action.kind !== 'table') return none(rule);
    const found = lookupTable(world, node, rule.action.table, key);
    if (found === undefined || found.route.type === 'throw') continue;
    const { suppressPrefixLength: suppressed } = rule.action;
    if (suppressed !== undefined && found.route.destination.length <= suppressed) continue;
    if (hole !== undefined && !(n === 0 && isFirst(rule) && isOwnRoute6(found.route))) return missing(node, hole);
    return NOWHERE.includes(found.route.type) ? none(found.route) : { kind: 'route', ...found };
  }
  return missing(node, hole);
}

/** A rule for some sources is none for packets that have no source yet (`fib6_rule_match`). */
const sourceless = (rule: PolicyRule, { src }: FlowKey6): PolicyRule =>
  src === UNSPECIFIED && rule.from !== undefined && rule.from.length > 0 ? { ...rule, from: NOBODY } : rule;

const NOBODY = { address: 1n, length: 128 };
const NOWHERE: readonly Route['type'][] = ['blackhole', 'unreachable', 'prohibit'];

/** Nothing comes before a route to one address in the table of the kernel's own first rule. */
const isOwnRoute6 = ({ table, type, destination }: Route): boolean =>
  table === TABLE_LOCAL && destination.length === 128 && (type === 'local' || type === 'anycast');

interface Candidate {
  readonly route: Route;
  readonly hop: NextHop | undefined;
}

/** `fib6_table_lookup`: the longest prefix that has a route which will do (`fib6_backtrack`). */
const lookupTable = (world: World, node: Node, table: number, key: FlowKey6): Candidate | undefined =>
  pickRoute(world, node, bestRoutes(node, table, key), key);

/** The routes that only the device, or how they are listed, tells apart. */
function bestRoutes(node: Node, table: number, key: FlowKey6): readonly Route[] {
  const fitting = node.routes.filter((route) => route.table === table && contains(route.destination, key.dst));
  // longest prefix, lowest metric, and the capture's own order among equals
  const sorted = fitting.toSorted((a, b) => b.destination.length - a.destination.length || a.metric - b.metric);
  const best = sorted.find((route) => usableHops(node, route, key).length > 0);
  if (best === undefined) return [];
  return sorted.filter(
    (route) =>
      route.destination.length === best.destination.length &&
      (route.metric === best.metric || key.anyMetric === true) &&
      usableHops(node, route, key).length > 0,
  );
}

/** Of routes of one metric those by the device asked for are preferred (`rt6_score_route`), else the first. */
function pickRoute(world: World, node: Node, equals: readonly Route[], key: FlowKey6): Candidate | undefined {
  const near = equals.filter((route) => usableHops(node, route, key).some(({ device }) => device === key.near));
  const best = near.length > 0 ? near : equals;
  const routers =
    key.anyMetric === true ? [] : best.filter(({ nextHops }) => nextHops.some(({ via }) => via !== undefined));
  const route = routers.length > 1 ? pickRouter(world, node, routers, key) : best[0];
  return route === undefined ? undefined : { route, hop: nextHop(world, node, route, key) };
}

/** Several routers of one metric: which is asked follows from who was heard of last, and from their preferences. */
function pickRouter(world: World, node: Node, routers: readonly Route[], { dst }: FlowKey6): Route | undefined {
  const id = `${node.name} routers ${routers.map(({ text }) => text).join(', ')} ${printAddress(dst)}`;
  const reason = `which of ${routers.length} routers ${node.name} asks: ${routers.map(({ text }) => `\`${text}\``).join(', ')}`;
  return routers[choose(world, { id, reason }, [[0, routers.length - 1]])];
}

/** A route that leads nowhere is one by lo. */
const LO: readonly NextHop[] = [{ device: 'lo', weight: 1 }];

const usableHops = (node: Node, { type, nextHops }: Route, { near, strict }: FlowKey6): readonly NextHop[] =>
  (NOWHERE.includes(type) || type === 'throw' || nextHops.length === 0 ? LO : nextHops).filter(
    ({ device }) => (!strict || near === undefined || device === near) && findInterface(node, device)?.up !== false,
  );

/** One of several next hops is taken by a hash that the snapshot does not show (`fib6_select_path`). */
function nextHop(world: World, node: Node, route: Route, key: FlowKey6): NextHop | undefined {
  const usable = usableHops(node, route, key);
  if (usable.length < 2) return usable[0];
  const id = `${node.name} multipath ${route.table} ${route.text} ${key.src} ${key.dst}`;
  const reason = `${node.name} picks one of the ${usable.length} next hops of \`${route.text}\` by hash`;
  return usable[choose(world, { id, reason, origin: originOf(node, route) }, [[0, usable.length - 1]])];
}

/** The route that a packet without a source would take (`ip6_route_output`), whichever of several next hops it gets. */
export function routeOf(node: Node, dst: Address, near?: string): Route | undefined {
  const ports = { proto: 0, sport: 0, dport: 0, tos: 0, mark: 0 };
  const asked = near === undefined ? {} : { near, oif: near };
  const key: FlowKey6 = { ...ports, dst, src: UNSPECIFIED, iif: 'lo', ...asked, strict: near !== undefined };
  for (const rule of node.rules) {
    if (rule.undecided !== undefined || !applies(sourceless(rule, key), key)) continue;
    if (rule.action.kind !== 'table') return undefined;
    const [route] = bestRoutes(node, rule.action.table, key);
    const { suppressPrefixLength: suppressed = -1 } = rule.action;
    if (route !== undefined && route.type !== 'throw' && route.destination.length > suppressed) return route;
  }
  return undefined;
}

/** What table local says of an address, on whatever device that is up. */
export const ownRoute = (node: Node, address: Address): Route | undefined =>
  node.routes
    .filter(({ table, destination }) => table === TABLE_LOCAL && contains(destination, address))
    .filter(({ nextHops }) => nextHops.every(({ device }) => findInterface(node, device)?.up !== false))
    .toSorted((a, b) => b.destination.length - a.destination.length)[0];

/** Whether a node takes packets to the address for its own (`RTF_LOCAL`). */
export const isLocal6 = (node: Node, address: Address): boolean => ownRoute(node, address)?.type === 'local';

import { findInterface } from '../network/access.ts';
import type { NextHop, Node, PolicyRule, Route } from '../network/network.ts';
import { type Address, holds as contains, type Prefix, printAddress } from '../packet/address.ts';
import { bitAnd } from '../packet/bits.ts';
import type { Packet } from '../packet/packet.ts';
import type { Origin, Unknown } from '../packet/place.ts';
import { hasPorts } from './tuple.ts';
import { isFirst, isOwnRoute, openRule, undecided } from './undecided.ts';
import { choose, type World } from './world.ts';

export const TABLE_LOCAL = 255;

/** What a lookup is keyed by (`struct flowi4`). `iif` is `lo` for what the node sends itself. */
export interface FlowKey {
  readonly dst: Address;
  readonly src: Address;
  readonly proto: number;
  readonly sport: number;
  readonly dport: number;
  readonly tos: number;
  readonly mark: number;
  readonly iif: string;
  /** Only routes by this device count. */
  readonly oif?: string;
}

export const flowKey = (packet: Packet, iif: string): FlowKey => {
  const { src, dst, proto, tos, mark } = packet;
  // a later fragment shows no ports (skb_flow_dissect)
  const { sport, dport } = packet.fragment === 1 ? { sport: 0, dport: 0 } : packet;
  return { src, dst, proto, sport, dport, tos, mark, iif };
};

/** A route with the next hop that was taken, or what kept the lookup from finding one. */
export type Found =
  | { readonly kind: 'route'; readonly route: Route; readonly hop: NextHop | undefined }
  /** With `unknown`, the node may have a route that no capture shows. */
  | { readonly kind: 'none'; readonly origin: Origin; readonly unknown?: Unknown };

/** The part of a packet's TOS byte that a `tos` is compared with, without its precedence (`fib_dscp_masked_match`). */
const TOS = 0x1c;

/** `fib_lookup`: policy rules by priority, in each table the longest prefix that fits. */
export function lookup(world: World, node: Node, key: FlowKey): Found {
  const hole = undecided(node, 'routes', ` to ${printAddress(key.dst)}`);
  for (const [n, rule] of node.rules.entries()) {
    const open = openRule(node, rule);
    if (open !== undefined) return missing(node, hole ?? open);
    if (!applies(rule, key)) continue;
    const origin = originOf(node, rule);
    if (rule.action.kind !== 'table') return hole === undefined ? { kind: 'none', origin } : missing(node, hole);
    const found = lookupTable(node, rule.action.table, key);
    if (found === undefined || found.type === 'throw') continue;
    const { suppressPrefixLength: suppressed } = rule.action;
    if (suppressed !== undefined && found.destination.length <= suppressed) continue;
    if (hole !== undefined && !(n === 0 && isFirst(rule) && isOwnRoute(found))) return missing(node, hole);
    if (NOWHERE.includes(found.type)) return { kind: 'none', origin: originOf(node, found) };
    return { kind: 'route', route: found, hop: nextHop(world, node, found, key) };
  }
  return missing(node, hole);
}

/** No route that is shown; with `unknown`, perhaps one that is not. */
export const missing = (node: Node, unknown: Unknown | undefined): Found => ({
  kind: 'none',
  origin: { node: node.name, text: 'no route to the destination' },
  ...(unknown === undefined ? {} : { unknown }),
});

const NOWHERE: readonly Route['type'][] = ['blackhole', 'unreachable', 'prohibit'];

export const originOf = (node: Node, { text, place }: Route | PolicyRule): Origin => ({
  node: node.name,
  text,
  ...(place === undefined ? {} : { place }),
});

/** `fib4_rule_match` and `fib_rule_match` (net/ipv4/fib_rules.c, net/core/fib_rules.c). */
export function applies(rule: PolicyRule, key: FlowKey): boolean {
  const matched =
    inside(rule.from, key.src) &&
    inside(rule.to, key.dst) &&
    (rule.iif === undefined || rule.iif === key.iif) &&
    (rule.oif === undefined || rule.oif === key.oif) &&
    (rule.mark === undefined || bitAnd(key.mark, rule.mark.mask) === bitAnd(rule.mark.value, rule.mark.mask)) &&
    (rule.tos === undefined || rule.tos === 0 || bitAnd(key.tos, TOS) === rule.tos) &&
    (rule.protocol === undefined || rule.protocol === key.proto) &&
    within(rule.sport, key.sport, key.proto) &&
    within(rule.dport, key.dport, key.proto);
  return matched !== rule.inverted;
}

const inside = (prefix: Prefix | undefined, address: Address): boolean =>
  prefix === undefined || contains(prefix, address);
const within = (range: readonly [number, number] | undefined, port: number, proto: number): boolean =>
  range === undefined || (hasPorts(proto) && range[0] <= port && port <= range[1]);

/** `fib_table_lookup`: the longest prefix; among equals the tos that is named, then the lowest metric. */
function lookupTable(node: Node, table: number, key: FlowKey): Route | undefined {
  let best: Route | undefined;
  for (const route of node.routes)
    if (route.table === table && fits(node, route, key) && (best === undefined || precedes(route, best))) best = route;
  return best;
}

const fits = (node: Node, route: Route, { dst, tos: wanted, oif }: FlowKey): boolean =>
  contains(route.destination, dst) &&
  (route.tos === 0 || route.tos === bitAnd(wanted, TOS)) &&
  (route.nextHops.length === 0 || usableHops(node, route, oif).length > 0);

/** A route goes with its device (`fib_sync_down_dev`), but for local ones: an address works while its interface is down. */
const usableHops = (node: Node, { type, nextHops }: Route, oif: string | undefined): readonly NextHop[] =>
  nextHops.filter(
    ({ device }) =>
      (oif === undefined || device === oif) && (type === 'local' || findInterface(node, device)?.up !== false),
  );

const precedes = (a: Route, b: Route): boolean =>
  (a.destination.length - b.destination.length || a.tos - b.tos || b.metric - a.metric) > 0;

/** One of several next hops is taken by a hash that the snapshot does not show. */
function nextHop(world: World, node: Node, route: Route, key: FlowKey): NextHop | undefined {
  const usable = usableHops(node, route, key.oif);
  if (usable.length < 2) return usable[0];
  const id = `${node.name} multipath ${route.table} ${route.text} ${key.src} ${key.dst}`;
  const reason = `${node.name} picks one of the ${usable.length} next hops of \`${route.text}\` by hash`;
  return usable[choose(world, { id, reason, origin: originOf(node, route) }, [[0, usable.length - 1]])];
}

/** `inet_addr_type` of one address: what the local table says of it (net/ipv4/fib_frontend.c). */
function typeOf(node: Node, address: Address): Route['type'] | undefined {
  const key: FlowKey = { dst: address, src: 0, proto: 0, sport: 0, dport: 0, tos: 0, mark: 0, iif: 'lo' };
  return lookupTable(node, TABLE_LOCAL, key)?.type;
}

export const isLocal = (node: Node, address: Address): boolean => typeOf(node, address) === 'local';
/** 0.0.0.0 stands for a broadcast, as far as it is delivered at all. */
export const isBroadcast = (node: Node, address: Address): boolean =>
  address === 0 || typeOf(node, address) === 'broadcast';

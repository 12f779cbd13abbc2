import type { NextHop, Node, PolicyRule, Route } from '../network/network.ts';
import { printAddress, printPrefix } from '../packet/address.ts';
import type { Family } from '../packet/field.ts';

const LOCAL = 255;
const MAIN = 254;
/** What must be there first: a preferred source must be local, a gateway must be on a link. */
const RANK: Readonly<Partial<Record<Route['type'], number>>> = { local: 0, broadcast: 1 };
const OTHER = 3;
const rank = ({ type, nextHops }: Route): number =>
  RANK[type] ?? (type === 'unicast' && nextHops.every(({ via }) => via === undefined) ? 2 : OTHER);

/** Of routes that fit equally well the first decides: a route does not come before an equal one that stands before it. */
function ranked(routes: readonly Route[]): readonly Route[] {
  const ranks = new Map<Route, number>();
  for (const [n, route] of routes.entries()) {
    const equals = routes.slice(0, n).filter((other) => keyOf(other) === keyOf(route));
    ranks.set(route, Math.max(rank(route), ...equals.map((other) => ranks.get(other) ?? 0)));
  }
  return [...routes].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
}

const keyOf = ({ table, destination, tos, metric }: Route): string =>
  `${table} ${printPrefix(destination)} ${tos} ${metric}`;

/** A route as `ip -j route show table local` tells it. */
interface Standing {
  readonly type: string;
  readonly dst: string;
  readonly dev?: string;
  readonly prefsrc?: string;
}

const standingKey = ({ type, dst, dev = '', prefsrc = '' }: Standing): string =>
  `${type} ${dst.includes('/') ? dst : `${dst}/32`} ${dev} ${prefsrc}`;
const wantedKey = ({ type, destination, nextHops, source }: Route): string =>
  standingKey({
    type,
    dst: printPrefix(destination),
    ...(nextHops[0] === undefined ? {} : { dev: nextHops[0].device }),
    ...(source === undefined ? {} : { prefsrc: printAddress(source) }),
  });

/**
 * `ip` lines that make a node's routing tables what the network says. `standing` is what `ip -j route show table local`
 * prints: the kernel's own local routes are left alone, because one that a user adds changes how it validates sources
 * (`fib_has_custom_local_routes`).
 */
export function routeLines(node: Node, standing: string): readonly string[] {
  const there = JSON.parse(standing === '' ? '[]' : standing) as readonly Standing[];
  const kept = new Set(there.map(standingKey));
  const wanted = new Set(node.routes.filter(({ table }) => table === LOCAL).map(wantedKey));
  const gone = there.filter((one) => !wanted.has(standingKey(one)));
  const missing = node.routes.filter((route) => route.table !== LOCAL || !kept.has(wantedKey(route)));
  return [
    ...gone.map(
      ({ type, dst, dev }) => `route del ${type} ${dst}${dev === undefined ? '' : ` dev ${dev}`} table ${LOCAL}`,
    ),
    `route flush table ${MAIN}`,
    ...ranked(missing).map(routeLine),
  ];
}

function routeLine(route: Route): string {
  const { type, destination, table, metric, tos, scope, source, onlink, nextHops } = route;
  const options = [
    `table ${table}`,
    `scope ${scope}`,
    metric === 0 ? '' : `metric ${metric}`,
    tos === 0 ? '' : `tos 0x${tos.toString(16)}`,
    source === undefined ? '' : `src ${printAddress(source)}`,
  ];
  const hops =
    nextHops.length > 1 ? nextHops.map((hop) => `nexthop ${way(hop)} weight ${hop.weight}`) : nextHops.map(way);
  const words = ['route append', type, printPrefix(destination), ...options, ...hops, onlink ? 'onlink' : ''];
  return words.filter((word) => word !== '').join(' ');
}

const way = ({ via, device }: NextHop): string =>
  `${via === undefined ? '' : `via ${printAddress(via)} `}dev ${device}`;

const STANDARD = { 4: '0:255 32766:254 32767:253', 6: '0:255 32766:254' } as const;
const isPlain = (rule: PolicyRule): boolean =>
  !rule.inverted &&
  [rule.from, rule.to, rule.iif, rule.oif, rule.mark, rule.tos, rule.protocol, rule.sport, rule.dport].every(
    (part) => part === undefined,
  );

/** `ip` lines for the policy rules; none where they are the kernel's own. */
export function policyLines(node: Node, family: Family = 4): readonly string[] {
  const shape = node.rules.map(
    (rule) => `${rule.priority}:${rule.action.kind === 'table' && isPlain(rule) ? rule.action.table : '-'}`,
  );
  if (shape.join(' ') === STANDARD[family]) return [];
  return ['rule flush', 'rule del pref 0', ...node.rules.map(policyLine)];
}

function policyLine(rule: PolicyRule): string {
  const { action, mark } = rule;
  const words = [
    `rule add pref ${rule.priority}`,
    rule.inverted ? 'not' : '',
    `from ${rule.from === undefined ? 'all' : printPrefix(rule.from)}`,
    rule.to === undefined ? '' : `to ${printPrefix(rule.to)}`,
    rule.iif === undefined ? '' : `iif ${rule.iif}`,
    rule.oif === undefined ? '' : `oif ${rule.oif}`,
    mark === undefined ? '' : `fwmark 0x${mark.value.toString(16)}/0x${mark.mask.toString(16)}`,
    rule.tos === undefined ? '' : `tos 0x${rule.tos.toString(16)}`,
    rule.protocol === undefined ? '' : `ipproto ${rule.protocol}`,
    rule.sport === undefined ? '' : `sport ${rule.sport.join('-')}`,
    rule.dport === undefined ? '' : `dport ${rule.dport.join('-')}`,
    action.kind === 'table' ? `table ${action.table}` : action.kind,
    action.kind === 'table' && action.suppressPrefixLength !== undefined
      ? `suppress_prefixlength ${action.suppressPrefixLength}`
      : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}

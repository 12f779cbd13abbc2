import type { NextHop, Node, Route } from '../../network/network.ts';
import { printAddress, printPrefix } from '../../packet/address.ts';

const LOCAL = 255;
const MAIN = 254;

/** A route as `ip -6 -j route show table local` tells it. */
interface Standing {
  readonly type: string;
  readonly dst: string;
  readonly dev?: string;
}

const standingKey = ({ type, dst, dev = '' }: Standing): string =>
  `${type} ${dst.includes('/') ? dst : `${dst}/128`} ${dev}`;
const wantedKey = ({ type, destination, nextHops }: Route): string =>
  standingKey({ type, dst: printPrefix(destination), dev: nextHops[0]?.device ?? '' });

/** A gateway must be on a link, so what is connected comes first; the others keep their order. */
const rank = ({ nextHops }: Route): number => Number(nextHops.some(({ via }) => via !== undefined));

/**
 * `ip` lines that make a node's tables of IPv6 what the network says. `standing` is what `ip -6 -j route show table local`
 * prints: what the kernel itself has made of the addresses is left alone, but for routes to groups in another order: the
 * kernel has them as devices came up, and a group without a zone goes by the first.
 */
export function routeLines6(node: Node, standing: string): readonly string[] {
  const there = JSON.parse(standing === '' ? '[]' : standing) as readonly Standing[];
  const wanted = new Set(node.routes.filter(({ table }) => table === LOCAL).map(wantedKey));
  const isKept = (one: Standing): boolean =>
    wanted.has(standingKey(one)) && (one.type !== 'multicast' || inOrder(node, there));
  const kept = new Set(there.filter(isKept).map(standingKey));
  const gone = there.filter((one) => !isKept(one));
  const missing = node.routes.filter((route) => route.table !== LOCAL || !kept.has(wantedKey(route)));
  return [
    ...gone.map(
      ({ type, dst, dev }) => `route del ${type} ${dst}${dev === undefined ? '' : ` dev ${dev}`} table ${LOCAL}`,
    ),
    `route flush table ${MAIN}`,
    ...missing.toSorted((a, b) => rank(a) - rank(b)).map(routeLine),
  ];
}

const inOrder = ({ routes }: Node, there: readonly Standing[]): boolean =>
  there.flatMap((one) => (one.type === 'multicast' ? [standingKey(one)] : [])).join() ===
  routes.flatMap((one) => (one.table === LOCAL && one.type === 'multicast' ? [wantedKey(one)] : [])).join();

function routeLine({ type, destination, table, metric, source, nextHops, hopLimit, onlink }: Route): string {
  const hops =
    nextHops.length > 1 ? nextHops.map((hop) => `nexthop ${way(hop)} weight ${hop.weight}`) : nextHops.map(way);
  const words = [
    'route append',
    type,
    printPrefix(destination),
    `table ${table}`,
    metric === 0 ? '' : `metric ${metric}`,
    source === undefined ? '' : `src ${printAddress(source)}`,
    hopLimit === undefined ? '' : `hoplimit ${hopLimit}`,
    ...hops,
    onlink ? 'onlink' : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}

const way = ({ via, device }: NextHop): string =>
  `${via === undefined ? '' : `via ${printAddress(via)} `}dev ${device}`;

import type { Interface, Route } from '../../network/network.ts';
import { holds, parseAddress } from '../../packet/address.ts';
import type { Family } from '../../packet/field.ts';
import { printDestination, route, sixRoute } from '../ip/route.ts';
import { familyOfRoute } from '../ip/route-values.ts';
import { type Hop, nextHopsOf, parseRouteWords, type RouteWords } from '../ip/route-words.ts';
import { LINK_LOCAL } from '../ip/six-prefixes.ts';
import { nearest } from '../nearest.ts';
import type { Source, Word } from '../source.ts';
import type { DescribedNode } from '../wiring/wiring.ts';
import type { Desk } from './desk.ts';

/** The metric of a route that names none (include/uapi/linux/ipv6_route.h). */
const IP6_RT_PRIO_USER = 1024;

/** The routes of `network.yaml` of one family, as `ip route add` would have put them beside the connected ones. */
export function describedRoutes(
  described: DescribedNode | undefined,
  family: Family,
  interfaces: readonly Interface[],
  connected: readonly Route[],
  desk: Desk,
): readonly Route[] {
  const made: Route[] = [];
  const source = desk.source('network.yaml');
  for (const word of described?.routes ?? []) {
    const before = source.located.length;
    const words = wordsIn(word);
    if (familyOfRoute(words) !== family) continue;
    const written = parseRouteWords(source, words, family);
    if (source.located.length > before) continue;
    if (written !== undefined) checkHostBits(source, written);
    const one =
      written && source.located.length === before && finish(source, written, interfaces, [...connected, ...made]);
    if (!one) continue;
    const same = [...connected, ...made].find(
      (other) =>
        other.table === one.table &&
        other.tos === one.tos &&
        other.metric === one.metric &&
        printDestination(other.destination) === printDestination(one.destination),
    );
    if (same !== undefined)
      source.error(
        word,
        `a second route to \`${printDestination(one.destination)}\``,
        `there is \`${same.text}\` already: give it another metric`,
      );
    else made.push(one);
  }
  return made;
}

/** The kernel refuses an IPv4 destination with bits behind its prefix (fib_valid_key_len), and clears those of IPv6. */
function checkHostBits(source: Source, { at, family, destination }: RouteWords): void {
  const address = parseAddress(at.text.replace(/\/.*/, ''));
  if (family === 6 || address === undefined || address === destination.address) return;
  source.error(at, `\`${at.text}\` has bits behind its prefix`, `did you mean \`${printDestination(destination)}\`?`);
}

/** The words of a route that stands in one scalar. */
const wordsIn = (whole: Word): readonly Word[] =>
  [...whole.text.matchAll(/\S+/g)].map(({ 0: text, index }) => ({
    text,
    line: whole.line,
    column: whole.column + index,
    length: text.length,
  }));

function finish(
  source: Source,
  written: RouteWords,
  interfaces: readonly Interface[],
  others: readonly Route[],
): Route | undefined {
  const leads =
    written.type === undefined || ['unicast', 'local', 'broadcast', 'multicast', 'anycast'].includes(written.type);
  const before = source.located.length;
  for (const word of written.undecided)
    source.error(
      word,
      `\`${word.text}\` is not modelled`,
      `a route of IPv${written.family} described by hand leads over IPv${written.family}, for every source`,
    );
  if (leads && written.hops.length === 0)
    source.error(
      written.at,
      'a route that leads nowhere',
      'say `via ADDRESS` or `dev IFACE`, or begin it with `blackhole`',
    );
  const hops = written.hops.map((hop) => found(source, hop, written, interfaces, others));
  if (source.located.length > before) return undefined;
  const { at, family, hops: _, undecided: __, ...parts } = written;
  const made = { ...parts, nextHops: nextHopsOf(hops), place: source.place(at) };
  return family === 4 ? route(made) : sixRoute({ ...made, metric: made.metric || IP6_RT_PRIO_USER });
}

/** A gateway without a device is on the network of a connected route (fib_check_nh, net/ipv4/fib_semantics.c). */
function found(
  source: Source,
  hop: Hop,
  written: RouteWords,
  interfaces: readonly Interface[],
  others: readonly Route[],
): Hop {
  const { device, via } = hop;
  if (device !== undefined && !interfaces.some(({ name }) => name === device)) {
    const near = nearest(
      device,
      interfaces.map(({ name }) => name),
    );
    source.error(
      hop.at,
      `there is no interface \`${device}\``,
      near === undefined ? 'name an interface of the node' : `did you mean \`${near}\`?`,
    );
  }
  if (via === undefined || written.onlink === true) return hop;
  if (device === undefined && typeof via === 'bigint' && holds(LINK_LOCAL, via))
    source.error(
      hop.at,
      'a link-local gateway without its device',
      'say `dev IFACE`: the address is one of every link',
    );
  const on = others
    .filter(
      ({ nextHops, destination }) => nextHops[0]?.via === undefined && nextHops.length > 0 && holds(destination, via),
    )
    .toSorted((a, b) => b.destination.length - a.destination.length);
  const net = device === undefined ? on[0] : on.find(({ nextHops }) => nextHops[0]?.device === device);
  if (net === undefined)
    source.error(
      hop.at,
      'the gateway is on no network of the node',
      'give the node an address on its network, or say `onlink` with a device',
    );
  return device === undefined && net !== undefined ? { ...hop, device: net.nextHops[0]?.device ?? '' } : hop;
}

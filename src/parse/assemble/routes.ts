import type { Interface, NextHop, Route } from '../../network/network.ts';
import { type Address, hostPrefix, printAddress, printPrefix, rangeOf } from '../../packet/address.ts';
import type { Assumption } from '../../packet/place.ts';
import { printDestination, route, type SeenRoutes } from '../ip/route.ts';
import type { SeenAddress } from '../ip/seen.ts';
import { TABLE } from '../ip/table.ts';

type Addresses = ReadonlyMap<string, readonly SeenAddress[]>;

/** The address whose prefix an address is in the second place of, or the address itself (inet_ifa_byprefix). */
const primaryOf = (all: readonly SeenAddress[], one: SeenAddress): SeenAddress =>
  one.secondary
    ? (all.find((other) => !other.secondary && other.address === one.address && other.length === one.length) ?? one)
    : one;

const out = (device: string): readonly NextHop[] => [{ device, weight: 1 }];

/**
 * What the kernel puts into the table `local` for the addresses of a node (fib_add_ifaddr, net/ipv4/fib_frontend.c):
 * a local route each even while the device is down, broadcasts and 127.0.0.0/8 only while it is up.
 */
export function localRoutes(interfaces: readonly Interface[], addresses: Addresses): readonly Route[] {
  const made = interfaces.flatMap((one) => {
    const all = addresses.get(one.name) ?? [];
    return all.flatMap((address) => {
      const source = primaryOf(all, address).local;
      const parts = { table: TABLE.local, nextHops: out(one.name), source };
      const own = route({ ...parts, type: 'local', destination: hostPrefix(address.local) });
      return one.up
        ? [
            own,
            ...loopbackNet(one, address, parts),
            ...broadcasts(address).map((to) => route({ ...parts, type: 'broadcast', destination: hostPrefix(to) })),
          ]
        : [own];
    });
  });
  return unique(made);
}

function loopbackNet(
  one: Interface,
  address: SeenAddress,
  parts: { table: number; nextHops: readonly NextHop[]; source: Address },
): readonly Route[] {
  return one.kind === 'loopback' && hasNet(address) ? [route({ ...parts, type: 'local', destination: address })] : [];
}

/** Whether the kernel makes a route for the prefix of an address. */
const hasNet = (address: SeenAddress): boolean =>
  !address.secondary &&
  !address.noPrefixRoute &&
  address.address >= 2 ** 24 &&
  (address.length < 32 || address.address !== address.local);

function broadcasts(address: SeenAddress): readonly Address[] {
  const [, net] = rangeOf(address);
  const own = address.broadcast === undefined || address.broadcast === 0xffffffff ? [] : [address.broadcast];
  const derived = !address.secondary && address.address >= 2 ** 24 && address.length < 31 ? [net] : [];
  return [...new Set([...own, ...derived])];
}

/** The connected routes of the main table that follow from the addresses of devices that are up. */
export function connectedRoutes(interfaces: readonly Interface[], addresses: Addresses): readonly Route[] {
  const made = interfaces
    .filter(({ up, kind }) => up && kind !== 'loopback')
    .flatMap((one) =>
      (addresses.get(one.name) ?? []).filter(hasNet).map((address) =>
        route({
          destination: { address: address.address, length: address.length },
          nextHops: out(one.name),
          source: address.local,
        }),
      ),
    );
  return unique(made);
}

/** A route that is there is not put there again. */
const unique = (routes: readonly Route[]): readonly Route[] => [
  ...new Map(routes.map((one) => [`${one.text}`, one])).values(),
];

/**
 * Routes of a listing that shows no preferred source: the kernel's own connected routes get that of their address, as
 * an assumption; another route has none, which is one too.
 */
export function withSources(
  node: string,
  seen: SeenRoutes,
  addresses: Addresses,
  assumptions: Assumption[],
): readonly Route[] {
  if (seen.showsAll) return seen.routes;
  const routes = seen.routes.map((one) => {
    const source = connectedSource(one, addresses);
    const { text: _, ...parts } = one;
    return source === undefined ? one : route({ ...parts, source });
  });
  const leading = routes.filter(({ type }) => type === 'unicast');
  const sources = leading.map((one) => `${wayOf(one)} ${one.source === undefined ? 'none' : printAddress(one.source)}`);
  if (sources.length > 0)
    assumptions.push({ node, text: `preferred sources: ${sources.join(', ')} (\`route -n\` shows none)` });
  const text = 'no routes with a tos, with several next hops or in tables of their own (`route -n` does not show them)';
  assumptions.push({ node, text });
  return routes;
}

const wayOf = ({ destination, nextHops: [hop] }: Route): string =>
  `${printDestination(destination)} dev ${hop?.device ?? ''}`;

function connectedSource({ type, nextHops, destination }: Route, addresses: Addresses): Address | undefined {
  const [hop] = nextHops;
  if (type !== 'unicast' || hop === undefined || hop.via !== undefined) return undefined;
  return addresses.get(hop.device)?.find((one) => hasNet(one) && printPrefix(one) === printPrefix(destination))?.local;
}

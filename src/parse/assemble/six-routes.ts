import { sysctl } from '../../network/access.ts';
import type { Interface, NextHop, Route } from '../../network/network.ts';
import { type Address, type Prefix, prefix } from '../../packet/address.ts';
import { sixRoute } from '../ip/route.ts';
import type { SeenAddress } from '../ip/seen.ts';
import { GROUPS } from '../ip/six-prefixes.ts';
import { TABLE } from '../ip/table.ts';
import { assume, type Work } from './work.ts';

type Addresses = ReadonlyMap<string, readonly SeenAddress[]>;

/** Of the kernel's own routes to networks and groups (addrconf.c: IP6_RT_PRIO_ADDRCONF). */
const ADDRCONF_METRIC = 256;
const out = (device: string): readonly NextHop[] => [{ device, weight: 1 }];
const whole = (address: Address): Prefix => prefix(address, 128);

/**
 * What the kernel puts into the table `local` for the addresses of devices that are up (net/ipv6/addrconf.c): a local
 * route for each that is not tentative (ipv6_ifa_notify), all groups by each device that has them (addrconf_add_mroute),
 * and the subnet-router anycast address of each network where the node forwards (addrconf_join_anycast).
 */
export function sixLocalRoutes(work: Work, interfaces: readonly Interface[], addresses: Addresses): readonly Route[] {
  const made = interfaces
    .filter(({ up }) => up)
    .flatMap((one) => {
      const ready = (addresses.get(one.name) ?? []).filter(({ tentative }) => tentative !== true);
      const own = ready.map(({ local }) => localRoute('local', one.name, local));
      const nets = ready.filter(({ length }) => length < 127).map(({ address }) => address);
      const anycast = nets.length === 0 || !forwards(work, one.name) ? [] : nets.filter((net) => net !== 0n);
      return [...own, ...anycast.map((net) => localRoute('anycast', one.name, net)), ...groupRoutes(one, addresses)];
    });
  return unique(made);
}

const localRoute = (type: 'local' | 'anycast', device: string, address: Address): Route =>
  sixRoute({ table: TABLE.local, type, destination: whole(address), nextHops: out(device) });

/** A device where IPv6 is on has groups: one without addresses is taken for one where it is off. */
function groupRoutes({ name, kind }: Interface, addresses: Addresses): readonly Route[] {
  if (kind === 'loopback' || (addresses.get(name) ?? []).length === 0) return [];
  const parts = { table: TABLE.local, type: 'multicast', metric: ADDRCONF_METRIC } as const;
  return [sixRoute({ ...parts, destination: GROUPS, nextHops: out(name) })];
}

function forwards(work: Work, device: string): boolean {
  const forwarding = sysctl(work, `net.ipv6.conf.${device}.forwarding`);
  if (forwarding.kind === 'known') return forwarding.value !== 0;
  assume(work, `no anycast addresses of ${device}'s networks (no capture shows whether it forwards IPv6)`);
  return false;
}

/** The connected routes of the main table: a tentative address has one, the address of another end its own (inet6_addr_add). */
export function sixConnectedRoutes(interfaces: readonly Interface[], addresses: Addresses): readonly Route[] {
  const parts = (device: string) => ({ metric: ADDRCONF_METRIC, nextHops: out(device) });
  const made = interfaces
    .filter(({ up }) => up)
    .flatMap((one) =>
      (addresses.get(one.name) ?? [])
        .filter(({ local }) => local !== 1n)
        .flatMap(netsOf)
        .map((destination) => sixRoute({ ...parts(one.name), destination })),
    );
  return unique(made);
}

const netsOf = ({ address, length, noPrefixRoute, peer }: SeenAddress): readonly Prefix[] => [
  ...(noPrefixRoute ? [] : [{ address, length }]),
  ...(peer === undefined ? [] : [whole(peer)]),
];

/** A route that is there is not put there again. */
const unique = (routes: readonly Route[]): readonly Route[] => [
  ...new Map(routes.map((one) => [one.text, one])).values(),
];

/**
 * Up to Linux 4.17 local routes of every address were shown with `dev lo`, though they were the device's own
 * (addrconf_dst_alloc, rt6i_idev): they are put back there, one a device that has the address.
 */
export function atHome(routes: readonly Route[], addresses: Addresses): readonly Route[] {
  const homes = new Map<Address, string[]>();
  for (const [device, all] of addresses)
    for (const { local } of all) homes.set(local, [...(homes.get(local) ?? []), device]);
  return routes.map((one) => {
    const { type, destination, nextHops } = one;
    const devices = homes.get(destination.address);
    if (type !== 'local' || destination.length < 128 || nextHops[0]?.device !== 'lo' || devices === undefined)
      return one;
    const device = devices.shift();
    return device === undefined ? one : { ...one, nextHops: out(device) };
  });
}

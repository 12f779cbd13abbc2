import { sysctl } from '../../network/access.ts';
import { linkLocalOf } from '../../network/edit-six.ts';
import type { Interface } from '../../network/network.ts';
import { holds, prefix, printAddress } from '../../packet/address.ts';
import type { SeenAddress } from '../ip/seen.ts';
import { LINK_LOCAL } from '../ip/six-prefixes.ts';
import { first, type Readings } from './facts.ts';
import type { Work } from './work.ts';

export type Addresses = ReadonlyMap<string, readonly SeenAddress[]>;

/**
 * The addresses of IPv6 by interface; `undefined` where no listing shows any, or that there are none. An interface whose
 * addresses are not shown, or not readable, leaves all of them undecided.
 */
export function sixAddresses(work: Work, readings: Readings, interfaces: readonly Interface[]): Addresses | undefined {
  const seen = first(readings, 'interfaces');
  if (seen === undefined || seen.every(({ six }) => six === undefined)) return undefined;
  const isDescribed = readings.interfaces?.[0]?.file === 'network.yaml';
  const shown = new Map(seen.map(({ name, six }) => [name, six]));
  for (const [name, six] of shown)
    if (six?.kind !== 'known')
      work.undecided.set('interfaces', six?.reason ?? `no capture shows the addresses of IPv6 of ${name}`);
  const found = interfaces.map((one): readonly [string, readonly SeenAddress[]] => {
    const six = shown.get(one.name);
    const own = six?.kind === 'known' ? six.value : [];
    return [one.name, isDescribed || !shown.has(one.name) ? withOwn(work, one, own) : own];
  });
  if (found.every(([, all]) => all.length === 0))
    work.assumptions.push({ node: work.name, text: 'IPv6 is off (the listing of interfaces shows no address of it)' });
  return new Map(found);
}

/**
 * The addresses that the kernel gives to a device that comes up, beside those that are written: `::1` to `lo`
 * (init_loopback), to others the link-local one that the MAC address gives (addrconf_addr_gen), after the others as it
 * lists them (ipv6_link_dev_addr: newest first within a scope).
 */
function withOwn(work: Work, one: Interface, written: readonly SeenAddress[]): readonly SeenAddress[] {
  const isLoopback = one.kind === 'loopback';
  const hasOwn = written.some(({ local }) => (isLoopback ? local === 1n : holds(LINK_LOCAL, local)));
  if (!one.up || hasOwn || isOff(work, one.name)) return isOff(work, one.name) ? [] : written;
  const local = isLoopback ? 1n : linkLocalOf(one.mac);
  const net = prefix(local, isLoopback ? 128 : 64);
  const text = `${one.name} has the address ${printAddress(local)}, ${isLoopback ? 'as every lo' : 'which its MAC address gives'} (no capture shows it)`;
  work.assumptions.push({ node: work.name, text });
  const own = {
    ...net,
    local,
    scope: isLoopback ? 254 : 253,
    secondary: false,
    noPrefixRoute: false,
    place: one.place,
  };
  return [...written, own];
}

function isOff(work: Work, device: string): boolean {
  const off = sysctl(work, `net.ipv6.conf.${device}.disable_ipv6`);
  return off.kind === 'known' && off.value !== 0;
}

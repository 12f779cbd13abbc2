import { type Prefix, parseAnyPrefix } from '../../packet/address.ts';

const six = (text: string): Prefix => parseAnyPrefix(text)!;

/** The prefix of addresses that each link has of its own (RFC 4291, section 2.5.6). */
export const LINK_LOCAL = six('fe80::/10');
/** Every group (RFC 4291, section 2.7). */
export const GROUPS = six('ff00::/8');
export const LOCALHOST = six('::1');

/** The link-local prefix as addrconf gives it to a device. */
const LINK_NET = six('fe80::/64');

/** The link-local address that a MAC address gives (addrconf_ifid_eui48: ff:fe in its middle, the universal bit turned round). */
export function linkLocalOf(mac: number): bigint {
  const bytes = BigInt(mac);
  const identifier = ((bytes >> 24n) << 40n) + (0xfffen << 24n) + (bytes & 0xffffffn);
  return (LINK_NET.address as bigint) + (identifier ^ (2n << 56n));
}

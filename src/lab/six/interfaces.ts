import type { Interface, InterfaceAddress } from '../../network/network.ts';
import { printAddress } from '../../packet/address.ts';

/**
 * `ip` lines for the addresses of an interface. The kernel lists the newest of a scope first, so they are added from the
 * last one on; `::1` comes by itself.
 */
export const addressLines6 = ({ name, kind, addresses }: Interface): readonly string[] =>
  addresses
    .filter(({ local }) => !(kind === 'loopback' && local === 1n))
    .toReversed()
    .map((one) => `addr add ${written(one)} dev ${name} nodad`);

const written = ({ local, length, deprecated }: InterfaceAddress): string =>
  `${printAddress(local)}/${length}${deprecated === true ? ' valid_lft forever preferred_lft 0' : ''}`;

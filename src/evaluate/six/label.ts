import { type Address, holds } from '../../packet/address.ts';
import { prefix6 } from './address.ts';

/** `ip6addrlbl_init_table` (net/ipv6/addrlabel.c): longer prefixes first. `ip addrlabel` is in no capture. */
const LABELS = (
  [
    ['::1/128', 0],
    ['::ffff:0:0/96', 4],
    ['::/96', 3],
    ['2001::/32', 6],
    ['2001:10::/28', 7],
    ['2002::/16', 2],
    ['3ffe::/16', 12],
    ['fec0::/10', 11],
    ['fc00::/7', 5],
    ['::/0', 1],
  ] as const
).map(([text, label]) => ({ of: prefix6(text), label }));

/** The label of RFC 6724's policy table: a source of the destination's own label is preferred. */
export const labelOf = (address: Address): number => LABELS.find(({ of }) => holds(of, address))?.label ?? 1;

const ORCHID = prefix6('2001:10::/28');

/** Addresses that are no addresses but hashes of keys (RFC 4843). */
export const isOrchid = (address: Address): boolean => holds(ORCHID, address);

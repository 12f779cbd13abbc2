import { findInterface } from '../../network/access.ts';
import type { Interface, InterfaceAddress, Node } from '../../network/network.ts';
import type { Address } from '../../packet/address.ts';
import { bitXor } from '../../packet/bits.ts';
import { deviceSetting6, type World } from '../world.ts';
import { isAssigned, isGroup, isLocalhost, SCOPE6, scopeOf } from './address.ts';
import { isOrchid, labelOf } from './label.ts';

interface Candidate {
  readonly device: Interface;
  readonly of: InterfaceAddress;
  /** Whether the device is to be used with temporary addresses (`use_tempaddr` 2). */
  readonly wanted: boolean;
}

/** What a candidate is compared by: the first rule in which two differ decides, the higher one is better. */
type Rule = (one: Candidate, towards: Address, out: string | undefined) => number;

/** `ipv6_get_saddr_eval` (net/ipv6/addrconf.c), from `IPV6_SADDR_RULE_LOCAL` on; RFC 6724, section 5. */
const RULES: readonly Rule[] = [
  ({ of }, towards) => Number(of.local === towards),
  ({ of }, towards) => fitOfScope(scopeOf(of.local), scopeOf(towards)),
  ({ of }) => Number(of.deprecated !== true),
  ({ device }, _, out) => Number(out === undefined || device.name === out),
  ({ of }, towards) => Number(labelOf(of.local) === labelOf(towards)),
  ({ of, wanted }) => Number((of.temporary === true) === wanted),
  ({ of }, towards) => Number(isOrchid(of.local) === isOrchid(towards)),
  ({ of }, towards) => Math.min(commonBits(of.local, towards), of.length),
];

/** A scope that is enough, the smaller the better; else the larger the better. */
const fitOfScope = (scope: number, wanted: number): number => (scope >= wanted ? -scope : scope - 128);

/** How many bits two addresses begin with in common (`ipv6_addr_diff`). */
function commonBits(a: Address, b: Address): number {
  const differing = bitXor(BigInt(a), BigInt(b));
  return differing === 0n ? 128 : 128 - differing.toString(2).length;
}

/**
 * `ipv6_dev_get_saddr`: the best of the node's addresses for packets to `towards`, which leave by `out` if that is known;
 * of equals the first. Link-local destinations and groups are only asked from addresses of the device. Undefined: the
 * node has none.
 */
export function selectAddress6(
  world: World,
  node: Node,
  out: string | undefined,
  towards: Address,
): Address | undefined {
  const candidates = devicesFor(world, node, out, towards).flatMap((device) =>
    device.addresses.filter(isAssigned).map((of) => ({ device, of, wanted: wantsTemporary(world, node, device) })),
  );
  let best: Candidate | undefined;
  for (const one of candidates) if (best === undefined || isBetter(one, best, towards, out)) best = one;
  return best?.of.local;
}

const wantsTemporary = (world: World, node: Node, { name, addresses }: Interface): boolean =>
  addresses.some(({ temporary }) => temporary === true) && deviceSetting6(world, node, name, 'use_tempaddr') >= 2;

function isBetter(one: Candidate, best: Candidate, towards: Address, out: string | undefined): boolean {
  for (const rule of RULES) {
    const difference = rule(one, towards, out) - rule(best, towards, out);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function devicesFor(world: World, node: Node, out: string | undefined, towards: Address): readonly Interface[] {
  const up = node.interfaces.filter((one) => one.up);
  if (out === undefined) return up;
  const own =
    isGroup(towards) || scopeOf(towards) <= SCOPE6.LINK || deviceSetting6(world, node, out, 'use_oif_addrs_only') > 0;
  return own ? up.filter(({ name }) => name === out) : up;
}

/** `ipv6_get_lladdr`: the link-local address that the device speaks from; of several the one that it got first. */
export const linkLocalOf = (node: Node, device: string): Address | undefined =>
  findInterface(node, device)?.addresses.findLast((one) => isAssigned(one) && scopeOf(one.local) === SCOPE6.LINK)
    ?.local;

/** Scopes that count for REDIRECT; what is for any other is turned to the first address that there is. */
const NARROW: readonly number[] = [SCOPE6.INTERFACE, SCOPE6.LINK, SCOPE6.SITE];

/** `ipv6_addr_scope`: ::1 has a scope of its own, that of groups of an interface. */
const narrowness = (address: Address): number => (isLocalhost(address) ? SCOPE6.INTERFACE : scopeOf(address));

/** Addresses of a device of the destination's own scope: what REDIRECT turns a packet to (`nf_nat_redirect_ipv6`). */
export function addressesFor(node: Node, device: string, dst: Address): readonly Address[] {
  const scope = narrowness(dst);
  return (findInterface(node, device)?.addresses ?? [])
    .filter((one) => isAssigned(one) && (!NARROW.includes(scope) || narrowness(one.local) === scope))
    .map(({ local }) => local);
}

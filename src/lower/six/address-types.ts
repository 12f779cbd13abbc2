import type { AddressTypes } from '../../extension/definition.ts';
import type { Predicate } from '../../ir/program.ts';
import type { Node } from '../../network/network.ts';
import { type Address, rangesOf } from '../../packet/address.ts';
import { everything, only, type Ranges, ranges, union, without } from '../../packet/ranges.ts';
import { lookup } from '../routing.ts';
import { GROUPS, MAPPED } from './addresses.ts';

/** What addresses are to a node (ipv6_addr_type, match_lookup_rt6), optionally only by one device: types are not exclusive. */
export function addressTypes(node: Node, device?: string): AddressTypes {
  const nobody: Ranges<Address> = union(union(GROUPS, MAPPED), only<Address>(0n));
  const local = of(node, 'local', device);
  return new Map<string, Ranges<Address>>([
    ['LOCAL', local],
    ['ANYCAST', without(of(node, 'anycast', device), local, 'dst')],
    ['MULTICAST', GROUPS],
    ['UNSPEC', only<Address>(0n)],
    ['UNICAST', without(everything('dst', 6), nobody, 'dst')],
    ['UNREACHABLE', unreachable(node)],
  ]);
}

const of = ({ routes }: Node, type: string, device?: string): Ranges<Address> =>
  ranges(
    routes
      .filter((one) => one.table === 255 && one.type === type)
      .filter(({ nextHops }) => device === undefined || nextHops.some((hop) => hop.device === device))
      .flatMap(({ destination }) => rangesOf(destination)),
  );

/** Destinations without a route, as far as nothing but the destination decides. */
function unreachable(node: Node): Ranges<Address> {
  let covered: Ranges<Address> = [];
  let none: Ranges<Address> = [];
  for (const { when, found } of lookup(node, { to: 'dst', iif: 'lo', transport: false, six: { strict: false } })) {
    const values = valuesOf(when);
    if (found.kind === 'none') none = union(none, without(values, covered, 'dst'));
    covered = union(covered, values);
  }
  return none;
}

const valuesOf = (when: Predicate): Ranges<Address> => {
  if (when.kind === 'true') return everything('dst', 6);
  return when.kind === 'in' && when.slot === 'dst' && when.mask === undefined ? when.ranges : [];
};

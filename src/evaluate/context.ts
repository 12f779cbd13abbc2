import type { AddressTypes, PacketContext } from '../extension/definition.ts';
import { MISSING_WAY } from '../extension/match/rpfilter.ts';
import { findInterface } from '../network/access.ts';
import type { Node } from '../network/network.ts';
import type { Hook, Rule, TableName } from '../network/ruleset.ts';
import { lastingSet } from '../network/sets.ts';
import { type Address, rangesOf } from '../packet/address.ts';
import type { Unknown } from '../packet/place.ts';
import { complement, only, type Ranges, union, without } from '../packet/ranges.ts';
import { TABLE_LOCAL } from './routing.ts';
import { addressTypes6 } from './six/address-types.ts';
import { addressesFor } from './six/source.ts';
import { leadsBack6 } from './six/way-back.ts';
import type { Skb } from './skb.ts';
import { leadsBack } from './way-back.ts';
import { assume, count, isSix, type World } from './world.ts';

/** Where a hook is asked: the devices that it knows and, for masquerading, the next hop. */
export interface Position {
  readonly node: Node;
  readonly hook: Hook;
  readonly in?: string;
  readonly out?: string;
  readonly nextHop?: Address;
  /** What the node sent to all comes back to it. */
  readonly looped?: true;
}

/** What the extensions of one rule may know besides the packet. */
export function ruleContext(
  world: World,
  skb: Skb,
  position: Position,
  table: TableName,
  chain: string,
  rule: Rule,
): PacketContext {
  const { node, hook } = position;
  const name = `${node.name} ${table} ${chain} ${rule.number}`;
  const leg = world.errand === undefined ? world.leg : `${world.leg} ${world.errand}`;
  const visit = count(world, `${name} ${leg} ${hook}`);
  let occurrence = 0;
  const unknown = (reason: string): Unknown => ({
    id: `${name} #${++occurrence} ${leg} ${hook}/${visit}`,
    reason,
    origin: { node: node.name, text: rule.text, place: rule.place },
  });
  return {
    ...(isSix(world) ? { family: 6 } : {}),
    node: node.name,
    hook,
    table,
    ...(position.in === undefined ? {} : { in: position.in }),
    ...(position.out === undefined ? {} : { out: position.out }),
    ...(skb.bridge === undefined ? {} : { physIn: skb.bridge.physIn }),
    ...(skb.bridge?.physOut === undefined ? {} : { physOut: skb.bridge.physOut }),
    bridged: skb.bridge?.physOut !== undefined,
    ...(skb.packet.fragment === 1 && !hasOwnMatches(node) ? { misread: true } : {}),
    ...(world.leg === 'request' ? {} : { lengthOpen: true }),
    ...(position.looped === true || position.in === 'lo' ? { looped: true } : {}),
    addressTypes: (limitTo) => (isSix(world) ? addressTypes6 : addressTypes)(node, limitTo),
    set: (set) => lastingSet(node, set),
    addressesOf: (device) =>
      isSix(world) ? addressesFor(node, device, skb.packet.dst) : primaryAddresses(node, device),
    groupOf: (device) => (device === undefined ? undefined : findInterface(node, device)?.group),
    assume: (text) => {
      if (node.kernelDefaults) assume(world, { node: node.name, text });
      return node.kernelDefaults;
    },
    unknown,
    leadsBack: (by, packet) => {
      const back = (isSix(world) ? leadsBack6 : leadsBack)(world, node, position.in, by, packet);
      return typeof back === 'boolean' ? back : unknown(`${MISSING_WAY}: ${back.reason}`);
    },
  };
}

const hasOwnMatches = ({ ruleset }: Node): boolean => ruleset.kind === 'known' && ruleset.value.ownMatches === true;

const primaryAddresses = (node: Node, device: string): readonly Address[] =>
  (findInterface(node, device)?.addresses ?? []).filter(({ secondary }) => !secondary).map(({ local }) => local);

const MULTICAST: Ranges = [[0xe0000000, 0xefffffff]];

/**
 * `inet_addr_type` (net/ipv4/fib_frontend.c) for all addresses: only the local table counts, so that a blackhole in
 * main is UNICAST; 0.0.0.0 and 255.255.255.255 are BROADCAST. With a device, routes by other devices do not count.
 */
export function addressTypes(node: Node, limitTo?: string): AddressTypes {
  const types = new Map<string, Ranges<Address>>();
  const put = (type: string, ranges: Ranges<Address>): void => {
    for (const [other, held] of types) types.set(other, without(held, ranges, 'dst'));
    types.set(type, union(types.get(type) ?? [], ranges));
  };
  const local = node.routes.filter(({ table }) => table === TABLE_LOCAL);
  // longer prefixes later: they overwrite; the first of equals decides, so it is put last
  const ordered = local.toReversed().sort((a, b) => a.destination.length - b.destination.length || b.metric - a.metric);
  for (const { type, destination, nextHops } of ordered) {
    const counts = limitTo === undefined || nextHops.some(({ device }) => device === limitTo);
    put(counts ? type.toUpperCase() : 'UNICAST', rangesOf(destination));
  }
  put('MULTICAST', MULTICAST);
  put('BROADCAST', [...only(0), ...only(0xffffffff)]);
  const named = [...types.values()].reduce((all, one) => union(all, one), [] as Ranges<Address>);
  types.set('UNICAST', union(types.get('UNICAST') ?? [], complement(named, 'dst')));
  return types;
}

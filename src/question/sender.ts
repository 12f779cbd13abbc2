import { sysctl } from '../network/access.ts';
import type { Node } from '../network/network.ts';
import type { Address } from '../packet/address.ts';
import type { Family } from '../packet/field.ts';
import type { Assumption } from '../packet/place.ts';
import { between, only, type Ranges, ranges } from '../packet/ranges.ts';

/**
 * Source addresses that a socket may be bound to or write: ip_route_output_key_hash_rcu (net/ipv4/route.c) refuses those
 * of 0.0.0.0/8, multicast groups and the limited broadcast address; of IPv6 the unspecified address and groups.
 */
export const SENDABLE: Readonly<Record<Family, Ranges<Address>>> = {
  4: [
    [0x01000000, 0xdfffffff],
    [0xf0000000, 0xfffffffe],
  ],
  6: [[1n, (0xffn << 120n) - 1n]],
};

/** A setting, and what was taken for granted to know it. */
export interface Read<T> {
  readonly value: T;
  readonly assumptions: readonly Assumption[];
}

const TTL = 'net.ipv4.ip_default_ttl';

/** The ttl of what a node sends: `ip_default_ttl`; of IPv6 the `hop_limit` of a device, any of them. */
export function defaultTtl(node: Node, family: Family = 4): Read<Ranges> {
  if (family === 6) return hopLimits(node);
  const found = sysctl(node, TTL);
  if (found.kind === 'known')
    return { value: only(found.value), assumptions: found.assumption === undefined ? [] : [found.assumption] };
  return {
    value: only(64),
    assumptions: [{ node: node.name, text: `${TTL} = 64 (kernel default: no capture shows it)` }],
  };
}

const HOP_LIMIT = /^net\.ipv6\.conf\..+\.hop_limit$/;

function hopLimits({ name, settings }: Node): Read<Ranges> {
  const shown = [...settings].flatMap(([key, { value }]) => (HOP_LIMIT.test(key) ? [Number(value)] : []));
  if (shown.length > 0) return { value: ranges(shown.map((one) => [one, one] as const)), assumptions: [] };
  const text = 'net.ipv6.conf.*.hop_limit = 64 (kernel default: no capture shows it)';
  return { value: only(64), assumptions: [{ node: name, text }] };
}

const LOCAL_PORTS = 'net.ipv4.ip_local_port_range';

/** Where an unbound socket's source port lies: `ip_local_port_range`, two numbers. */
export function localPorts(node: Node): Read<Ranges> {
  const [low, high] = (node.settings.get(LOCAL_PORTS)?.value ?? '').trim().split(/\s+/).map(Number);
  if (low !== undefined && high !== undefined && low <= high) return { value: between(low, high), assumptions: [] };
  return {
    value: between(32768, 60999),
    assumptions: [{ node: node.name, text: `${LOCAL_PORTS} = 32768 60999 (kernel default: no capture shows it)` }],
  };
}

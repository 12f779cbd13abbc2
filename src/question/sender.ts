import { sysctl } from '../network/access.ts';
import type { Node } from '../network/network.ts';
import type { Assumption } from '../packet/place.ts';
import { between, type Ranges } from '../packet/ranges.ts';

/**
 * Source addresses that a socket may be bound to or write: ip_route_output_key_hash_rcu (net/ipv4/route.c) refuses those
 * of 0.0.0.0/8, multicast groups and the limited broadcast address.
 */
export const SENDABLE: Ranges = [
  [0x01000000, 0xdfffffff],
  [0xf0000000, 0xfffffffe],
];

/** A setting, and what was taken for granted to know it. */
export interface Read<T> {
  readonly value: T;
  readonly assumptions: readonly Assumption[];
}

const TTL = 'net.ipv4.ip_default_ttl';

export function defaultTtl(node: Node): Read<number> {
  const found = sysctl(node, TTL);
  if (found.kind === 'known')
    return { value: found.value, assumptions: found.assumption === undefined ? [] : [found.assumption] };
  return {
    value: 64,
    assumptions: [{ node: node.name, text: `${TTL} = 64 (kernel default: no capture shows it)` }],
  };
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

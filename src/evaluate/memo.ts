import type { Network } from '../network/network.ts';

/** Remembers what follows from a network alone, as long as somebody has the network. Networks never change. */
export function memo<T>(): (network: Network, key: string, make: () => T) => T {
  const known = new WeakMap<Network, Map<string, T>>();
  return (network, key, make) => {
    const values = known.get(network) ?? new Map<string, T>();
    known.set(network, values);
    const value = values.get(key) ?? make();
    values.set(key, value);
    return value;
  };
}

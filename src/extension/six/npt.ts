import { readAddressAndMask6 } from '../codec/address6.ts';
import { isRefused } from '../codec/codec.ts';

/** ip6t_npt_checkentry: prefixes have at most 64 bits, and no bits behind them. */
export function hostBits(given: Readonly<Record<string, { readonly value: unknown } | undefined>>): string | undefined {
  for (const name of ['src-pfx', 'dst-pfx']) {
    const read = readAddressAndMask6(`${given[name]?.value ?? '::/0'}`);
    if (isRefused(read)) return 'it needs prefixes';
    const { address, mask } = read.value;
    if ((mask & (2n ** 64n - 1n)) !== 0n || (address & ~mask) !== 0n)
      return `\`--${name}\` has at most 64 bits and no host`;
  }
  return undefined;
}

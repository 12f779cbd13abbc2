import type { Network6 } from '../codec/address6.ts';
import type { Given } from '../option.ts';

type Prefixes = { readonly [Name in 'src-pfx' | 'dst-pfx']: Given<Network6> };

/** ip6t_npt_checkentry: prefixes have at most 64 bits, and no bits behind them. */
export function hostBits(given: Prefixes): string | undefined {
  for (const name of ['src-pfx', 'dst-pfx'] as const) {
    const { address, mask } = given[name].value;
    if ((mask & (2n ** 64n - 1n)) !== 0n || (address & ~mask) !== 0n)
      return `\`--${name}\` has at most 64 bits and no host`;
  }
  return undefined;
}

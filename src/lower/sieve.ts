import { type Bounds, valuesOf } from '../ir/bounds.ts';
import type { Chain, Header, MaskedAddress } from '../network/ruleset.ts';
import { bitAnd } from '../packet/bits.ts';
import type { Range } from '../packet/ranges.ts';
import { minus, plus, top } from '../packet/scalar.ts';

/**
 * The least and the greatest source, destination and protocol of each rule of a chain, side by side: most rules of a
 * long chain have nothing to do with a question, and this is what it takes to see it.
 */
export type Sieve = Float64Array;

/** Numbers a rule. */
const STRIDE = 6;

const sieves = new WeakMap<Chain, Sieve>();

/** The sieve of a chain. */
export function sieveOf(chain: Chain): Sieve {
  const known = sieves.get(chain) ?? Float64Array.from(chain.rules.flatMap(({ header }) => edges(header)));
  sieves.set(chain, known);
  return known;
}

function edges({ source, destination, protocol }: Header): readonly number[] {
  const any = protocol === undefined || protocol.number === 0 || protocol.inverted;
  return [...edgesOf(source), ...edgesOf(destination), ...(any ? [0, 255] : [protocol.number, protocol.number])];
}

const EVERY = 2 ** 32 - 1;
/** Of both families. */
const ANYWHERE: Range = [0, 2 ** 128];

function edgesOf(of: MaskedAddress | undefined): Range {
  if (of === undefined || of.inverted) return ANYWHERE;
  // Number() is monotonic: what does not overlap here does not overlap in 128 bits
  const low = bitAnd(of.address, of.mask);
  const { mask } = of;
  // the free bits of a mask that is not contiguous reach as far
  if (typeof mask === 'number') return [Number(low), Number(low) + (EVERY - mask)];
  return [Number(low), Number(plus(low, minus(top(128), mask)))];
}

/** What packets can hold, from the least to the greatest value: source, destination, protocol. */
export type Window = readonly number[];

export function windowOf(bounds: Bounds): Window {
  return (['src', 'dst', 'proto'] as const).flatMap((slot) => {
    const values = valuesOf(bounds, slot);
    return [Number(values[0]?.[0] ?? 0), Number(values.at(-1)?.[1] ?? 0)];
  });
}

/** Whether a rule can match packets of the window, as far as its addresses and protocol tell. */
export function mayMatch(sieve: Sieve, rule: number, window: Window): boolean {
  const at = rule * STRIDE;
  for (let i = 0; i < STRIDE; i += 2)
    if ((sieve[at + i] as number) > (window[i + 1] as number) || (sieve[at + i + 1] as number) < (window[i] as number))
      return false;
  return true;
}

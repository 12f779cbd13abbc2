import { flag } from '../codec/name.ts';
import type { NatSpec } from '../codec/natrange.ts';
import type { NatRange } from '../definition.ts';
import { type Given, option } from '../option.ts';

/** Flags that all nat targets share. `--persistent` changes which address of a range a client gets, still by hash. */
export const RANDOM = { random: option(flag), 'random-fully': option(flag) };
export const PERSISTENT = { persistent: option(flag) };

export interface Chosen {
  readonly random?: Given<true>;
  readonly 'random-fully'?: Given<true>;
}

export const isRandom = (given: Chosen): boolean => given.random !== undefined || given['random-fully'] !== undefined;

/** The range that an address and port specification stands for (`nf_nat_range2`). */
export const rangeOf = (manip: NatRange['manip'], { addresses, ports, base }: NatSpec, given: Chosen): NatRange => ({
  manip,
  ...(addresses === undefined ? {} : { addresses }),
  ...(ports === undefined ? {} : { ports }),
  ...(base === undefined ? {} : { portBase: base }),
  ...(isRandom(given) ? { random: true } : {}),
});

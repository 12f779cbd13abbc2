import type { Network } from '../network/network.ts';
import type { Exchange } from '../network/trace.ts';
import type { Probe, Start } from '../packet/exchange.ts';
import { each, type Ranges, size } from '../packet/ranges.ts';
import type { Scalar } from '../packet/scalar.ts';
import { evaluate } from './evaluate.ts';

/** Exchanges for every combination of values of the unknowns met. */
export interface Exploration extends ReadonlyArray<Exchange> {
  /** Whether every combination was walked: no budget ran out, and no range was too large to visit all its values. */
  readonly complete: boolean;
}

/** Ranges of at most so many values are visited whole; larger ones at their corners. */
const WHOLE = 8;

/** A choice that a run made, with the values that later runs are to make instead. */
interface Choice {
  readonly values: readonly Scalar[];
  next: number;
}

/**
 * Runs the evaluator again and again, depth first, until every unknown that any run met has had every value together
 * with every value of those before it.
 * @param budget the largest number of runs, at least 1
 */
export function explore(network: Network, probe: Probe, start: Start, budget = 256): Exploration {
  const path: Choice[] = [];
  const exchanges: Exchange[] = [];
  let whole = true;
  do {
    let depth = 0;
    const choose = <S extends Scalar>(_: unknown, ranges: Ranges<S>): S => {
      if (size(ranges) > WHOLE) whole = false;
      const choice = (path[depth] ??= { values: visited(ranges), next: 0 });
      depth++;
      return (choice.values[choice.next] ?? 0) as S;
    };
    exchanges.push(evaluate(network, probe, start, { choose }));
  } while (exchanges.length < budget && advance(path));
  return Object.assign(exchanges, { complete: whole && !advance(path) });
}

/** The next combination: the last choice that has values left takes its next one, those behind it are met afresh. */
function advance(path: Choice[]): boolean {
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    if (++last.next < last.values.length) return true;
    path.pop();
  }
  return false;
}

/** All values of a small set, the corners of a large one. */
function visited(ranges: Ranges<Scalar>): readonly Scalar[] {
  if (size(ranges) > WHOLE) return [...new Set(ranges.flat())];
  return [...each(ranges)];
}

import type { Network } from '../network/network.ts';
import type { Exchange } from '../network/trace.ts';
import { kernelOutcome, modelOutcome, type Outcome, outcomeDifferences } from './outcome.ts';
import { type Pair, pair, pathDifferences } from './paired.ts';
import type { Verdict } from './verdict.ts';
import type { Visit } from './visit.ts';

/** What a kernel did with one packet; `visits` (its request's) are absent where rules can't be traced. */
export interface Observed {
  readonly verdict: Verdict;
  readonly visits?: readonly Visit[];
}

/** How one of the model's exchanges stands to what the kernel did. */
export interface Compared {
  readonly exchange: Exchange;
  readonly model: Outcome;
  readonly kernel: Outcome;
  readonly pairs: readonly Pair[];
  /** None: they agree. */
  readonly differences: readonly string[];
}

/**
 * Holds the model's exchanges, one a combination of what is not known, against the kernel: the one that agrees or, if
 * there is none, the one that differs least. @throws RangeError if there is no exchange
 */
export function compare(network: Network, exchanges: readonly Exchange[], observed: Observed): Compared {
  const all = exchanges.map((exchange) => compareOne(network, exchange, observed));
  const [best] = all.sort((a, b) => a.differences.length - b.differences.length);
  if (best === undefined) throw new RangeError('no exchange to compare');
  return best;
}

function compareOne(network: Network, exchange: Exchange, { verdict, visits }: Observed): Compared {
  const model = modelOutcome(exchange);
  const kernel = kernelOutcome(exchange.probe.source.node, verdict);
  const pairs = visits === undefined ? [] : pair(network, exchange, visits);
  const rules = visits === undefined ? [] : pathDifferences(exchange, pairs);
  return { exchange, model, kernel, pairs, differences: [...outcomeDifferences(model, kernel), ...rules] };
}

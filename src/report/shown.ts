import type { Exchange, Walk } from '../network/trace.ts';
import type { Fate } from '../packet/fate.ts';
import type { Finding, Witness } from '../question/finding.ts';

/** What a finding has to show: its witness or, under a proof, one packet of the class. */
export function shownOf({ witness, proof, request }: Finding): Witness | undefined {
  const shown = witness ?? proof?.example;
  return shown && { ...shown, exchange: withCopy(shown.exchange, request?.fate) };
}

const same = (a: Fate, b: Fate): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The exchange with that copy of a flooded request in front whose fate is told. */
function withCopy(exchange: Exchange, fate: Fate | undefined): Exchange {
  if (fate === undefined) return exchange;
  return { ...exchange, walks: exchange.walks.map((walk) => (walk.leg === 'request' ? withFate(walk, fate) : walk)) };
}

function withFate(walk: Walk, fate: Fate): Walk {
  const told = same(walk.fate, fate) ? undefined : walk.copies.find((copy) => same(copy.fate, fate));
  if (told === undefined) return walk;
  const others = walk.copies.filter((copy) => copy !== told);
  return { ...told, copies: [{ ...walk, copies: [] }, ...others] };
}

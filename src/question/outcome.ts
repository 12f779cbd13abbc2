import type { Exchange, Walk } from '../network/trace.ts';
import type { Disposition, Fate } from '../packet/fate.ts';
import { asText } from '../packet/scalar.ts';
import type { Outcome } from './finding.ts';

const sameFate = (a: Fate, b: Fate): boolean => asText(a) === asText(b);
const nodeOf = (fate: Fate): string | undefined => (fate.kind === 'none' ? undefined : fate.node);

/** Every end of an exchange: its own, and those of the request's other copies, which nobody answers for. */
export function endsOfExchange({ disposition, walks }: Exchange): readonly Disposition[] {
  const copies = walks.filter(({ leg }) => leg === 'request').flatMap((walk) => walk.copies);
  return [
    disposition,
    ...copies.map(({ fate }): Disposition => ({ request: fate, reply: { kind: 'none', reason: 'a copy' } })),
  ];
}

/**
 * How the request fared in all runs of one packet: delivered only if it was in each. The first run is told; the other
 * nodes that it was delivered to in other runs are the alternatives. Of the copies of a flooded packet the wanted one
 * counts, if there is one.
 */
export const requestOutcome = (runs: readonly Exchange[], wanted: (fate: Fate) => boolean = () => false): Outcome =>
  outcome(runs.map((run) => requestEnd(run, wanted)));

function requestEnd({ walks, disposition }: Exchange, wanted: (fate: Fate) => boolean): End {
  const copies = walks.flatMap((walk) => (walk.leg === 'request' ? [walk, ...walk.copies] : []));
  const walk =
    copies.find(({ fate }) => wanted(fate)) ?? copies.find(({ fate }) => sameFate(fate, disposition.request));
  return { fate: walk?.fate ?? disposition.request, walk };
}

/** The same for the whole way back; addresses are those of the answer as the asker received it, else of what was lost. */
export const replyOutcome = (runs: readonly Exchange[]): Outcome =>
  outcome(
    runs.map(({ walks, disposition: { reply } }) => ({
      fate: reply,
      walk:
        reply.kind === 'delivered'
          ? walks.find(({ leg }) => leg === 'answer')
          : walks.filter(({ leg }) => leg !== 'request').at(-1),
    })),
  );

interface End {
  readonly fate: Fate;
  readonly walk: Walk | undefined;
}

function outcome(ends: readonly End[]): Outcome {
  const delivered = ends.every(({ fate }) => fate.kind === 'delivered');
  const told = ends.find(({ fate }) => delivered || fate.kind !== 'delivered');
  if (told === undefined) throw new Error('no run to tell of');
  const node = nodeOf(told.fate);
  const others = ends.flatMap(({ fate }) => (fate.kind === 'delivered' && fate.node !== node ? [fate.node] : []));
  const received = told.walk?.received;
  return {
    delivered,
    fate: told.fate,
    ...(node === undefined ? {} : { node }),
    alternatives: [...new Set(others)].sort(),
    ...(received === undefined ? {} : { src: received.src, dst: received.dst }),
  };
}

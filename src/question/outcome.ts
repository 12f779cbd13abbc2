import type { Exchange, Walk } from '../network/trace.ts';
import type { Disposition, Fate } from '../packet/fate.ts';
import type { Outcome } from './finding.ts';

const sameFate = (a: Fate, b: Fate): boolean => JSON.stringify(a) === JSON.stringify(b);
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
 * nodes that it was delivered to in other runs are the alternatives.
 */
export const requestOutcome = (runs: readonly Exchange[]): Outcome =>
  outcome(
    runs,
    ({ disposition }) => disposition.request,
    ({ walks, disposition }) =>
      walks
        .flatMap((walk) => (walk.leg === 'request' ? [walk, ...walk.copies] : []))
        .find(({ fate }) => sameFate(fate, disposition.request)),
  );

/** The same for the whole way back; addresses are those of the answer as the asker received it, else of what was lost. */
export const replyOutcome = (runs: readonly Exchange[]): Outcome =>
  outcome(
    runs,
    ({ disposition }) => disposition.reply,
    ({ walks, disposition }) =>
      disposition.reply.kind === 'delivered'
        ? walks.find(({ leg }) => leg === 'answer')
        : walks.filter(({ leg }) => leg !== 'request').at(-1),
  );

function outcome(
  runs: readonly Exchange[],
  fateOf: (run: Exchange) => Fate,
  walkOf: (run: Exchange) => Walk | undefined,
): Outcome {
  const delivered = runs.every((run) => fateOf(run).kind === 'delivered');
  const told = runs.find((run) => delivered || fateOf(run).kind !== 'delivered') ?? runs[0];
  if (told === undefined) throw new Error('no run to tell of');
  const fate = fateOf(told);
  const node = nodeOf(fate);
  const received = walkOf(told)?.received;
  return {
    delivered,
    fate,
    ...(node === undefined ? {} : { node }),
    alternatives: [
      ...new Set(runs.map(fateOf).flatMap((one) => (one.kind === 'delivered' && one.node !== node ? [one.node] : []))),
    ].sort(),
    ...(received === undefined ? {} : { src: received.src, dst: received.dst }),
  };
}

import type { Disposition, Fate } from '../packet/fate.ts';
import type { Unknown } from '../packet/place.ts';
import type { Reach, Target } from './question.ts';

/**
 * What a question needs of the end of an exchange. `certain`: it got there. `possible`: it got there, or went out of
 * sight on the way, so that it may have.
 */
export interface Aim {
  readonly certain: (end: Disposition) => boolean;
  readonly possible: (end: Disposition) => boolean;
}

export function aimOf({ target, back }: Pick<Reach, 'target' | 'back'>): Aim {
  const arrived = (end: Disposition): boolean => arrives(target, end.request);
  const perhapsArrived = (end: Disposition): boolean => arrived(end) || outOfSight(target, end.request);
  if (!back) return { certain: arrived, possible: perhapsArrived };
  if (target.kind === 'outside') return { certain: () => false, possible: perhapsArrived }; // nobody sees what is answered there
  return {
    certain: (end) => arrived(end) && end.reply.kind === 'delivered',
    possible: (end) =>
      (arrived(end) &&
        (end.reply.kind === 'delivered' || end.reply.kind === 'leaves' || end.reply.kind === 'unknown')) ||
      (!arrived(end) && outOfSight(target, end.request)),
  };
}

/** Whether that is where the request was to go. */
export function arrives(target: Target, fate: Fate): boolean {
  switch (target.kind) {
    case 'prefix':
      return fate.kind === 'delivered';
    case 'node':
      return fate.kind === 'delivered' && fate.node === target.node;
    case 'outside':
      return (
        fate.kind === 'leaves' &&
        (target.via === undefined || (fate.node === target.via.node && fate.interface === target.via.interface))
      );
  }
}

/** What leaves the network is out of sight, and so is what meets something that no capture shows. */
const outOfSight = (target: Target, fate: Fate): boolean =>
  fate.kind === 'unknown' || (fate.kind === 'leaves' && target.kind !== 'outside');

/** What stands between `possible` and `certain`: the unknowns that an end names. */
export function unknownsOf(end: Disposition): readonly Unknown[] {
  const seen = [end.request, end.reply].flatMap((fate): readonly Unknown[] => {
    if (fate.kind === 'unknown') return [fate.unknown];
    if (fate.kind !== 'leaves') return [];
    const place = `${fate.node}:${fate.interface}`;
    return [
      {
        id: `outside ${place}`,
        reason: `what leaves at ${place} is out of sight: no node there is captured (outside)`,
        origin: { node: fate.node, text: fate.interface },
      },
    ];
  });
  return [...new Map(seen.map((one) => [one.id, one])).values()];
}

import type { Node } from '../../network/network.ts';
import { known, notKnown } from '../../network/unknown.ts';
import { every, first, LISTINGS, type Thing } from './facts.ts';
import { assume, type Work } from './work.ts';

/** A listing with lines that are none of it may have lost others: that it did not is taken for granted. */
export function checkWhole(work: Work, things: readonly Thing[] = LISTINGS): void {
  for (const thing of things)
    for (const { file, strange } of every(work.readings, thing))
      if (strange > 0)
        assume(
          work,
          `${file} is whole (${strange === 1 ? 'a line' : `${strange} lines`} of it could not be read as part of the listing)`,
        );
}

export function listenersOf({ name, readings }: Work): Node['listeners'] {
  const listeners = first(readings, 'listeners');
  return listeners === undefined ? notKnown(`no capture shows what listens on ${name}`) : known(listeners);
}

export function neighboursOf(work: Work): Node['neighbours'] {
  const neighbours = first(work.readings, 'neighbours');
  if (neighbours === undefined)
    assume(
      work,
      `no permanent entries in the neighbour table${work.family === 4 ? '' : ' of IPv6'} (no capture shows it)`,
    );
  return neighbours ?? [];
}

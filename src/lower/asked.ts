import { all, sameSlots } from '../ir/predicate.ts';
import type { Predicate, Slot } from '../ir/program.ts';
import type { Field } from '../packet/field.ts';
import type { Assignments } from './walk.ts';

/** What the asker wrote, and the socket that it reached. */
export const asked = (field: Field): Slot => `${field}@asked`;
export const served = (field: Field): Slot => `${field}@served`;

export const ASKED: Assignments = Object.fromEntries(
  (['src', 'dst', 'sport', 'dport', 'icmpId', 'mark', 'tos', 'ttl', 'macSrc', 'macDst'] as const).map((field) => [
    asked(field),
    field,
  ]),
);

/** The server's own socket, from what it was sent. */
export const SERVED: Assignments = {
  [served('src')]: 'dst',
  [served('dst')]: 'src',
  [served('sport')]: 'dport',
  [served('dport')]: 'sport',
};

/** An answer to what the asker wrote. */
export const MIRRORED: Predicate = all(
  sameSlots('src', asked('dst')),
  sameSlots('dst', asked('src')),
  sameSlots('sport', asked('dport')),
  sameSlots('dport', asked('sport')),
);
/** The asker's socket sends once more. */
export const AGAIN: Assignments = Object.fromEntries(
  (['src', 'dst', 'sport', 'dport', 'mark', 'tos', 'ttl'] as const).map((field) => [field, asked(field)]),
);

export const FRAME_AGAIN: Assignments = { macSrc: asked('macSrc'), macDst: asked('macDst') };

/** It comes to the socket that the first packet came to. */
export const AT_SERVER: Predicate = all(
  sameSlots('src', served('dst')),
  sameSlots('dst', served('src')),
  sameSlots('sport', served('dport')),
  sameSlots('dport', served('sport')),
);

import type { Predicate, Slot } from '../../ir/program.ts';

const known = new WeakMap<Predicate, readonly Slot[]>();

/** The slots that a predicate looks at. */
export function slotsOf(of: Predicate): readonly Slot[] {
  const before = known.get(of);
  if (before !== undefined) return before;
  const slots = lookedAt(of);
  known.set(of, slots);
  return slots;
}

function lookedAt(of: Predicate): readonly Slot[] {
  switch (of.kind) {
    case 'true':
    case 'false':
    case 'unknown':
      return [];
    case 'in':
      return [of.slot];
    case 'same':
      return [of.a, of.b];
    case 'not':
      return slotsOf(of.of);
    case 'all':
    case 'any':
      return distinct(of.of);
    case 'first':
      return distinct([...of.cases.flatMap(({ when, then }) => [when, then]), of.otherwise]);
  }
}

const distinct = (list: readonly Predicate[]): readonly Slot[] => [...new Set(list.flatMap(slotsOf))];

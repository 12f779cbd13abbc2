import type { Predicate, Slot } from '../../ir/program.ts';

/** What is asked of a predicate more than once. */
interface Shape {
  /** The slots that it looks at. */
  readonly slots: readonly Slot[];
  /** How deep it nests. */
  readonly depth: number;
}

const known = new WeakMap<Predicate, Shape>();

/** Computed from the inside out, in a loop: predicates may nest deeper than the stack. */
export function shapeOf(of: Predicate): Shape {
  const waiting = known.has(of) ? [] : [of];
  for (let top = waiting.at(-1); top !== undefined; top = waiting.at(-1)) {
    const before = waiting.length;
    for (const part of partsOf(top)) if (!known.has(part)) waiting.push(part);
    if (waiting.length > before) continue;
    known.set(top, composed(top));
    waiting.pop();
  }
  return known.get(of) as Shape;
}

function composed(of: Predicate): Shape {
  const shapes = partsOf(of).map((part) => known.get(part) as Shape);
  const slots = of.kind === 'in' ? [of.slot] : of.kind === 'same' ? [of.a, of.b] : shapes.flatMap(({ slots }) => slots);
  return { slots: [...new Set(slots)], depth: shapes.reduce((most, { depth }) => Math.max(most, depth + 1), 0) };
}

/** Parts of this depth and deeper are built apart from what they are part of. */
const BAND = 200;
const bandOf = (of: Predicate): number => Math.floor(shapeOf(of).depth / BAND);

/** Parts of a predicate from the inside out, such that none nests much deeper than those before it: none for most. */
export function landings(of: Predicate): readonly Predicate[] {
  if (bandOf(of) === 0) return [];
  const seen = new Set<Predicate>([of]);
  const found = new Set<Predicate>();
  for (const whole of seen)
    for (const part of partsOf(whole)) {
      if (bandOf(part) < bandOf(whole)) found.add(part);
      if (bandOf(part) > 0) seen.add(part); // a Set goes on to what is added meanwhile
    }
  return [...found].sort((a, b) => shapeOf(a).depth - shapeOf(b).depth);
}

/** The predicates that a predicate is made of; a chain at the end of a chain is the same chain. */
function partsOf(of: Predicate): readonly Predicate[] {
  switch (of.kind) {
    case 'true':
    case 'false':
    case 'unknown':
    case 'in':
    case 'same':
      return [];
    case 'not':
      return [of.of];
    case 'all':
    case 'any':
      return of.of;
    case 'first': {
      const { cases, otherwise } = chainOf(of);
      return [...cases.flatMap(({ when, then }) => [when, then]), otherwise];
    }
  }
}

type Chain = Extract<Predicate, { kind: 'first' }>;

/** All cases of a chain and of those that are all that is left of it. */
export function chainOf(of: Chain): Omit<Chain, 'kind'> {
  const cases = [...of.cases];
  let { otherwise } = of;
  while (otherwise.kind === 'first') {
    cases.push(...otherwise.cases);
    otherwise = otherwise.otherwise;
  }
  return { cases, otherwise };
}

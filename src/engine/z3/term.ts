import type { Slot } from '../../ir/program.ts';
import type { Family } from '../../packet/field.ts';
import type { Unknown } from '../../packet/place.ts';
import type { Ranges } from '../../packet/ranges.ts';
import type { Scalar } from '../../packet/scalar.ts';

/** What a variable stands for: the packet is sought, everything else must not matter. */
export type Role =
  | { readonly kind: 'input'; readonly slot: Slot }
  | { readonly kind: 'unknown'; readonly unknown: Unknown }
  /** A slot that was read before anybody set it: if its value matters, the Program is wrong. */
  | { readonly kind: 'never set'; readonly slot: Slot }
  /** The other value of an unknown, where two are compared. */
  | { readonly kind: 'twin' };

/** A number of `width` bits somewhere in the ranges, which are never empty. An unknown Boolean has one bit. */
export interface Variable {
  readonly name: string;
  readonly width: number;
  readonly ranges: Ranges<Scalar>;
  readonly role: Role;
}

/** A truth value that depends on variables. Equal formulas are the same object; a node's id is larger than its children's. */
export type Formula = { readonly id: number } & (
  | { readonly kind: 'constant'; readonly value: boolean }
  /** The value lies in the ranges, which are some but not all of its possible values. */
  | { readonly kind: 'in'; readonly of: Bits; readonly ranges: Ranges<Scalar> }
  | { readonly kind: 'same'; readonly a: Bits; readonly b: Bits }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'and'; readonly of: readonly Formula[] }
  | { readonly kind: 'if'; readonly when: Formula; readonly then: Formula; readonly otherwise: Formula }
);

/** A number that depends on variables, with its width in bits, values that it may have (more than it has, never less), and size. */
export type Bits = {
  readonly id: number;
  readonly width: number;
  readonly values: Ranges<Scalar>;
  readonly leaves: number;
} & (
  | { readonly kind: 'number'; readonly value: Scalar }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'choose'; readonly when: Formula; readonly then: Bits; readonly otherwise: Bits }
  | { readonly kind: 'mask'; readonly of: Bits; readonly mask: Scalar }
  | { readonly kind: 'xor'; readonly a: Bits; readonly b: Bits }
  | { readonly kind: 'plus'; readonly of: Bits; readonly by: Scalar }
  /** Cut to the width, or filled with zeros. */
  | { readonly kind: 'resize'; readonly of: Bits }
);

export type Term = Formula | Bits;
type Unnumbered<T> = T extends { readonly id: number } ? Omit<T, 'id'> : never;

/** All terms of one query, each built once, about packets of one family. */
export class Store {
  readonly family: Family;
  readonly true: Formula = { id: 0, kind: 'constant', value: true };
  readonly false: Formula = { id: 1, kind: 'constant', value: false };
  readonly #terms = new Map<string, Term>();
  #next = 2;

  constructor(family: Family = 4) {
    this.family = family;
  }

  /** The term of this key, which says all that the term is made of; `make` is asked for one that is not there yet. */
  intern<T extends Term>(key: string, make: () => Unnumbered<T>): T {
    const known = this.#terms.get(key);
    if (known !== undefined) return known as T;
    const term = { id: this.#next++, ...make() } as unknown as T;
    this.#terms.set(key, term);
    return term;
  }
}

export function children(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'constant':
    case 'number':
    case 'variable':
      return [];
    case 'in':
    case 'not':
    case 'mask':
    case 'plus':
    case 'resize':
      return [term.of];
    case 'same':
    case 'xor':
      return [term.a, term.b];
    case 'and':
      return term.of;
    case 'if':
    case 'choose':
      return [term.when, term.then, term.otherwise];
  }
}

/** The terms and all that they are made of, parts before wholes. */
export function parts(roots: readonly Term[]): readonly Term[] {
  const seen = new Uint8Array(roots.reduce((most, { id }) => Math.max(most, id + 1), 0));
  const found: Term[] = [];
  const find = (term: Term) => {
    if (seen[term.id] === 1) return;
    seen[term.id] = 1;
    found.push(term);
  };
  roots.forEach(find);
  for (let next = 0; next < found.length; next++) children(found[next] as Term).forEach(find);
  return found.sort((a, b) => a.id - b.id);
}

/** The variables in the terms, in the order in which they were met first. */
export const variablesOf = (roots: readonly Term[]): readonly Variable[] =>
  parts(roots).flatMap((term) => (term.kind === 'variable' ? [term.variable] : []));

import type { Assumption } from '../packet/place.ts';

/** A value that a capture shows, that is assumed (and says so), or that is not known (and says why). */
export type Known<T> =
  | { readonly kind: 'known'; readonly value: T; readonly assumption?: Assumption }
  | { readonly kind: 'unknown'; readonly reason: string };

export const known = <T>(value: T): Known<T> => ({ kind: 'known', value });
export const assumed = <T>(value: T, assumption: Assumption): Known<T> => ({ kind: 'known', value, assumption });
export const notKnown = (reason: string): Known<never> => ({ kind: 'unknown', reason });

/**
 * A value of a field, never negative: a number where its field has at most 48 bits, a bigint where it is wider (the
 * 128 bits of an IPv6 address). Comparisons between the two are exact; sums never mix them.
 */
export type Scalar = number | bigint;

/** The widest field (bits) whose values are numbers. */
const NARROW = 53;

export const isWide = (width: number): boolean => width > NARROW;

/** A small number as a value of so many bits. */
export const scalar = (value: number, width: number): Scalar => (isWide(width) ? BigInt(value) : value);

/** The largest value of so many bits. */
export const top = (width: number): Scalar => (isWide(width) ? (1n << BigInt(width)) - 1n : 2 ** width - 1);

export const next = <S extends Scalar>(value: S): S =>
  (typeof value === 'bigint' ? value + 1n : (value as number) + 1) as S;
export const previous = <S extends Scalar>(value: S): S =>
  (typeof value === 'bigint' ? value - 1n : (value as number) - 1) as S;

/** Two of one kind. */
export const plus = <S extends Scalar>(a: S, b: S): S =>
  (typeof a === 'bigint' ? a + (b as bigint) : (a as number) + (b as number)) as S;
export const minus = <S extends Scalar>(a: S, b: S): S =>
  (typeof a === 'bigint' ? a - (b as bigint) : (a as number) - (b as number)) as S;

export const smaller = <S extends Scalar>(a: S, b: S): S => (a < b ? a : b);
export const larger = <S extends Scalar>(a: S, b: S): S => (a > b ? a : b);

/** For `sort`. */
export const compare = (a: Scalar, b: Scalar): number => (a < b ? -1 : a > b ? 1 : 0);

/** Plain data that may hold bigints as JSON: equal data, equal text. */
export const asText = (data: unknown): string =>
  JSON.stringify(data, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

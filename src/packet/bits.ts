import { type Scalar, scalar } from './scalar.ts';

/** Half of the widest number (48 bits, a MAC address), because JavaScript's bitwise operators cut at 32 bits. */
const HALF = 2 ** 24;

const halves = (value: number): readonly [high: number, low: number] => [Math.floor(value / HALF), value % HALF];

/** The bits that both have; for two numbers of up to 48 bits, or two bigints. */
export function bitAnd<S extends Scalar>(a: S, b: S): S {
  if (typeof a === 'bigint') return (a & (b as bigint)) as S;
  const [aHigh, aLow] = halves(a as number);
  const [bHigh, bLow] = halves(b as number);
  return ((aHigh & bHigh) * HALF + (aLow & bLow)) as S;
}

/** The bits that one has and the other has not; for two numbers of up to 48 bits, or two bigints. */
export function bitXor<S extends Scalar>(a: S, b: S): S {
  if (typeof a === 'bigint') return (a ^ (b as bigint)) as S;
  const [aHigh, aLow] = halves(a as number);
  const [bHigh, bLow] = halves(b as number);
  return ((aHigh ^ bHigh) * HALF + (aLow ^ bLow)) as S;
}

/** The value modulo 2^width, never negative. */
export function wrap<S extends Scalar>(value: S, width: number): S {
  if (typeof value === 'bigint') return BigInt.asUintN(width, value) as S;
  const rest = (value as number) % 2 ** width;
  return (rest < 0 ? rest + 2 ** width : rest) as S;
}

/** The value as one of another width: of its kind, and cut to it. */
export const asWide = (value: Scalar, width: number): Scalar =>
  wrap(typeof scalar(0, width) === 'bigint' ? BigInt(value) : Number(value), width);

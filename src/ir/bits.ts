/** Half of the widest slot (48 bits, a MAC address), because JavaScript's bitwise operators cut at 32 bits. */
const HALF = 2 ** 24;

const halves = (value: number): readonly [high: number, low: number] => [Math.floor(value / HALF), value % HALF];

/** The bits that both have; for values of up to 54 bits. */
export function bitAnd(a: number, b: number): number {
  const [aHigh, aLow] = halves(a);
  const [bHigh, bLow] = halves(b);
  return (aHigh & bHigh) * HALF + (aLow & bLow);
}

/** The bits that one has and the other has not; for values of up to 54 bits. */
export function bitXor(a: number, b: number): number {
  const [aHigh, aLow] = halves(a);
  const [bHigh, bLow] = halves(b);
  return (aHigh ^ bHigh) * HALF + (aLow ^ bLow);
}

/** The value modulo 2^width, never negative. */
export function wrap(value: number, width: number): number {
  const rest = value % 2 ** width;
  return rest < 0 ? rest + 2 ** width : rest;
}

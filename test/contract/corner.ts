import fc from 'fast-check';
import type { Extension } from '../../src/extension/extension.ts';
import type { GivenOptions } from '../../src/extension/option.ts';
import {
  CT_STATE,
  type Family,
  FIELDS,
  type Field,
  isAddressField,
  maximum,
  PROTOCOL,
} from '../../src/packet/field.ts';
import { type Packet, packet } from '../../src/packet/packet.ts';
import type { Scalar } from '../../src/packet/scalar.ts';

/** Values that sets and address types of the contract's contexts turn on. */
const LANDMARKS: Readonly<Partial<Record<Field, readonly number[]>>> = {
  src: [0x0a0b0c0d, 0x0a0b0c0e, 0x0a0b0c00, 0x0a0b0000, 0x0a000001, 0xc0a80001, 0x7f000001, 0xe0000001, 0x0a0b0cff],
  dst: [0x0a0b0c0d, 0x0a0b0c0f, 0x0a0b0cff, 0x0a0bffff, 0x0affffff, 0xc0a80001, 0x7f000001, 0xe0000001, 0xffffffff],
  proto: [...Object.values(PROTOCOL), 0, 2, 59],
  sport: [53, 80, 60, 61],
  dport: [53, 80, 60, 61],
  icmpType: [0, 3, 4, 8, 11],
  icmpCode: [0, 1, 2, 3, 249, 250],
  macSrc: [0x020000000001],
  macDst: [0x020000000001],
  mark: [5, 0x105, 6],
  ctState: Object.values(CT_STATE),
  fragment: [0, 0, 0, 1],
};

/** The same of addresses of IPv6. */
const ADDRESSES6: readonly bigint[] = [
  0n,
  1n,
  0xdead_0000_0000_0000_0000_0000_0000_beefn,
  0xdead_0000_0000_0000_0000_0000_0000_0005n,
  0x2001_0db8_0000_0000_0000_0000_0000_0001n,
  0xfe80_0000_0000_0000_0000_0000_0000_0001n,
  2n ** 128n - 1n,
];

/** The family that the extension is for; where it is for both, 4. */
export const familyFor = ({ families }: Extension): Family => (families?.includes(4) === false ? 6 : 4);

/** Every bigint in an option's value, and its neighbours. */
function bigintsIn(value: unknown): readonly bigint[] {
  if (typeof value === 'bigint') return [value - 1n, value, value + 1n];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(bigintsIn);
}

const addressesNear = (options: GivenOptions): fc.Arbitrary<bigint> =>
  fc.constantFrom(...[...bigintsIn(options), ...ADDRESSES6].filter((one) => one >= 0n && one < 2n ** 128n));

/** Every number in an option's value, and its neighbours. */
function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value - 1, value, value + 1];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

/** A packet at the corners of what the options ask for: in, just in, just out, and anywhere else. */
export function cornerOf(extension: Extension, options: GivenOptions): fc.Arbitrary<Packet> {
  const near = numbersIn(options);
  const six = familyFor(extension) === 6;
  const fields = FIELDS.map((field): [Field, fc.Arbitrary<Scalar>] => {
    if (six && isAddressField(field)) return [field, addressesNear(options)];
    const high = field === 'ctState' ? 4 : Number(maximum(field));
    const values = [...near, ...(LANDMARKS[field] ?? []), 0, high].filter((value) => value >= 0 && value <= high);
    const anywhere = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...values) }, fc.integer({ min: 0, max: high }));
    const own = field === 'proto' ? (extension.protocols ?? []) : [];
    return [field, own.length === 0 ? anywhere : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...own) }, anywhere)];
  });
  return fc
    .record(Object.fromEntries(fields) as Record<Field, fc.Arbitrary<Scalar>>)
    .map((values) => packet(values as Partial<Packet>));
}

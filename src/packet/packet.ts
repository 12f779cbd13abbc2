import type { Field } from './field.ts';
import { CT_STATE, FIELDS, maximum } from './field.ts';
import type { Ranges } from './ranges.ts';

/** One concrete packet: a value for every field, each in `0 … maximum(field)`. */
export type Packet = Readonly<Record<Field, number>>;

/** A set of packets: the product of one set of values a field; a field that is not named is free. */
export type PacketClass = Readonly<Partial<Record<Field, Ranges>>>;

const ZERO = Object.fromEntries(FIELDS.map((field) => [field, 0])) as Record<Field, number>;

/**
 * Builds a packet; fields that are not given are 0, `ttl` 64 and `length` 84, as a host's ping has them.
 * @throws RangeError for a value that its field cannot hold: constructors check and never rewrite
 */
export function packet(fields: Partial<Packet>): Packet {
  for (const [field, value] of Object.entries(fields) as [Field, number][])
    if (!Number.isInteger(value) || value < 0 || value > maximum(field))
      throw new RangeError(`${field} cannot be ${value}: it goes from 0 to ${maximum(field)}`);
  return { ...ZERO, ttl: 64, length: 84, ctState: CT_STATE.INVALID, ...fields };
}

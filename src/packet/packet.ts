import { type Address, familyOf } from './address.ts';
import {
  ADDRESS_FIELDS,
  type AddressField,
  CT_STATE,
  type Family,
  FIELDS,
  type Field,
  maximum,
  widthIn,
} from './field.ts';
import type { Ranges } from './ranges.ts';
import { type Scalar, scalar } from './scalar.ts';

/** The values of a field. */
export type ValueOf<F extends Field> = F extends AddressField ? Address : number;

/** One concrete packet: a value for every field, each in `0 … maximum(field)`; all addresses of one family. */
export type Packet = { readonly [F in Field]: ValueOf<F> };

/** A set of packets: the product of one set of values a field; a field that is not named is free. */
export type PacketClass = { readonly [F in Field]?: Ranges<ValueOf<F>> };

const zeros = (family: Family): Packet =>
  Object.fromEntries(FIELDS.map((field) => [field, scalar(0, widthIn(field, family))])) as unknown as Packet;

const ZERO = { 4: zeros(4), 6: zeros(6) } as const;

/** The family of a packet's addresses. */
export const familyOfPacket = ({ src }: Pick<Packet, 'src'>): Family => familyOf(src);

/**
 * Builds a packet, of IPv6 if an address is; fields that are not given are 0, `ttl` 64 and `length` 84, as a host's ping
 * has them.
 * @throws RangeError for a value that its field cannot hold: constructors check and never rewrite
 */
export function packet(fields: Partial<Packet>): Packet {
  const family: Family = ADDRESS_FIELDS.some((field) => typeof fields[field] === 'bigint') ? 6 : 4;
  for (const [field, value] of Object.entries(fields) as [Field, Scalar][])
    if (!isValue(value, field, family))
      throw new RangeError(`${field} cannot be ${value}: it goes from 0 to ${maximum(field, family)}`);
  return { ...ZERO[family], ttl: 64, length: 84, ctState: CT_STATE.INVALID, ...fields };
}

const isValue = (value: Scalar, field: Field, family: Family): boolean =>
  typeof value === typeof ZERO[family][field] &&
  (typeof value === 'bigint' || Number.isInteger(value)) &&
  value >= 0 &&
  value <= maximum(field, family);

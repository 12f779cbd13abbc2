import { all, inRanges, masked, not } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import { type Address } from '../../packet/address.ts';
import { bitAnd } from '../../packet/bits.ts';
import type { Field } from '../../packet/field.ts';
import type { Packet } from '../../packet/packet.ts';
import { between, only } from '../../packet/ranges.ts';
import { type Scalar } from '../../packet/scalar.ts';
import { type AddressAndMask, addressAndMask } from '../codec/address.ts';
import { anyPortRange, type PortRange } from '../codec/service.ts';
import { type Given, invertible } from '../option.ts';

/** Options that look at the two tuples of the packet's conntrack entry, with the field each looks at. */
export const TUPLE_OPTIONS = {
  ctorigsrc: invertible(addressAndMask),
  ctorigdst: invertible(addressAndMask),
  ctreplsrc: invertible(addressAndMask),
  ctrepldst: invertible(addressAndMask),
  ctorigsrcport: invertible(anyPortRange),
  ctorigdstport: invertible(anyPortRange),
  ctreplsrcport: invertible(anyPortRange),
  ctrepldstport: invertible(anyPortRange),
};

type Name = keyof typeof TUPLE_OPTIONS;

const FIELD = {
  ctorigsrc: 'ctOrigSrc',
  ctorigdst: 'ctOrigDst',
  ctreplsrc: 'ctReplSrc',
  ctrepldst: 'ctReplDst',
  ctorigsrcport: 'ctOrigSport',
  ctorigdstport: 'ctOrigDport',
  ctreplsrcport: 'ctReplSport',
  ctrepldstport: 'ctReplDport',
} as const satisfies Record<Name, Field>;

type Sought = AddressAndMask<Address> | PortRange;
export type TupleGiven = { readonly [N in Name]?: Given<AddressAndMask<Address>> | Given<PortRange> };

const NAMES = Object.keys(FIELD) as readonly Name[];
const isPorts = (sought: Sought): sought is PortRange => Array.isArray(sought);

const hits = (sought: Sought, value: Scalar): boolean =>
  isPorts(sought)
    ? sought[0] <= value && value <= sought[1]
    : bitAnd<Scalar>(value, sought.mask) === bitAnd<Scalar>(sought.address, sought.mask);

/** Whether every tuple option that was given holds (`conntrack_addrcmp`, `ct_proto_port_check_v3`). */
export const tuplesMatch = (given: TupleGiven, packet: Packet): boolean =>
  NAMES.every((name) => {
    const one = given[name];
    return one === undefined || hits(one.value, packet[FIELD[name]]) !== one.inverted;
  });

export const lowerTuples = (given: TupleGiven): Predicate =>
  all(...NAMES.map((name) => lowerTuple(FIELD[name], given[name])));

function lowerTuple(field: Field, given: Given<Sought> | undefined): Predicate {
  if (given === undefined) return all();
  const set = isPorts(given.value)
    ? inRanges(field, between(given.value[0], given.value[1]))
    : masked(field, given.value.mask, only(bitAnd(given.value.address, given.value.mask)));
  return given.inverted ? not(set) : set;
}

import type { Effect } from '../../src/extension/definition.ts';
import type { Predicate, Value } from '../../src/ir/program.ts';
import type { Field } from '../../src/packet/field.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Unknown } from '../../src/packet/place.ts';
import { contains } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';

const of = (packet: Packet, slot: string): Scalar => packet[slot as Field];
const and = (a: Scalar, b: Scalar): Scalar => {
  const both = BigInt(a) & BigInt(b);
  return typeof a === 'bigint' ? both : Number(both);
};

/** The plainest reading of a predicate: one packet, one value for every unknown. */
export function holds(predicate: Predicate, packet: Packet, choose: (unknown: Unknown) => boolean): boolean {
  switch (predicate.kind) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'in': {
      const value = of(packet, predicate.slot);
      return contains(predicate.ranges, predicate.mask === undefined ? value : and(value, predicate.mask));
    }
    case 'same':
      return of(packet, predicate.a) === of(packet, predicate.b);
    case 'unknown':
      return choose(predicate.unknown);
    case 'not':
      return !holds(predicate.of, packet, choose);
    case 'all':
      return predicate.of.every((part) => holds(part, packet, choose));
    case 'any':
      return predicate.of.some((part) => holds(part, packet, choose));
    case 'first': {
      const found = predicate.cases.find(({ when }) => holds(when, packet, choose));
      return holds(found === undefined ? predicate.otherwise : found.then, packet, choose);
    }
  }
}

/** What a lowered effect does to one packet. */
export function onPacket(effect: Effect<Value>, packet: Packet): Effect<number> {
  if (effect.kind !== 'continue') return effect;
  const { when, otherwise, fields, ...rest } = effect;
  const applies = when === undefined || holds(when, packet, () => false);
  const written = (applies ? fields : otherwise)?.map(({ field, value }) => ({ field, value: amount(value, packet) }));
  const changed = written === undefined ? {} : { fields: written };
  return applies ? { ...rest, ...changed } : { kind: 'continue', ...changed };
}

/** What a field is set to, for one packet; only values of at most 32 bits. */
export function amount(value: Value, packet: Packet): number {
  switch (value.kind) {
    case 'constant':
      return Number(value.value);
    case 'plus':
      return Number(of(packet, value.slot)) + value.by;
    case 'bits':
      return value.terms
        .map(({ slot, mask }) => (mask === undefined ? of(packet, slot) : and(of(packet, slot), mask)))
        .reduce<number>((sum, bits) => (sum ^ Number(bits)) >>> 0, Number(value.xor));
  }
}

import type { MaskedMac } from '../network/frame-rules.ts';
import { type Address, printAddress, printMac } from '../packet/address.ts';
import { bitAnd } from '../packet/bits.ts';
import type { Origin } from '../packet/place.ts';
import type { Endpoint } from './segment.ts';
import { holds, type World } from './world.ts';

/** Somebody out of sight who answers for an address, and the interface beyond which he lives. */
export interface Stranger {
  readonly name: string;
  readonly at: Endpoint;
}

export const strangerAt = (at: Endpoint, target: Address): Stranger => ({
  name: `${printAddress(target)} beyond ${at.node.name}:${at.device.name}`,
  at,
});

/** Something that was found out about an address: whether the bits under a mask are those. */
export interface Fact {
  readonly of: MaskedMac;
  readonly so: boolean;
}

/** No host has the address of a group. */
const NO_GROUP: Fact = { of: { address: 0, mask: 0x010000000000 }, so: true };

/**
 * Whether somebody out of sight has one of these MAC addresses. He has one, and nobody knows which: what rules find out
 * about him fits together.
 */
export const hasOneOf = (world: World, name: string, macs: readonly MaskedMac[], origin: Origin): boolean =>
  macs.some((of) => has(world, name, of, origin));

function has(world: World, name: string, of: MaskedMac, origin: Origin): boolean {
  const known = world.strangers.get(name) ?? [NO_GROUP];
  const follows = implied(known, of);
  if (follows !== undefined) return follows;
  const id = `${name} is ${printMac(of.address)}/${printMac(of.mask)}`;
  const so = holds(world, { id, reason: 'the MAC address of somebody out of sight', origin });
  world.strangers.set(name, [...known, { of, so }]);
  return so;
}

/** What follows from what is known, if anything does. */
function implied(known: readonly Fact[], of: MaskedMac): boolean | undefined {
  const bits = known.filter(({ so }) => so).map((fact) => fact.of);
  if (bits.some((one) => clash(one, of))) return false;
  if (covers(bits, of)) return true;
  const all = [...bits, of];
  const excluded = known.filter(({ so }) => !so).map((fact) => fact.of);
  return excluded.some((one) => !all.some((other) => clash(one, other)) && covers(all, one)) ? false : undefined;
}

const clash = (a: MaskedMac, b: MaskedMac): boolean => {
  const both = bitAnd(a.mask, b.mask);
  return bitAnd(a.address, both) !== bitAnd(b.address, both);
};

/** Whether the masks together have every bit of another one. */
const covers = (all: readonly MaskedMac[], { mask }: MaskedMac): boolean =>
  all.reduce((left, one) => left - bitAnd(left, one.mask), mask) === 0;

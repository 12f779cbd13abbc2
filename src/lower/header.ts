import { all, equals, inRanges, masked, not, TRUE } from '../ir/predicate.ts';
import type { Predicate, Slot } from '../ir/program.ts';
import type { Header, InterfacePattern, MaskedAddress, Rule } from '../network/ruleset.ts';
import { familyOf } from '../packet/address.ts';
import { bitAnd } from '../packet/bits.ts';
import { ADDRESS_WIDTH } from '../packet/field.ts';
import { only } from '../packet/ranges.ts';
import { minus, plus, top } from '../packet/scalar.ts';
import type { Place } from './hook.ts';

const compiled = new WeakMap<Rule, Predicate>();

/** Whether a rule's interfaces fit: the same for every packet that is asked there. */
export const interfacesFit = ({ in: from, out }: Header, place: Place): boolean =>
  fits(from, place.in ?? '') && fits(out, place.out ?? '');

/** `ifname_compare`: a trailing `+` is a prefix; a hook without such an interface has the empty name. */
function fits(pattern: InterfacePattern | undefined, name: string): boolean {
  if (pattern === undefined) return true;
  const { text, inverted } = pattern;
  const same = text.endsWith('+') ? name.startsWith(text.slice(0, -1)) : name === text || text === '';
  return same !== inverted;
}

/** The packets that the part of a rule before its matches lets through, interfaces apart (ip_packet_match). */
export function headerOf(rule: Rule): Predicate {
  const known = compiled.get(rule) ?? compile(rule.header);
  compiled.set(rule, known);
  return known;
}

function compile({ source, destination, protocol, fragment }: Header): Predicate {
  return all(
    address('dst', destination),
    address('src', source),
    // protocol 0 is any
    protocol === undefined || protocol.number === 0 ? TRUE : turn(equals('proto', protocol.number), protocol.inverted),
    fragment === undefined ? TRUE : turn(equals('fragment', 1), fragment.inverted),
  );
}

const turn = (of: Predicate, inverted: boolean): Predicate => (inverted ? not(of) : of);

function address(slot: Slot, of: MaskedAddress | undefined): Predicate {
  if (of === undefined) return TRUE;
  const value = bitAnd(of.address, of.mask);
  const free = minus(top(ADDRESS_WIDTH[familyOf(of.mask)]), of.mask);
  // a mask of leading ones is a range
  const contiguous = /^1*$|^0$/.test(free.toString(2));
  const inside = contiguous ? inRanges(slot, [[value, plus(value, free)]]) : masked(slot, of.mask, only(value));
  return turn(inside, of.inverted);
}

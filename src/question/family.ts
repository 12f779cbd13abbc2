import { inFamily } from '../network/family.ts';
import type { Network } from '../network/network.ts';
import { familyOf as familyOfAddress, parseAnyPrefix } from '../packet/address.ts';
import type { Family } from '../packet/field.ts';
import { findNode, targetAddresses, withoutZone } from './places.ts';
import type { ClauseSyntax, PlaceSyntax, ValueSyntax, Word } from './syntax.ts';

/** Names of ICMPv6, which IPv4 has no use for. */
const ICMPV6 = /^(icmpv6|ipv6-icmp|icmp6)$/i;

/** The words of a clause that name ICMPv6. */
export const icmp6In = (value: ValueSyntax): readonly Word[] => wordsOf(value).filter(({ text }) => ICMPV6.test(text));

/**
 * The family of the packets that a question is about: that of the addresses in it, IPv6 where it names ICMPv6, else that
 * of the target's addresses: IPv4 if it has any.
 */
export function familyOf(target: PlaceSyntax, clauses: readonly ClauseSyntax[], network: Network): Family {
  const [said] = [...familiesOfPlace(target), ...clauses.flatMap(familiesOfClause)];
  if (said !== undefined) return said;
  const node = target.kind === 'name' ? findNode(target.text, network) : undefined;
  if (node === undefined || targetAddresses(node).length > 0) return 4;
  const six = inFamily(network, 6).nodes.get(node.name);
  return six !== undefined && targetAddresses(six).length > 0 ? 6 : 4;
}

const familiesOfPlace = (place: PlaceSyntax): readonly Family[] =>
  place.kind === 'name' ? familiesOf(withoutZone(place.text)) : [];

const familiesOf = (text: string): readonly Family[] => {
  const prefix = parseAnyPrefix(text) ?? parseAnyPrefix(text.split('-')[0] ?? '');
  return prefix === undefined ? [] : [familyOfAddress(prefix.address)];
};

function familiesOfClause(clause: ClauseSyntax): readonly Family[] {
  if (clause.kind === 'between') return [...familiesOfPlace(clause.from), ...familiesOfPlace(clause.to)];
  if (clause.kind === 'over') return icmp6In(clause.value).length > 0 ? [6] : [];
  if (clause.kind !== 'field') return [];
  if (clause.field === 'proto') return familiesOfClause({ ...clause, kind: 'over' });
  return clause.field === 'src' || clause.field === 'dst'
    ? wordsOf(clause.value).flatMap(({ text }) => familiesOf(text))
    : [];
}

function wordsOf(value: ValueSyntax): readonly Word[] {
  if (value.kind === 'not') return wordsOf(value.of);
  return value.kind === 'list' ? value.of : [];
}

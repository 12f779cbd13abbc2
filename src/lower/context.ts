import type { AddressTypes, ClassContext } from '../extension/definition.ts';
import { MISSING_WAY } from '../extension/match/rpfilter.ts';
import { valuesOf } from '../ir/bounds.ts';
import { assume } from '../ir/decide.ts';
import { equals, unknownBit } from '../ir/predicate.ts';
import type { Node } from '../network/network.ts';
import type { Rule, Table } from '../network/ruleset.ts';
import { lastingSet } from '../network/sets.ts';
import type { Family } from '../packet/field.ts';
import type { Unknown } from '../packet/place.ts';
import { addressTypes, primaryAddresses } from './address.ts';
import type { Place } from './hook.ts';
import { assuming } from './settings.ts';
import { addressTypes as typesOfSix } from './six/address-types.ts';
import { redirectsTo } from './six/addresses.ts';
import { leadsBack as leadsBackSix } from './six/way-back.ts';
import { isSix, type Walk } from './walk.ts';
import { leadsBack } from './way-back.ts';

const types = new WeakMap<Node, Map<string | undefined, AddressTypes>>();

/** The same as `addressTypes`, found out once. */
export function typesOf(node: Node, device?: string, family: Family = 4): AddressTypes {
  const known = types.get(node) ?? new Map<string | undefined, AddressTypes>();
  types.set(node, known);
  const found = known.get(device) ?? (family === 6 ? typesOfSix : addressTypes)(node, device);
  known.set(device, found);
  return found;
}

/** What the rules of a table are told, for one visit of it; unknowns are named by the visit, the rule and a count. */
export function contextOf(
  walk: Walk,
  place: Place,
  table: Table,
  made: { count: number },
): (rule: Rule) => ClassContext {
  const { node, hook } = place;
  const counts = new Map<string, number>();
  const visit = `${walk.leg}${walk.copy} ${walk.visits}: ${node.name} ${hook} ${table.name}`;
  const unknownIn =
    (rule: Rule) =>
    (reason: string): Unknown => {
      const key = `${visit} ${rule.text} (${reason})`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      made.count++;
      const id = count === 1 ? key : `${key} #${count}`;
      return { id, reason, origin: { node: node.name, text: rule.text, place: rule.place } };
    };
  const own = node.ruleset.kind === 'known' && node.ruleset.value.ownMatches;
  const fragments = assume(walk.bounds, equals('fragment', 1)) !== undefined;
  const common: Omit<ClassContext, 'unknown' | 'leadsBack'> = {
    ...(walk.at.network.family === 6 ? { family: 6 as const } : {}),
    node: node.name,
    hook,
    table: table.name,
    bridged: place.bridged,
    ...(fragments && own !== true ? { misread: true } : {}),
    ...(walk.leg === 'request' ? {} : { lengthOpen: true as const }),
    ...(place.looped === true || place.in === 'lo' ? { looped: true } : {}),
    ...(place.in === undefined ? {} : { in: place.in }),
    ...(place.out === undefined ? {} : { out: place.out }),
    ...(place.physIn === undefined ? {} : { physIn: place.physIn }),
    ...(place.physOut === undefined ? {} : { physOut: place.physOut }),
    addressTypes: (device) => typesOf(node, device, walk.at.network.family),
    set: (name) => lastingSet(node, name),
    addressesOf: (device) =>
      isSix(walk) ? redirectsTo(node, device, valuesOf(walk.bounds, 'dst')) : primaryAddresses(node, device),
    groupOf: (device) => node.interfaces.find(({ name }) => name === device)?.group,
    assume: (text) => {
      if (node.kernelDefaults) assuming(walk.at, { node: node.name, text });
      return node.kernelDefaults;
    },
  };
  return (rule) => {
    const unknown = unknownIn(rule);
    const open = (reason: string) => unknownBit(unknown(`${MISSING_WAY}: ${reason}`));
    return {
      ...common,
      unknown,
      leadsBack: (by) => (isSix(walk) ? leadsBackSix : leadsBack)(node, place.in, by, open),
    };
  };
}

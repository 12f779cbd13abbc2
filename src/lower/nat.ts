import type { NatRange } from '../extension/definition.ts';
import { inRanges, unknownBit } from '../ir/predicate.ts';
import type { Steps } from '../ir/program.ts';
import type { Ruleset, TableName } from '../network/ruleset.ts';
import { natRules, trackingUnknown } from '../network/tracking.ts';
import type { Address } from '../packet/address.ts';
import { CT_STATE } from '../packet/field.ts';
import type { Origin } from '../packet/place.ts';
import { type Ranges, ranges } from '../packet/ranges.ts';
import { table } from './chain.ts';
import { masquerades } from './conntrack.ts';
import { type Place, pass } from './hook.ts';
import { mapTo } from './mapping.ts';
import { merge, type Pass, type Passage, sequence, stay, write } from './merge.ts';
import { REDIRECTED } from './six/addresses.ts';
import { type Direction, type Entry, masqueradeSlot, tupleSlot } from './tuple.ts';
import { type Assignments, dropped, filter, isSix, set, split, type Then, type Walk, type Way } from './walk.ts';

/** Which half of a mapping each hook is for (HOOK2MANIP). */
const MANIP = {
  PREROUTING: 'destination',
  OUTPUT: 'destination',
  INPUT: 'source',
  POSTROUTING: 'source',
  FORWARD: 'source', // no nat there
} as const;

const TABLE: TableName = 'nat';

/** Translates a packet of a flow: the first packet as the rules say, once for each half; later ones as the flow has it. */
export function nat(walk: Walk, place: Place, then: Then): Steps {
  const { track, entries } = walk;
  const { ruleset } = place.node;
  if (ruleset.kind === 'unknown' || !ruleset.value.tables.has(TABLE) || track.kind !== 'flow') return then(walk);
  const entry = entries[track.entry] as Entry;
  const manip = MANIP[place.hook];
  if (track.direction === 'reply' || !track.fresh || entry.done[manip])
    return stays(walk, place, entry, (on) => set(on, translated(entry, track.direction, manip), then));
  const done: Entry = { ...entry, done: { ...entry.done, [manip]: true } };
  const consulted: Walk = { ...walk, entries: entries.map((one) => (one === entry ? done : one)) };
  const go: Then = (on) => pass(asked(on, place, ruleset.value), then);
  return isSix(walk) && redirects(ruleset.value) ? split(consulted, REDIRECTED.map(apart(go)), go) : go(consulted);
}

/** To which of its addresses a host turns a packet of IPv6 depends on what that was for. */
const redirects = ({ tables }: Ruleset): boolean =>
  [...(tables.get(TABLE)?.chains.values() ?? [])].some(({ rules }) =>
    rules.some(({ action }) => action.kind === 'target' && action.name === 'REDIRECT'),
  );

const apart =
  (then: Then) =>
  (of: Ranges<Address>): Way => ({ when: inRanges('dst', of), then });

/** The way through the rules, where they are asked at all. */
function asked(walk: Walk, place: Place, ruleset: Ruleset): Passage {
  const ask: Pass = (of) => asNew(of, (on) => table(on, place, TABLE));
  switch (natRules(ruleset)) {
    case 'asked':
      return ask(walk);
    case 'idle':
      return stay(walk);
    case 'open':
      return merge(walk, [{ when: unknownBit(trackingUnknown(place.node)), then: ask }]);
  }
}

/** A masqueraded flow that leaves by another device than the one whose address it got is dropped (nf_nat_oif_changed). */
function stays(walk: Walk, { hook, node, out }: Place, entry: Entry, then: Then): Steps {
  const { track } = walk;
  if (hook !== 'POSTROUTING' || track.kind !== 'flow' || track.direction === 'reply' || !masquerades(node))
    return then(walk);
  const by = node.interfaces.findIndex(({ name }) => name === out) + 1;
  const origin = { node: node.name, text: 'conntrack entry of the flow: masqueraded by another device' };
  return filter(
    walk,
    inRanges(
      masqueradeSlot(entry),
      ranges([
        [0, 0],
        [by, by],
      ]),
    ),
    dropped(node, 'rule', origin),
    then,
  );
}

/** Where a question gives the state, the mapping is the one that the flow's first packet got: it was NEW. */
function asNew(walk: Walk, then: Pass): Passage {
  return walk.leg === 'request' && walk.at.probe.state !== 'fresh' ? during(walk, then) : then(walk);
}

const KEPT = 'ctState@nat';

const during = (walk: Walk, then: Pass): Passage =>
  sequence(walk, write({ [KEPT]: 'ctState' }), write({ ctState: CT_STATE.NEW }), then, write({ ctState: KEPT }));

/** What a later packet's addresses become: on the way there what its answers are sent to, on the way back what was asked. */
function translated(entry: Entry, direction: Direction, manip: 'destination' | 'source'): Assignments {
  const side = direction === 'original' ? 'repl' : 'orig';
  const of = (field: 'src' | 'dst' | 'sport' | 'dport' | 'icmpId') => tupleSlot(field, entry, side);
  const id = { icmpId: of('icmpId') };
  return manip === 'destination'
    ? { dst: of('src'), dport: of('sport'), ...id }
    : { src: of('dst'), sport: of('dport'), ...id };
}

/** Carries out a rule's translation. */
export function translate(walk: Walk, place: Place, range: NatRange, origin: Origin): Passage {
  if (walk.track.kind !== 'flow') throw new Error('nat without a flow');
  return mapTo(walk, place, range, walk.entries[walk.track.entry] as Entry, origin);
}

import { all, any, equals, FALSE, inRanges, not, sameSlots, TRUE } from '../ir/predicate.ts';
import type { Predicate, Slot, Steps } from '../ir/program.ts';
import type { Node } from '../network/network.ts';
import { CT_STATUS, type Field, PROTOCOL } from '../packet/field.ts';
import { usesZones } from './conntrack.ts';
import type { Place } from './hook.ts';
import { type Entry, PORTS, tupleSlot, zoneSlot } from './tuple.ts';
import { isSix, lost, set, split, type Then, type Walk } from './walk.ts';

/** At the end of its way through a node, a packet that began a flow leaves it behind (nf_conntrack_confirm). */
export function confirm(walk: Walk, { node }: Pick<Place, 'node'>, then: Then): Steps {
  const { track: of } = walk;
  if (of.kind !== 'flow' || !of.fresh) return then(walk);
  const entry = walk.entries[of.entry] as Entry;
  const others = walk.entries.filter((one) => one !== entry && one.node === node.name);
  const reason = `two flows on ${node.name} have the same answers: which port nat gives to one of them`;
  const clash: Then = (on) => lost(on, node, `${entry.name} clash`, reason);
  const zone = (one: Entry): Predicate => (usesZones(node) ? sameSlots(zoneSlot(entry), zoneSlot(one)) : TRUE);
  const when = any(...others.map((one) => all(zone(one), clashes(entry, one, isSix(walk)))));
  return split(walk, [{ when, then: clash }], (on) => keep(on, entry, then));
}

/** Likewise what many get, before a bridge passes it up (br_nf_local_in): nat of INPUT comes too late then (nf_nat_setup_info). */
export function confirmUp(walk: Walk, node: Node, then: Then): Steps {
  const { track: of, entries } = walk;
  const bound = (one: Entry): Entry => ({ ...one, done: { ...one.done, source: true } });
  const late = of.kind === 'flow' ? entries.map((one, n) => (n === of.entry ? bound(one) : one)) : entries;
  return confirm({ ...walk, entries: late }, { node }, then);
}

/** Whether answers to a flow carry a tuple that an older flow has already (nf_conntrack_tuple_taken). */
function clashes(entry: Entry, old: Entry, six: boolean): Predicate {
  const same = (field: Field, side: 'orig' | 'repl'): Predicate =>
    sameSlots(tupleSlot(field, entry, 'repl'), tupleSlot(field, old, side));
  const proto = tupleSlot('proto', entry, 'orig');
  const on = (side: 'orig' | 'repl'): Predicate =>
    all(
      sameSlots(proto, tupleSlot('proto', old, 'orig')),
      same('src', side),
      same('dst', side),
      any(not(inRanges(proto, PORTS)), all(same('sport', side), same('dport', side))),
      any(not(equals(proto, PROTOCOL.ICMP)), side === 'repl' ? same('icmpId', side) : FALSE),
      six ? any(not(equals(proto, PROTOCOL.ICMPV6)), side === 'repl' ? same('icmpId', side) : FALSE) : TRUE,
    );
  return any(on('repl'), on('orig'));
}

function keep(walk: Walk, entry: Entry, then: Then): Steps {
  const status: Slot = `ctStatus@${entry.name}`;
  const { CONFIRMED } = CT_STATUS;
  const bits = { kind: 'bits', terms: [{ slot: status, mask: 63 - CONFIRMED }], xor: CONFIRMED } as const;
  return set(walk, { [status]: bits }, (on) => set(on, { ctStatus: status }, then));
}

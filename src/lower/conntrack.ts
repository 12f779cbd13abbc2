import { valuesOf } from '../ir/bounds.ts';
import { all, any, equals, FALSE, inRanges, masked } from '../ir/predicate.ts';
import type { Predicate, Slot, Steps } from '../ir/program.ts';
import type { Node } from '../network/network.ts';
import { CT_STATE, CT_STATUS, type Field, PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import { only, type Ranges, ranges, single, union } from '../packet/ranges.ts';
import type { Place } from './hook.ts';
import { flag } from './settings.ts';
import { type Direction, type Entry, masqueradeSlot, matches, shown, tupleSlot, ZONE, zoneSlot } from './tuple.ts';
import { type Assignments, isSix, known, set, split, type Then, type Walk, type Way } from './walk.ts';

/** What conntrack has attached to the packet in hand (`skb->_nfct`). */
export type Track =
  | { readonly kind: 'none' }
  | { readonly kind: 'untracked' }
  /** `fresh`: the packet began the flow. */
  | { readonly kind: 'flow'; readonly entry: number; readonly direction: Direction; readonly fresh: boolean };

const CHECKED: Ranges = ranges(
  [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.ICMP, PROTOCOL.DCCP, PROTOCOL.SCTP, PROTOCOL.UDPLITE].map(
    (one) => [one, one] as const,
  ),
);
/** Of IPv6, whose packets may carry either ICMP. */
const CHECKED6: Ranges = union(CHECKED, only(PROTOCOL.ICMPV6));

/** Whether a node's rules can tell what conntrack does: without rules nobody looks, and nothing is translated. */
const tracks = ({ ruleset }: Node): boolean =>
  ruleset.kind === 'known' &&
  [...ruleset.value.tables.values()].some(({ chains }) => [...chains.values()].some(({ rules }) => rules.length > 0));

/** Whether rules of a node give packets a template, with the zone of their flow. */
export const usesZones = ({ ruleset }: Node): boolean =>
  ruleset.kind === 'known' &&
  [...(ruleset.value.tables.get('raw')?.chains.values() ?? [])].some(({ rules }) =>
    rules.some(({ action }) => action.kind === 'target' && action.name === 'CT'),
  );

/** Whether rules of a node masquerade flows. */
export const masquerades = ({ ruleset }: Node): boolean =>
  ruleset.kind === 'known' &&
  [...(ruleset.value.tables.get('nat')?.chains.values() ?? [])].some(({ rules }) =>
    rules.some(({ action }) => action.kind === 'target' && action.name === 'MASQUERADE'),
  );

/** A packet comes to raw without a template: what was one elsewhere is gone. */
export const withoutTemplate = (walk: Walk, node: Node, then: Then): Steps =>
  usesZones(node) ? set(walk, { [ZONE]: 0 }, then) : then(walk);

/** Finds the packet's flow, or begins one (nf_conntrack_in). */
export function track(walk: Walk, place: Place, then: Then): Steps {
  const { node } = place;
  if (walk.track.kind !== 'none' || !tracks(node)) return then(walk);
  const untracked: Then = (on) => then({ ...on, track: { kind: 'untracked' } });
  const pinned = walk.leg === 'request' && walk.at.probe.state !== 'fresh';
  const tracked: Then = (on) => (pinned ? givenState(on, node, then) : find(on, place, then));
  return split(walk, [{ when: equals('ctState', CT_STATE.UNTRACKED), then: untracked }], tracked);
}

/** The question fixes what this node says of the packet; a flow that it belongs to has the mapping that nat gives now. */
function givenState(walk: Walk, node: Node, then: Then): Steps {
  const slot: Slot = `ctState@${node.name}`;
  const status = CT_STATUS.SEEN_REPLY | CT_STATUS.CONFIRMED;
  const flow =
    (extra: Assignments): Then =>
    (on) =>
      begin(on, node, (here) => set(here, { ctState: slot, ...extra }, then));
  const seen = any(equals(slot, CT_STATE.ESTABLISHED), equals(slot, CT_STATE.RELATED));
  const entry: Slot = `ctStatus@${nameFor(walk, node)}`;
  return split(
    walk,
    [
      { when: seen, then: flow({ ctStatus: status, [entry]: status }) },
      { when: equals(slot, CT_STATE.NEW), then: flow({}) },
      {
        when: equals(slot, CT_STATE.UNTRACKED),
        then: (on) =>
          set(on, { ctState: CT_STATE.UNTRACKED }, (here) => then({ ...here, track: { kind: 'untracked' } })),
      },
    ],
    (on) => set(on, { ctState: CT_STATE.INVALID }, then),
  );
}

function find(walk: Walk, place: Place, then: Then): Steps {
  const { node } = place;
  const ways = walk.entries.flatMap((entry, i): readonly Way[] =>
    entry.node !== node.name
      ? []
      : (['original', 'reply'] as const).map((direction) => ({
          when: matches(entry, direction, usesZones(node), isSix(walk)),
          then: (on) => found(on, i, direction, then),
        })),
  );
  // without its header a later fragment belongs to no flow
  const part: Way = { when: equals('fragment', 1), then: (on) => set(on, { ctState: CT_STATE.INVALID }, then) };
  return split(walk, [part, ...(isSix(walk) ? untrackable(walk, place, then) : []), ...ways], (on) =>
    beginOr(on, place, then),
  );
}

/** Messages of ICMPv6 that no flow is made of (nf_conntrack_proto_icmpv6.c: noct_valid_new); a bad checksum comes first. */
function untrackable(walk: Walk, place: Place, then: Then): readonly Way[] {
  const unchecked = place.hook !== 'PREROUTING';
  const wrong = unchecked
    ? FALSE
    : all(equals('badChecksum', 1), flag(walk.at, place.node, 'net.netfilter.nf_conntrack_checksum'));
  const untracked: Then = (on) =>
    set(on, { ctState: CT_STATE.UNTRACKED }, (here) => then({ ...here, track: { kind: 'untracked' } }));
  return [
    { when: all(UNTRACKABLE, wrong), then: (on) => set(on, { ctState: CT_STATE.INVALID }, then) },
    { when: UNTRACKABLE, then: untracked },
  ];
}

/** Queries and reports of groups, and neighbour discovery but for redirects. */
const UNTRACKABLE: Predicate = all(
  equals('proto', PROTOCOL.ICMPV6),
  inRanges('icmpType', [
    [130, 136],
    [143, 143],
  ]),
);

/** A packet of a known flow; a tcp segment that the connection cannot take now is INVALID (tcp_conntracks). */
function found(walk: Walk, index: number, direction: Direction, then: Then): Steps {
  const entry = walk.entries[index] as Entry;
  const next = advance(walk, entry, direction);
  if (next === 'INVALID') return set(walk, { ctState: CT_STATE.INVALID }, then);
  const here = put(walk, index, next);
  const status: Slot = `ctStatus@${entry.name}`;
  const reply = direction === 'reply' ? CT_STATUS.SEEN_REPLY : 0;
  const assured = next.tcp === 'ESTABLISHED' ? CT_STATUS.ASSURED : 0;
  const raised = reply | assured;
  const bits = { kind: 'bits', terms: [{ slot: status, mask: 63 - raised }], xor: raised } as const;
  return set(here, raised === 0 ? {} : { [status]: bits }, (on) => {
    const seen = masked(status, CT_STATUS.SEEN_REPLY, [[CT_STATUS.SEEN_REPLY, CT_STATUS.SEEN_REPLY]]);
    const as =
      (state: number): Then =>
      (one) =>
        set(one, { ...shown(entry, direction), ctState: state }, (done) =>
          then({ ...done, track: { kind: 'flow', entry: index, direction, fresh: false } }),
        );
    return split(on, [{ when: seen, then: as(CT_STATE.ESTABLISHED) }], as(CT_STATE.NEW));
  });
}

const put = (walk: Walk, index: number, entry: Entry): Walk => ({
  ...walk,
  entries: walk.entries.map((one, i) => (i === index ? entry : one)),
});

/**
 * The connection after this segment. On the way back from the first answer, ACKs of the asker make it established; an
 * ACK on a node that has not seen the SYN-ACK is not acceptable (sIV of tcp_conntracks: sSS with an ACK).
 */
function advance(walk: Walk, entry: Entry, direction: Direction): Entry | 'INVALID' {
  if (entry.tcp === 'none' || single(valuesOf(walk.bounds, 'proto')) !== PROTOCOL.TCP) return entry;
  switch (walk.leg) {
    case 'request':
      return entry;
    case 'answer':
      return direction === 'reply' && entry.tcp === 'SYN_SENT' ? { ...entry, tcp: 'SYN_RECV' } : entry;
    case 'acknowledgement':
    case 'data':
    case 'data answer':
      if (entry.tcp === 'SYN_SENT') return 'INVALID';
      return direction === 'original' && entry.tcp === 'SYN_RECV' ? { ...entry, tcp: 'ESTABLISHED' } : entry;
  }
}

/** No flow is known: the packet begins one, or is INVALID. */
function beginOr(walk: Walk, place: Place, then: Then): Steps {
  const { node } = place;
  const invalid: Then = (on) => set(on, { ctState: CT_STATE.INVALID }, then);
  const bad = known(walk, all(equals('badChecksum', 1), inRanges('proto', isSix(walk) ? CHECKED6 : CHECKED)));
  // locally made packets have their checksums still to be filled in
  const unchecked = bad.kind === 'false' || place.hook !== 'PREROUTING';
  const wrong = unchecked ? FALSE : all(bad, flag(walk.at, node, 'net.netfilter.nf_conntrack_checksum'));
  const start: Then = (here) => begin(here, node, then);
  const ofTcp: Then = (here) => split(here, [{ when: beginsTcp(here, node), then: start }], invalid);
  const ofIcmp: Then = (here) => split(here, [{ when: REQUEST, then: start }], invalid);
  const ofIcmp6: Then = (here) => split(here, [{ when: REQUEST6, then: start }], invalid);
  return split(
    walk,
    [
      { when: wrong, then: invalid },
      { when: equals('proto', PROTOCOL.TCP), then: ofTcp },
      { when: equals('proto', PROTOCOL.ICMP), then: ofIcmp },
      ...(isSix(walk) ? [{ when: equals('proto', PROTOCOL.ICMPV6), then: ofIcmp6 }] : []),
    ],
    start,
  );
}

/** icmp requests that have an answer (valid_new of nf_conntrack_proto_icmp.c). */
const REQUEST: Predicate = inRanges('icmpType', [
  [8, 8],
  [13, 13],
  [15, 15],
  [17, 17],
]);

/** Echo and node information (valid_new of nf_conntrack_proto_icmpv6.c). */
const REQUEST6: Predicate = inRanges('icmpType', [
  [128, 128],
  [139, 139],
]);

const { FIN, SYN, RST, ACK, URG } = TCP_FLAG;
/** Flags that conntrack looks at; PSH, ECE and CWR do not matter (tcp_error). */
const LOOKED_AT = FIN | SYN | RST | ACK | URG;
const flags = (...of: readonly number[]): Predicate =>
  masked('tcpFlags', LOOKED_AT, ranges(of.map((one) => [one, one] as const)));

/** A SYN begins a connection, a lone ACK joins one in progress where that is allowed (tcp_new). */
function beginsTcp(walk: Walk, node: Node): Predicate {
  const joins = known(walk, flags(ACK, ACK | URG));
  const loose = joins.kind === 'false' ? FALSE : flag(walk.at, node, 'net.netfilter.nf_conntrack_tcp_loose');
  return any(flags(SYN, SYN | URG), all(joins, loose));
}

const nameFor = ({ entries }: Walk, node: Node): string =>
  `${node.name}/${entries.filter((one) => one.node === node.name).length}`;

/** The packet begins a flow. */
function begin(walk: Walk, node: Node, then: Then): Steps {
  const syn = walk.leg === 'request' || walk.leg === 'answer';
  const tcp = single(valuesOf(walk.bounds, 'proto')) === PROTOCOL.TCP ? (syn ? 'SYN_SENT' : 'ESTABLISHED') : 'none';
  const entry: Entry = { node: node.name, name: nameFor(walk, node), tcp, done: { destination: false, source: false } };
  const orig = (field: Field): Slot => tupleSlot(field, entry, 'orig');
  const repl = (field: Field): Slot => tupleSlot(field, entry, 'repl');
  const kept: Assignments = {
    [orig('src')]: 'src',
    [orig('dst')]: 'dst',
    [orig('proto')]: 'proto',
    [orig('sport')]: 'sport',
    [orig('dport')]: 'dport',
    [orig('icmpId')]: 'icmpId',
    [orig('icmpType')]: 'icmpType',
    [repl('src')]: 'dst',
    [repl('dst')]: 'src',
    [repl('sport')]: 'dport',
    [repl('dport')]: 'sport',
    [repl('icmpId')]: 'icmpId',
    [`ctMark@${entry.name}`]: 0,
    [`ctStatus@${entry.name}`]: 0,
    ...(masquerades(node) ? { [masqueradeSlot(entry)]: 0 } : {}),
    ...(usesZones(node) ? { [zoneSlot(entry)]: ZONE } : {}),
  };
  const index = walk.entries.length;
  return set({ ...walk, entries: [...walk.entries, entry] }, kept, (on) =>
    set(on, { ...shown(entry, 'original'), ctState: CT_STATE.NEW }, (done) =>
      then({ ...done, track: { kind: 'flow', entry: index, direction: 'original', fresh: true } }),
    ),
  );
}

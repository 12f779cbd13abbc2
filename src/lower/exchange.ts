import { all, any, equals, inRanges, masked, not, sameSlots, TRUE } from '../ir/predicate.ts';
import type { Predicate, Steps } from '../ir/program.ts';
import { interfaceOf, nodeOf } from '../network/access.ts';
import type { Node } from '../network/network.ts';
import type { Leg, Source } from '../packet/exchange.ts';
import type { Fate } from '../packet/fate.ts';
import { CT_STATE, PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import { complement, everything, only, union } from '../packet/ranges.ts';
import { ASKED, asked, MIRRORED, SERVED } from './asked.ts';
import { connected } from './connection.ts';
import { typesOf } from './context.ts';
import { output } from './host.ts';
import { fresh, receive, TO_GROUP, transmit } from './link.ts';
import { flag, setting as settingOf } from './settings.ts';
import * as six from './six/answer.ts';
import { type Heard, listening as listeningSix } from './six/listen.ts';
import type { Sender } from './six/output.ts';
import { heard } from './six/socket.ts';
import {
  type Assignments,
  dropped,
  end,
  filter,
  forgetting,
  isSix,
  set,
  setting,
  split,
  type Then,
  type Walk,
  type Way,
} from './walk.ts';

const { SYN, ACK, FIN, RST } = TCP_FLAG;
const ECHO = {
  4: { protocol: PROTOCOL.ICMP, request: 8, reply: 0 },
  6: { protocol: PROTOCOL.ICMPV6, request: 128, reply: 129 },
} as const;
const echoOf = (walk: Walk) => ECHO[walk.at.network.family ?? 4];
/** What asks for an echo. */
export const asksEcho = (walk: Walk): Predicate =>
  all(equals('proto', echoOf(walk).protocol), equals('icmpType', echoOf(walk).request));
/** The addresses that a node has, and may send from. */
const ownOf = (walk: Walk, node: Node) => typesOf(node, undefined, walk.at.network.family).get('LOCAL') ?? [];
/** All others. */
const othersOf = (walk: Walk, node: Node) => {
  const own = ownOf(walk, node);
  return own.length === 0 ? everything('dst', walk.at.network.family as 6) : complement(own, 'dst');
};

/** The first packet of the exchange, from where it begins; then its answers. */
export function request(walk: Walk, source: Source): Steps {
  const node = nodeOf(walk.at.network, source.node);
  const remember = (on: Walk, then: Then): Steps => set(on, ASKED, then);
  if (source.kind === 'socket') return output(walk, node, source.bound, remember, byDevice(source));
  return remember(walk, (on) => sendFrame(on, source));
}

export const byDevice = ({ device }: Extract<Source, { kind: 'socket' }>): Omit<Sender, 'bound'> =>
  device === undefined ? { must: false } : { device, must: true };

/** A frame comes from the wire, or leaves by a packet socket. */
export function sendFrame(
  walk: Walk,
  { kind, node: name, interface: device }: Exclude<Source, { kind: 'socket' }>,
): Steps {
  const node = nodeOf(walk.at.network, name);
  const go = kind === 'wire' ? receive : transmit;
  return go(walk, node, interfaceOf(node, device), { to: { kind: 'open' } });
}

/** The request has arrived: who answers it? */
export function requested(walk: Walk, node: Node, device: string): Steps {
  const fate: Fate = { kind: 'delivered', node: node.name, interface: device };
  const on: Walk = { ...walk, request: fate };
  if (!walk.at.probe.back) return none(on, 'not followed');
  const bad: Way = {
    when: all(equals('badChecksum', 1), inRanges('proto', isSix(walk) ? SUMMED6 : SUMMED)),
    then: (here) => end({ ...here, leg: 'answer' }, dropped(node, 'checksum')),
  };
  const many: Way = {
    when: inRanges('dst', othersOf(walk, node)),
    then: (here) => toMany(here, node, device),
  };
  return split(
    on,
    [
      bad,
      many,
      { when: GROUP_SEGMENT, then: (here) => none(here, 'tcp takes no frame for many') },
      { when: equals('proto', PROTOCOL.TCP), then: (here) => ofTcp(here, node, device) },
      { when: equals('proto', PROTOCOL.UDP), then: (here) => ofUdp(here, node, device) },
      {
        when: asksEcho(walk),
        then: (here) => ofEcho(here, node, device),
      },
    ],
    (here) => none(here, 'nobody answers this protocol'),
  );
}

/** tcp takes only what was sent to this host alone (tcp_v4_rcv: PACKET_HOST). */
export const GROUP_SEGMENT: Predicate = all(equals('proto', PROTOCOL.TCP), TO_GROUP);

const SUMMED6 = [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.ICMPV6].map((one) => [one, one] as const);
const SUMMED = [PROTOCOL.ICMP, PROTOCOL.TCP, PROTOCOL.UDP].map((one) => [one, one] as const);

export const none = (walk: Walk, reason: string): Steps => {
  if (walk.request === undefined) throw new Error('no answer to no request');
  return [{ kind: 'stop', disposition: { request: walk.request, reply: { kind: 'none', reason } } }];
};

/** A broadcast: only echo requests are answered, and those only if the node does not ignore them. */
function toMany(walk: Walk, node: Node, device: string): Steps {
  if (isSix(walk)) return six.toMany(walk, node, device);
  // what a route by lo brings to other addresses is delivered, but nothing can be sent from there
  const types = typesOf(node);
  const groups = inRanges('dst', union(types.get('BROADCAST') ?? [], types.get('MULTICAST') ?? []));
  const ignored = flag(walk.at, node, 'net.ipv4.icmp_echo_ignore_broadcasts');
  return split(
    walk,
    [{ when: any(not(asksEcho(walk)), not(groups), ignored), then: (on) => none(on, 'it was sent to many') }],
    (on) => answerEcho(on, node, false),
  );
}

function ofEcho(walk: Walk, node: Node, device: string): Steps {
  const key = isSix(walk) ? 'net.ipv6.icmp.echo_ignore_all' : 'net.ipv4.icmp_echo_ignore_all';
  const ignored = flag(walk.at, node, key);
  return split(walk, [{ when: ignored, then: (on) => none(on, 'echo requests are ignored') }], (on) =>
    isSix(on) ? six.echo(on, node, device, true) : answerEcho(on, node, true),
  );
}

export const answerEcho = (walk: Walk, node: Node, bound: boolean, by?: Omit<Sender, 'bound'>): Steps =>
  answer(
    walk,
    node,
    { icmpType: echoOf(walk).reply, ...(isSix(walk) ? { tos: 'tos' } : {}) },
    bound,
    (on, at, device) => back(on, at, device, echoed(walk), (last) => done(last, at, device)),
    by,
  );

export const ofUdp = (walk: Walk, node: Node, device: string): Steps =>
  listening(walk, node, device, PROTOCOL.UDP, (on, boundTo) =>
    answered(
      on,
      node,
      device,
      {},
      (here, at, by) => back(here, at, by, MIRRORED, (last) => done(last, at, by)),
      boundTo,
    ),
  );

/** A process answers. */
function answered(
  walk: Walk,
  node: Node,
  device: string,
  fields: Assignments,
  deliver: Deliver,
  boundTo?: string,
): Steps {
  const by =
    (sender?: Omit<Sender, 'bound'>): Then =>
    (on) =>
      answer(on, node, fields, true, deliver, sender);
  return isSix(walk) ? six.toPeer(walk, node, device, 'src', by, boundTo) : by()(walk);
}

function ofTcp(walk: Walk, node: Node, device: string): Steps {
  const opens = masked('tcpFlags', SYN | ACK | RST | FIN, only(SYN));
  return split(walk, [{ when: not(opens), then: (on) => none(on, 'it does not open a connection') }], (on) =>
    listening(on, node, device, PROTOCOL.TCP, (taken, boundTo) =>
      set(taken, SERVED, (here) =>
        answered(
          here,
          node,
          device,
          { tcpFlags: SYN | ACK },
          (last, at, by) => connected(last, at, by, node, device, boundTo),
          boundTo,
        ),
      ),
    ),
  );
}

/** Where `ss` shows what listens, somebody must. */
function listening(walk: Walk, node: Node, device: string, protocol: number, then: Heard): Steps {
  if (node.listeners.kind === 'unknown') return then(walk);
  const shown = node.listeners.value.filter((one) => one.protocol === protocol);
  if (isSix(walk)) return listeningSix(walk, node, device, shown, then);
  const sockets = shown
    .filter((one) => one.device === undefined || one.device === device)
    .map(({ address, port }) => all(equals('dport', port), Number(address) === 0 ? TRUE : equals('dst', address)));
  return split(walk, [{ when: not(any(...sockets)), then: (on) => none(on, 'nothing listens there') }], then);
}

export type Deliver = Walk['deliver'];

/** A leg begins: the packet is new, and has been nowhere. */
export const startLeg = (walk: Walk, leg: Leg, deliver: Deliver): Walk => ({
  ...walk,
  leg,
  deliver,
  track: { kind: 'none' },
  trail: new Map(),
  forwarded: 0,
  visits: 0,
});

export const newPacket = (walk: Walk): Assignments => ({
  ...fresh(walk),
  ctState: CT_STATE.INVALID,
  fragment: 0,
  badChecksum: 0,
  macSrc: 0,
  macDst: 0,
});

/** A stack answers what it was sent, from the address and port that it was sent to. */
function answer(
  walk: Walk,
  node: Node,
  fields: Assignments,
  bound: boolean,
  deliver: Deliver,
  by?: Omit<Sender, 'bound'>,
): Steps {
  const swapped: Assignments = { src: 'dst', dst: 'src', sport: 'dport', dport: 'sport' };
  const [steps, on] = aged(startLeg(walk, 'answer', deliver), node);
  return [
    ...steps,
    ...set(on, { ...newPacket(on), ...swapped, tos: 0, ...fields }, (here) => output(here, node, bound, straight, by)),
  ];
}

/** A stack's packets begin with the default time to live. */
export function aged(walk: Walk, node: Node): readonly [Steps, Walk] {
  if (isSix(walk)) return [[], walk]; // by the route that it takes
  const ttl = settingOf(walk.at, node, 'net.ipv4.ip_default_ttl');
  if (ttl.kind === 'known') return setting(walk, { ttl: ttl.value });
  return forgetting(walk, 'ttl', [[1, 255]], { id: `${node.name} ip_default_ttl`, reason: ttl.reason });
}

export const straight = (walk: Walk, then: Then): Steps => then(walk);

const echoed = (walk: Walk): Predicate =>
  all(equals('icmpType', echoOf(walk).reply), sameSlots('icmpId', asked('icmpId')));

/**
 * An answer counts only with the node, and the socket, that asked; off the wire, with whoever has the asker's address. A
 * socket's own address is never a broadcast (inet_bind, ip_route_connect).
 */
export function back(walk: Walk, node: Node, device: string, mine: Predicate, then: Then): Steps {
  const { source } = walk.at.probe;
  if (source.kind !== 'wire' && source.node !== node.name) return end(walk, dropped(node, 'no socket'));
  const own = inRanges('dst', ownOf(walk, node));
  const bound = source.kind === 'socket' ? source.device : undefined;
  return filter(walk, all(mine, own, not(GROUP_SEGMENT)), dropped(node, 'no socket'), (on) =>
    bound === undefined ? then(on) : heard(on, node, device, bound, then),
  );
}

export const done = (walk: Walk, node: Node, device: string): Steps =>
  end(walk, { kind: 'delivered', node: node.name, interface: device });

import { simplify } from '../ir/decide.ts';
import { all, any, not, unknownBit } from '../ir/predicate.ts';
import type { Predicate } from '../ir/program.ts';
import { nodeOf } from '../network/access.ts';
import type { Network, Node } from '../network/network.ts';
import { type Address, BROADCAST_MAC, printAddress } from '../packet/address.ts';
import { type Answerer, type Asker, answers, hiddenFor, senders } from './arp.ts';
import { answerOf } from './arp-chain.ts';
import { ARP, type ArpFrame, type Flight, flying, fork } from './arp-frame.ts';
import { byArpRules, type Landing, type Trip, tripOf } from './arp-trip.ts';
import { sendArp } from './arp-way.ts';
import type { Segment, Station } from './segment.ts';
import type { Recorder } from './settings.ts';

const hasRules = ({ frameRules, arpRules }: Node): boolean => frameRules !== undefined || arpRules !== undefined;

/** The nodes whose rules an ARP request of the asker, and its answer, can meet. */
export const onTheWay = (network: Network, { node, segment }: Asker): readonly Node[] =>
  [...new Set([node.name, ...segment.bridges, ...segment.arrivals.map(({ station }) => station.node)])].map((name) =>
    nodeOf(network, name),
  );

/** Whether rules of ebtables or arptables have a say in what the asker finds out. */
export function isRuled(network: Network, asker: Asker): boolean {
  const found = ruled.get(asker.segment) ?? onTheWay(network, asker).some(hasRules);
  ruled.set(asker.segment, found);
  return found;
}

/** A segment is that of one interface of one node. */
const ruled = new WeakMap<Segment, boolean>();

/** What one request is about. */
export interface Question {
  readonly on: Recorder;
  readonly network: Network;
  readonly asker: Asker;
  readonly target: Address;
  readonly label: string;
}

export const questionOf = (on: Recorder, network: Network, asker: Asker, target: Address): Question => {
  const label = `${asker.node.name} ${asker.device.name} asks for ${printAddress(target)}`;
  return { on, network, asker, target, label };
};

/** Who answers an ARP request for an address, where frames pass rules on their way there and back. */
export function requestedByRules(on: Recorder, network: Network, asker: Asker, target: Address): readonly Answerer[] {
  const question = questionOf(on, network, asker, target);
  const found = requests(question).flatMap(({ when, trip }) =>
    answerers(question, trip).map((one) => ({ ...one, when: all(when, one.when) })),
  );
  return distinct(found).filter(({ when }) => when.kind !== 'false');
}

function answerers(question: Question, trip: Trip): readonly Answerer[] {
  const replies = trip.replies.map((reply) => replied(question, reply));
  const first = (of: readonly Answerer[], { flight }: Landing): readonly Answerer[] =>
    flight.behind.reduce((rest, at) => outrun(rest, replies[at] ?? []), of);
  return [
    ...trip.lost.map((one) => lostTo(question, one)),
    ...trip.replies.flatMap((reply, i) => first(replies[i] ?? [], reply)),
    ...trip.landings.flatMap((landing) => first(answered(question, landing), landing)),
  ];
}

/**
 * An answer of `arpreply` comes before those of anybody behind its bridge, and the first answer counts (arp_process:
 * LOCKTIME). Measured: it does every time.
 */
function outrun(answers: readonly Answerer[], before: readonly Answerer[]): readonly Answerer[] {
  const earlier = any(...before.map(({ when }) => when));
  return answers.flatMap((one) =>
    one.heard && one.lost === undefined
      ? [
          { ...one, when: all(one.when, not(earlier)) },
          { ...one, when: all(one.when, earlier), heard: false },
        ]
      : [one],
  );
}

/** The same answer by several ways is one. */
function distinct(of: readonly Answerer[]): readonly Answerer[] {
  const same = new Map<string, Answerer>();
  for (const one of of) {
    const key = JSON.stringify({ ...one, when: '' });
    const before = same.get(key);
    same.set(key, before === undefined ? one : { ...before, when: any(before.when, one.when) });
  }
  return [...same.values()];
}

interface Request {
  readonly when: Predicate;
  readonly trip: Trip;
}

/** The requests that the asker sends, one for each address that it may call itself, on all of their ways. */
export const requests = (question: Question): readonly Request[] =>
  senders(question.on, question.asker, question.target).map(({ when, address }) => {
    const { on, network, asker, label } = question;
    const trip = tripOf(on, network, `${label} as ${printAddress(address)}`);
    const { node, device } = asker;
    for (const sent of byArpRules(trip, node, 'OUTPUT', { out: device.name }, flying(request(question, address))))
      sendArp(trip, node, device, sent);
    return { when, trip };
  });

/** arp_solicit: to everybody, from the device. */
const request = ({ asker: { device }, target }: Question, sender: Address): ArpFrame => ({
  macSource: device.mac,
  macDestination: BROADCAST_MAC,
  operation: ARP.request,
  senderMac: device.mac,
  sender,
  targetMac: 0,
  target,
  mark: 0,
  type: BROADCAST_MAC,
});

const stationAt = ({ node, device }: Landing): Station => ({
  node: node.name,
  interface: device.name,
  mac: device.mac,
});

/** A stack has the request: arptables' INPUT, arp_process, and its answer on the way back. */
function answered(question: Question, { node, device, flight }: Landing): readonly Answerer[] {
  const { on, network } = question;
  const station = stationAt({ node, device, flight });
  const hidden = hiddenFor(network, station);
  const { sender } = flight.frame;
  if (hidden !== undefined) {
    const perhaps = unknownBit({ ...hidden, id: `${hidden.id} answers` });
    return [{ station, when: all(flight.when, perhaps), heard: true, sender }];
  }
  const trip = tripOf(on, network, `${question.label} from ${printAddress(sender)} at ${node.name} ${device.name}`);
  const taken = byArpRules(trip, node, 'INPUT', { in: device.name }, flight);
  return [
    ...trip.lost.map((one) => lostTo(question, one)),
    ...taken.flatMap((one) => {
      const willing = fork(one, answers(on, network, station, one.frame.target, one.frame.sender));
      return willing === undefined ? [] : answerFrom(question, station, willing);
    }),
  ];
}

/** Whoever answers knows the asker, as the request has told it. */
function answerFrom(question: Question, by: Station, flight: Flight): readonly Answerer[] {
  const { frame } = flight;
  const { on, network } = question;
  const node = nodeOf(network, by.node);
  const trip = tripOf(
    on,
    network,
    `${question.label} as ${printAddress(frame.sender)}, answer of ${by.node} ${by.interface}`,
  );
  const answer = flying(answerOf(frame, by.mac), flight.bounds);
  for (const sent of byArpRules(trip, node, 'OUTPUT', { out: by.interface }, answer))
    sendArp(trip, node, interfaceAt(node, by), sent);
  const learns = { by, asker: { mac: frame.senderMac ?? 0, address: frame.sender } };
  return heard(question, trip, flight, by).map((one) => ({ ...one, sender: frame.sender, learns }));
}

export const interfaceAt = (node: Node, { interface: name }: Station) => {
  const found = node.interfaces.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no interface ${name} on ${node.name}`);
  return found;
};

/** `arpreply` has answered: it goes out by the port that the request came in by, past the bridge (arp_send). */
function replied(question: Question, { node, device, flight }: Landing): readonly Answerer[] {
  const trip = tripOf(question.on, question.network, `${question.label}, arpreply of ${node.name} ${device.name}`);
  const { bounds, frame } = flight;
  for (const sent of byArpRules(trip, node, 'OUTPUT', { out: device.name }, flying(frame, bounds)))
    sendArp(trip, node, device, sent);
  const by: Station = { node: '', interface: '', mac: frame.senderMac ?? 0 };
  return heard(question, trip, flight, by).filter((one) => one.heard);
}

/** What the asker makes of the answers that come back to it: whom it takes for the owner; or it hears nothing. */
function heard(question: Question, trip: Trip, before: Flight, by: Station): readonly Answerer[] {
  const found = taken(question, trip);
  const known = found.map(
    ({ frame, when }): Answerer => ({
      station: stationOf(question, frame.senderMac, by),
      when: all(before.when, when),
      heard: true,
      sender: 0,
    }),
  );
  const unheard = simplify(before.bounds, not(any(...found.map(({ when }) => when))));
  const silent: Answerer = { station: by, when: all(before.when, unheard), heard: false, sender: 0 };
  const lost = trip.lost.map(({ when, unknown }) => lostTo(question, { when: all(before.when, when), unknown }));
  return [...lost, ...known, ...(unheard.kind === 'false' ? [] : [silent])];
}

/** Answers that the asking device's stack takes (arp_process). */
export const taken = ({ asker, target }: Question, trip: Trip): readonly Flight[] =>
  trip.landings
    .filter(({ node, device }) => node.name === asker.node.name && device.name === asker.device.name)
    .flatMap(({ node, device, flight }) => byArpRules(trip, node, 'INPUT', { in: device.name }, flight))
    .filter(({ frame }) => frame.operation === ARP.answer && frame.sender === target);

/** Whoever has the address that the answer tells. */
function stationOf({ asker }: Question, mac: number | undefined, by: Station): Station {
  if (mac === undefined || mac === by.mac) return by;
  const known = asker.segment.arrivals.find(({ station }) => station.mac === mac)?.station;
  return known ?? { node: '', interface: '', mac };
}

const lostTo = ({ asker }: Question, { when, unknown }: Trip['lost'][number]): Answerer => ({
  station: { node: asker.node.name, interface: asker.device.name, mac: 0 },
  when,
  heard: true,
  sender: 0,
  lost: unknown,
});

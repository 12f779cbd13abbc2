import type { Node } from '../network/network.ts';
import { type Address, BROADCAST_MAC } from '../packet/address.ts';
import type { Family } from '../packet/field.ts';
import type { Unknown } from '../packet/place.ts';
import { type Arrival, arrive, type Lost, newSpread, type RuleAnswer, type Spread, sendArp } from './arp-frames.ts';
import { type ArpFrame, type ArpHop, newArp } from './arp-tables.ts';
import { ARP_OPERATION, type Mac } from './frame.ts';
import type { Endpoint, Reach } from './segment.ts';
import { strangerAt } from './stranger.ts';
import { hidden } from './undecided.ts';
import type { World } from './world.ts';

/** Who asks, and for whom. */
export interface Question extends Endpoint {
  readonly target: Address;
  readonly sender: Address;
}

/** An answer that got back to the asker. */
export interface Heard {
  /** The device that the answer was sent by: the owner's, or the port at which a rule answered. */
  readonly from: Endpoint;
  readonly mac: Mac;
  readonly hops: readonly ArpHop[];
}

/** What became of a request and of all answers to it. */
export interface Asked {
  readonly heard: readonly Heard[];
  /** Answers of somebody out of sight that would get back. */
  readonly outside: readonly Heard[];
  /** Where rules dropped copies of the request, then of answers. */
  readonly lost: readonly Lost[];
  readonly unknowns: readonly Unknown[];
}

/** Whether a rule may look at the request on its way, or at an answer: nobody is asked otherwise. */
export const isRuled = ({ endpoints, bridges, outside }: Reach, asker: Node, family: Family = 4): boolean =>
  [asker, ...bridges, ...[...endpoints, ...outside].map(({ node }) => node)].some(
    ({ frameRules, arpRules }) => frameRules !== undefined || (family === 4 && arpRules !== undefined),
  );

/** Sends the request, and whatever answers it brings forth, past all rules on their ways. */
export function askPastRules(world: World, question: Question, answers: (at: Arrival) => boolean): Asked {
  const { node, device, target, sender } = question;
  const request = newSpread(world);
  const arp = {
    operation: ARP_OPERATION.REQUEST,
    macSource: device.mac,
    source: sender,
    macDestination: 0,
    destination: target,
  };
  sendArp(request, node, device, newArp(device.mac, BROADCAST_MAC, arp));
  const answering = request.endpoints.filter(answers);
  const back = newSpread(world);
  const byRules = request.answers.map((one) => ({ one, heard: heardFrom(back, question, one, answerByRule, one.mac) }));
  const first = new Set(byRules.flatMap(({ one, heard }) => (heard.length > 0 ? [one] : [])));
  const heard = [
    ...byRules.flatMap(({ one, heard: all }) => (isLate(one, first) ? [] : all)),
    ...answering.flatMap((one) =>
      isLate(one, first) ? [] : heardFrom(back, question, one, answerByHost, one.device.mac),
    ),
  ];
  const outside = request.outside.flatMap((one) => heardFrom(back, question, one, answerFromOutside, undefined));
  const lost = [...request.lost, ...back.lost];
  return { heard: distinct(heard), outside, lost, unknowns: [...request.unknowns, ...back.unknowns] };
}

/** Sends one answer; every copy that the asker takes in and that says who has the target is heard. */
function heardFrom<T extends Arrival>(
  all: Spread,
  { node, device, target }: Question,
  from: T,
  send: (spread: Spread, from: T) => void,
  mac: Mac,
): readonly Heard[] {
  // what a hidden device does with frames is not known: its answer may get back whatever the rules say
  if (hidden(from.node, from.device) !== undefined) return [{ from, mac, hops: from.frame.hops }];
  const spread: Spread = { ...newSpread(all.world), lost: all.lost, unknowns: all.unknowns };
  send(spread, from);
  const found = spread.endpoints.filter(
    (end) => end.node.name === node.name && end.device.name === device.name && end.frame.arp.source === target,
  );
  return found.map(({ frame }) => ({ from, mac: frame.arp.macSource, hops: frame.hops }));
}

/**
 * Whether a rule on the way has answered the request before it went on, and was heard: the first answer counts, and the
 * next one comes within arp_process' LOCKTIME.
 */
const isLate = ({ frame: { answered } }: Arrival, first: ReadonlySet<RuleAnswer>): boolean =>
  answered !== undefined && (first.has(answered) || isLate(answered, first));

/** Answers that say the same are one. */
const distinct = (heard: readonly Heard[]): readonly Heard[] =>
  heard.filter((one, n) => heard.findIndex(({ mac }) => mac === one.mac) === n);

/** `arp_process`: to whom the request said that it came from, with the device's own address. */
const answerByHost = (spread: Spread, { node, device, frame }: Arrival): void =>
  sendArp(spread, node, device, replyTo(frame, device.mac));

/** `ebt_arpreply_tg` sends by the port itself (`arp_send`). */
const answerByRule = (spread: Spread, { node, device, frame, mac }: RuleAnswer): void =>
  sendArp(spread, node, device, replyTo(frame, mac));

/** Whoever is out there answers with an address that nobody knows. */
const answerFromOutside = (spread: Spread, { node, device, frame }: Arrival): void => {
  const stranger = strangerAt({ node, device }, frame.arp.destination).name;
  arrive(spread, node, device, { ...replyTo(frame, undefined), stranger });
};

const replyTo = ({ arp, hops, tag }: ArpFrame, mac: Mac): ArpFrame => ({
  ...newArp(
    mac,
    arp.macSource,
    {
      operation: ARP_OPERATION.REPLY,
      macSource: mac,
      source: arp.destination,
      macDestination: arp.macSource,
      destination: arp.source,
    },
    hops,
  ),
  tag,
});

import { all, any, FALSE } from '../ir/predicate.ts';
import type { Predicate } from '../ir/program.ts';
import { interfaceOf, nodeOf } from '../network/access.ts';
import type { Network } from '../network/network.ts';
import { type Address, printAddress } from '../packet/address.ts';
import type { Unknown } from '../packet/place.ts';
import { type Asker, hiddenFor } from './arp.ts';
import { answerOf } from './arp-chain.ts';
import { flying } from './arp-frame.ts';
import { type Question, questionOf, requests, taken } from './arp-rules.ts';
import { type Trip, tripOf } from './arp-trip.ts';
import { receiveArp } from './arp-way.ts';
import type { Exit } from './segment.ts';
import type { Recorder } from './settings.ts';

/** Somebody out of sight whom a request may reach, and whose answer would come back. */
export interface Outside {
  readonly exit: Exit;
  readonly when: Predicate;
  /** The address that the asker takes for his, where rules on the way have written one. */
  readonly mac?: number;
  /** Nobody can tell what becomes of the answer. */
  readonly lost?: Unknown;
}

/** By which interfaces an answer may come from out of sight. */
export function outsideByRules(on: Recorder, network: Network, asker: Asker, target: Address): readonly Outside[] {
  const question = questionOf(on, network, asker, target);
  const found = requests(question).flatMap(({ when, trip }) =>
    trip.exits.flatMap((exit) => backFrom(question, exit).map((one) => ({ ...one, when: all(when, one.when) }))),
  );
  return together(found).filter(({ when }) => when.kind !== 'false');
}

/** The same by several ways is one. */
function together(found: readonly Outside[]): readonly Outside[] {
  const same = new Map<string, Outside>();
  for (const one of found) {
    const key = JSON.stringify({ ...one, when: '' });
    same.set(key, { ...one, when: any(same.get(key)?.when ?? FALSE, one.when) });
  }
  return [...same.values()];
}

function backFrom(question: Question, { exit, tag, flight }: Trip['exits'][number]): readonly Outside[] {
  const { on, network, label } = question;
  const node = nodeOf(network, exit.node);
  const device = interfaceOf(node, exit.interface);
  const hidden = hiddenFor(network, { ...exit, mac: device.mac }) !== undefined;
  const trip = tripOf(on, network, `${label}, answer from outside of ${exit.node} ${exit.interface}`);
  const stranger = `${printAddress(flight.frame.target)} beyond ${exit.node}:${exit.interface}`;
  const answer = { ...answerOf(flight.frame, undefined), stranger };
  if (!hidden) receiveArp(trip, node, device, tag, flying(answer, flight.bounds));
  const lost = trip.lost.map(({ when, unknown }): Outside => ({ exit, when: all(flight.when, when), lost: unknown }));
  if (hidden) return [{ exit, when: flight.when }];
  const heard = taken(question, trip).map(({ frame: { senderMac: mac }, when }): Outside => {
    return { exit, when: all(flight.when, when), ...(mac === undefined ? {} : { mac }) };
  });
  return [...lost, ...heard];
}

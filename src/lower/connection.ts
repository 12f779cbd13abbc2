import { all, not } from '../ir/predicate.ts';
import type { Steps } from '../ir/program.ts';
import type { Node } from '../network/network.ts';
import type { Leg } from '../packet/exchange.ts';
import { TCP_FLAG } from '../packet/field.ts';
import { AGAIN, AT_SERVER, FRAME_AGAIN, MIRRORED, served } from './asked.ts';
import {
  aged,
  back,
  byDevice,
  type Deliver,
  done,
  GROUP_SEGMENT,
  newPacket,
  sendFrame,
  startLeg,
  straight,
} from './exchange.ts';
import { output } from './host.ts';
import * as six from './six/answer.ts';
import type { Sender } from './six/output.ts';
import { type Assignments, dropped, end, filter, isSix, set, type Then, type Walk } from './walk.ts';

const { ACK, PSH } = TCP_FLAG;

/** The SYN-ACK has arrived: ACK and data go out, to the same socket as before. */
export function connected(walk: Walk, asker: Node, by: string, server: Node, device: string, boundTo?: string): Steps {
  const data: Then = (on) =>
    toServer(on, asker, server, 'data', ACK | PSH, (last) => dataBack(last, server, device, boundTo));
  return back(walk, asker, by, MIRRORED, (on) => toServer(on, asker, server, 'acknowledgement', ACK, data));
}

function toServer(walk: Walk, asker: Node, server: Node, leg: Leg, tcpFlags: number, then: Then): Steps {
  const arrived: Deliver = (on, node) =>
    node.name === server.name
      ? filter(on, all(AT_SERVER, not(GROUP_SEGMENT)), dropped(node, 'no socket'), then)
      : end(on, dropped(node, 'no socket'));
  const { source } = walk.at.probe;
  if (source.kind === 'socket')
    return set(startLeg(walk, leg, arrived), { ...newPacket(walk), ...AGAIN, tcpFlags }, (on) =>
      output(on, asker, isSix(walk) ? source.bound : true, straight, byDevice(source)),
    );
  // from the wire as before: what came there once comes there again
  return set(startLeg(walk, leg, arrived), { ...newPacket(walk), ...AGAIN, ...FRAME_AGAIN, tcpFlags }, (on) =>
    sendFrame(on, source),
  );
}

function dataBack(walk: Walk, server: Node, by: string, boundTo?: string): Steps {
  const fields: Assignments = {
    ...newPacket(walk),
    ...Object.fromEntries((['src', 'dst', 'sport', 'dport'] as const).map((field) => [field, served(field)])),
    tos: 0,
    tcpFlags: ACK | PSH,
  };
  const arrived: Deliver = (on, node, device) => back(on, node, device, MIRRORED, (last) => done(last, node, device));
  const [steps, on] = aged(startLeg(walk, 'data answer', arrived), server);
  const go =
    (sender?: Omit<Sender, 'bound'>): Then =>
    (here) =>
      output(here, server, true, straight, sender);
  return [
    ...steps,
    ...set(on, fields, (here) => (isSix(here) ? six.toPeer(here, server, by, 'dst', go, boundTo) : go()(here))),
  ];
}

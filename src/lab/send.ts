import { type Address, familyOf, parseAnyAddress, printAddress } from '../packet/address.ts';
import type { Source } from '../packet/exchange.ts';
import { PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';
import { asText } from '../packet/scalar.ts';
import type { Agent, Words } from './agent.ts';
import type { Lab } from './lab.ts';
import { prepare } from './listen.ts';
import type { Arrival, Shot, Verdict } from './verdict.ts';
import { fragmentsOf, frameBytes, icmpBytes, ipBytes } from './wire.ts';

/** Numbers that a tcp probe's sequence number can hold (`agent.pl`). */
const NUMBERS = 4096;
const next = new WeakMap<Lab, number>();

export interface SendOptions {
  /** How long to wait for what does not come, ms from the last packet sent. */
  readonly limit?: number;
}

/** What a shot has led to so far. */
interface Record {
  readonly shot: Shot;
  readonly arrivals: Map<string, Arrival>;
  readonly errors: { node: string; type: number; code: number }[];
  answered: boolean;
  from?: Address;
  errno?: string;
}

/**
 * Sends the packets, all at once, and tells what became of each. Flows must differ (give each shot its own source port or
 * ICMP identifier): two shots of one flow are one flow to the kernel too.
 * @throws RangeError for a shot that no socket can send (without a source that its checksum covers, by an interface without a cable)
 */
export async function send(
  lab: Lab,
  shots: readonly Shot[],
  { limit = 1200 }: SendOptions = {},
): Promise<readonly Verdict[]> {
  const orders = shots.map((shot) => ({ shot, id: take(lab) }));
  const records = new Map(
    orders.map(({ shot, id }) => [
      id,
      { shot, arrivals: new Map<string, Arrival>(), errors: [], answered: false } as Record,
    ]),
  );
  await prepare(lab, shots);
  let told = 0;
  const finished = new Promise<void>((resolve) => {
    const check = (): void => void ([...records.values()].every(isOver) && resolve());
    for (const [node, agent] of lab.agents)
      agent.listen((words) => {
        told++;
        note(records, node, words);
        check();
      });
  });
  for (const { shot, id } of orders) order(lab, shot, id);
  await allDone(lab);
  await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, limit))]);
  // agents of a busy machine may be late
  for (let before = -1; before !== told; await allDone(lab)) before = told;
  for (const agent of lab.agents.values()) agent.order(['end']);
  await allDone(lab);
  return [...records.values()].map(verdict);
}

async function allDone({ agents, switch: hub }: Lab): Promise<void> {
  await Promise.all([hub, ...agents.values()].map((agent) => agent.done()));
}

/** The number that the next shot of the lab gets: its packets carry it. */
export const upcoming = (lab: Lab): number => next.get(lab) ?? 0;

function take(lab: Lab): number {
  const id = upcoming(lab);
  next.set(lab, (id + 1) % NUMBERS);
  return id;
}

/** Nothing more can come: the answer is there, and what it answers. */
const isOver = ({ answered, arrivals }: Record): boolean => answered && arrivals.size > 0;

function note(records: ReadonlyMap<number, Record>, node: string, [kind, id, ...rest]: readonly string[]): void {
  const record = records.get(Number(id));
  if (record === undefined) return;
  if (kind === 'D') arrive(record, node, rest);
  if (kind === 'E') record.errno ??= rest[0] ?? '';
  if (kind === 'I') record.errors.push({ node, type: Number(rest[0]), code: Number(rest[1]) });
  if (kind !== 'A') return;
  record.answered = true;
  record.from = parseAnyAddress(rest[0] ?? '') ?? 0;
}

function arrive({ shot, arrivals }: Record, node: string, words: readonly string[]): void {
  const [device = '', proto, src = '', sport, dst = '', dport, kind] = words;
  if (Number(proto) !== shot.packet.proto || Number(kind) !== kindOf(shot.packet)) return; // a later packet of the flow, an answer
  const arrival = {
    node,
    interface: device,
    src: parseAnyAddress(src) ?? 0,
    sport: Number(sport),
    dst: parseAnyAddress(dst) ?? 0,
    dport: Number(dport),
  };
  arrivals.set(asText(arrival), arrival);
}

const kindOf = ({ proto, tcpFlags, icmpType }: Packet): number =>
  proto === PROTOCOL.TCP ? tcpFlags : ICMP.includes(proto) ? icmpType : -1;
const ICMP: readonly number[] = [PROTOCOL.ICMP, PROTOCOL.ICMPV6];

const verdict = ({ arrivals, answered, from, errno, errors }: Record): Verdict => ({
  arrivals: [...arrivals.values()].sort((a, b) => (asText(a) < asText(b) ? -1 : 1)),
  answered,
  ...(from === undefined ? {} : { from }),
  ...(errno === undefined ? {} : { errno }),
  errors,
});

function order(lab: Lab, shot: Shot, id: number): void {
  const { source, packet, inTwo } = shot;
  const parts = (of: Packet): readonly Buffer[] => (inTwo === true ? fragmentsOf(of, id) : [ipBytes(of, id)]);
  const frames = (index: number): readonly Words[] => parts(packet).map((part) => frameOrder(packet, index, id, part));
  const give = (agent: Agent, orders: readonly Words[]): void => orders.forEach((one) => agent.order(one));
  switch (source.kind) {
    case 'socket':
      return give(agentOf(lab, source.node), socketOrders(shot, source, id, parts));
    case 'raw':
      return give(agentOf(lab, source.node), frames(indexOf(lab, source.node, source.interface)));
    case 'wire':
      return give(lab.switch, frames(portIndex(lab, source.node, source.interface)));
  }
}

function agentOf(lab: Lab, node: string): Agent {
  const agent = lab.agents.get(node);
  if (agent === undefined) throw new RangeError(`no node ${node}`);
  return agent;
}

const indexOf = (lab: Lab, node: string, name: string): number =>
  (lab.network.nodes.get(node)?.interfaces.findIndex((one) => one.name === name) ?? -1) + 1;

function portIndex(lab: Lab, node: string, name: string): number {
  const port = lab.ports.find(({ end }) => end.node === node && end.interface === name);
  if (port === undefined) throw new RangeError(`no cable at ${node}:${name}`);
  return port.index;
}

const frameOrder = (packet: Packet, index: number, id: number, part: Buffer): Words => [
  'frame',
  id,
  index,
  frameBytes(packet.macDst, packet.macSrc, part, familyOf(packet.dst) === 6 ? 0x86dd : 0x0800).toString('hex'),
];

/** What an ordinary socket can send goes by one; the rest goes as a whole packet of a raw socket, which takes the same path. */
function socketOrders(
  { packet, inTwo, loose }: Shot,
  { bound, device }: Extract<Source, { kind: 'socket' }>,
  id: number,
  parts: (of: Packet) => readonly Buffer[],
): readonly Words[] {
  const { proto, sport, dport, tcpFlags, icmpType, badChecksum, mark, tos, ttl } = packet;
  const src = bound ? printAddress(packet.src) : '-';
  const dst = device === undefined ? printAddress(packet.dst) : `${printAddress(packet.dst)}%${device}`;
  const six = familyOf(packet.dst) === 6 ? '6' : '';
  const options = [mark, tos, ttl, ...(loose === true ? [1] : [])];
  if (badChecksum === 0 && packet.fragment === 0 && inTwo !== true) {
    if (proto === PROTOCOL.TCP && tcpFlags === TCP_FLAG.SYN)
      return [[`tcp${six}`, id, src, sport, dst, dport, ...options]];
    if (proto === PROTOCOL.UDP) return [[`udp${six}`, id, src, sport, dst, dport, ...options]];
    if (six === '' ? proto === PROTOCOL.ICMP && icmpType === 8 : proto === PROTOCOL.ICMPV6 && icmpType === 128)
      return [[`echo${six}`, id, src, packet.icmpId, dst, icmpBytes(packet, id).toString('hex'), ...options]];
  }
  if (!bound && (proto === PROTOCOL.TCP || proto === PROTOCOL.UDP))
    throw new RangeError('such a packet needs a bound source: its checksum covers it');
  // 0 is filled in by the kernel (raw_send_hdrinc)
  const whole = bound || six !== '' ? packet : { ...packet, src: 0 };
  return parts(whole).map((part) => [`packet${six}`, id, src, dst, mark, part.toString('hex')]);
}

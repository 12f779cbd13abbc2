import { valuesOf } from '../../ir/bounds.ts';
import { all, any, FALSE, not, unknownBit } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import { findInterface, interfaceOf, nodeOf } from '../../network/access.ts';
import type { Node } from '../../network/network.ts';
import { type Address, printAddress } from '../../packet/address.ts';
import type { Fate } from '../../packet/fate.ts';
import { type Range, single } from '../../packet/ranges.ts';
import type { Answerer, Asker } from '../arp.ts';
import { hiddenFor } from '../arp.ts';
import { receive } from '../link.ts';
import { localOut } from '../local-out.ts';
import { UNICAST } from '../outside.ts';
import { type Exit, isAt, type Station } from '../segment.ts';
import { flag } from '../settings.ts';
import type { Lowering } from '../walk.ts';
import { linkLocalOf, solicitedNodes, usedOn } from './addresses.ts';
import { ADVERTISEMENT, HOP_LIMIT, SOLICITATION, walkOf } from './message.ts';
import { type Ending, endingsOf } from './run.ts';
import { sourceTo } from './select.ts';

/** Who answers a solicitation, and by which interfaces somebody out of sight may. */
export interface Heard {
  readonly answerers: readonly Answerer[];
  readonly exits: readonly { readonly exit: Exit; readonly when: Predicate }[];
}

interface Question {
  readonly at: Lowering;
  readonly asker: Asker;
  /** One address, or several of which none is that of anybody in sight. */
  readonly target: Range<Address>;
  readonly sender: Address;
  readonly label: string;
}

/** What a Program has asked already, by the names of the questions, and what it is still asking. */
interface Memory {
  readonly known: Map<string, Heard>;
  readonly pending: Set<string>;
  /** How often somebody has asked what he was still asking. */
  late: number;
}

/** Of one Program, by the set of what it takes for granted. */
const asked = new WeakMap<Lowering['assumptions'], Memory>();

/** Asks a device's neighbours for an address (ndisc_solicit): a message that passes rules on its way, as its answer does. */
export function solicit(at: Lowering, asker: Asker, target: Range<Address>): Heard {
  const { node, device, from } = asker;
  const sender = from ?? linkLocalOf(node, device.name);
  if (sender === undefined) return { answerers: [], exits: [] };
  const label = `${node.name} ${device.name} as ${printAddress(sender)} solicits ${[...new Set(target)].map(printAddress).join('-')}`;
  const memory = asked.get(at.assumptions) ?? { known: new Map(), pending: new Set(), late: 0 };
  asked.set(at.assumptions, memory);
  return memory.known.get(label) ?? inTime(memory, { at, asker, target, sender, label });
}

/** An answer that has to ask for the asker comes too late: what was found out meanwhile is not remembered. */
function inTime(memory: Memory, question: Question): Heard {
  const { asker, target, label } = question;
  const key = `${asker.node.name} ${asker.device.name} ${target.join('-')}`;
  if (memory.pending.has(key)) {
    memory.late++;
    return { answerers: [], exits: [] };
  }
  const before = memory.late;
  memory.pending.add(key);
  const found = look(question);
  memory.pending.delete(key);
  if (memory.late === before || memory.pending.size === 0) memory.known.set(label, found);
  return found;
}

function look(question: Question): Heard {
  const { at, asker, target, sender, label } = question;
  const { node, device, segment } = asker;
  const mayAnswer = (of: Node, by: string): boolean => willing(at, of, by, target).kind !== 'false';
  const to = solicitedNodes(target as Range<bigint>);
  const message = { type: SOLICITATION, from: sender, to, label, neighbours: new Map(), only: mayAnswer } as const;
  const walk = walkOf(at, message);
  const sent = localOut(walk, node, { kind: 'send', device: device.name, broadcast: true, source: 0n });
  const endings = endingsOf(sent, walk.bounds, label);
  const hidden = segment.arrivals.filter(({ station }) => hiddenFor(at.network, station) !== undefined);
  return {
    answerers: [
      ...hidden.map(({ station }) => perhaps(question, station)),
      ...endings.flatMap((one) => answersTo(question, one)),
    ],
    exits: endings.flatMap((one) => exitsOf(question, one)),
  };
}

/** Whose interfaces are not shown may answer for any address. */
function perhaps({ at, sender }: Question, station: Station): Answerer {
  const hidden = hiddenFor(at.network, station) ?? { id: station.node, reason: '' };
  return { station, when: unknownBit({ ...hidden, id: `${hidden.id} answers` }), heard: true, sender };
}

const isHidden = ({ at, asker }: Question, id: string): boolean =>
  asker.segment.arrivals.some(({ station }) => hiddenFor(at.network, station)?.id === id);

/** Nobody knows what becomes of a message. */
const lost = ({ asker }: Question, when: Predicate, fate: Extract<Fate, { kind: 'unknown' }>): Answerer => ({
  station: { node: asker.node.name, interface: asker.device.name, mac: 0 },
  when,
  heard: true,
  sender: 0n,
  lost: fate.unknown,
});

function answersTo(question: Question, ending: Ending): readonly Answerer[] {
  const { when, fate, bounds } = ending;
  if (fate.kind === 'unknown') return isHidden(question, fate.unknown.id) ? [] : [lost(question, when, fate)];
  if (fate.kind !== 'delivered' || !isMessage(ending, SOLICITATION)) return [];
  const { at, target } = question;
  const node = nodeOf(at.network, fate.node);
  const device = interfaceOf(node, fate.interface);
  const so = all(when, willing(at, node, device.name, target));
  const asker = single(valuesOf(bounds, 'src'));
  if (so.kind === 'false' || asker === undefined) return [];
  return answerOf(question, { node: node.name, interface: device.name, mac: device.mac }, so, asker);
}

/** Messages that somebody has passed on, or made something else of, say nothing. */
const isMessage = ({ bounds }: Ending, type: number): boolean =>
  [
    ['ttl', HOP_LIMIT],
    ['icmpType', type],
    ['icmpCode', 0],
  ].every(([slot, value]) => single(valuesOf(bounds, slot as 'ttl')) === value);

/** The advertisement, from the address itself if the device has it; whoever sends it knows the asker. */
function answerOf(question: Question, by: Station, when: Predicate, sender: Address): readonly Answerer[] {
  const { at, asker, target, label } = question;
  const node = nodeOf(at.network, by.node);
  const own = usedOn(node, by.interface).includes(target[0]);
  const from = own ? target[0] : sourceTo(node, interfaceOf(node, by.interface), sender);
  if (from === undefined) return [];
  const self: Station = { node: asker.node.name, interface: asker.device.name, mac: asker.device.mac };
  const walk = walkOf(at, {
    type: ADVERTISEMENT,
    from,
    to: [sender, sender],
    label: `${label}, answer of ${by.node} ${by.interface}`,
    neighbours: new Map([[`${by.node} ${by.interface} ${sender}`, self]]),
    only: (one, device) => one.name === self.node && device === self.interface,
  });
  const sent = localOut(walk, node, { kind: 'send', device: by.interface, broadcast: false, source: 0n });
  const endings = endingsOf(sent, walk.bounds, label);
  const come = any(...endings.filter((one) => arrives(question, one)).map((one) => one.when));
  const unclear = endings.flatMap(({ when: so, fate }) =>
    fate.kind === 'unknown' ? [lost(question, all(when, so), fate)] : [],
  );
  const heard: Answerer = { station: by, when: all(when, come), heard: true, sender };
  const unheard: Answerer = { station: by, when: all(when, not(come)), heard: false, sender };
  return [...unclear, heard, unheard].filter((one) => one.when.kind !== 'false');
}

const arrives = ({ asker }: Question, ending: Ending): boolean =>
  ending.fate.kind === 'delivered' &&
  isAt(ending.fate, { node: asker.node.name, interface: asker.device.name }) &&
  isMessage(ending, ADVERTISEMENT);

/** Whether a stack answers for the address on a device: its own there, one that all routers have, or one that it is a proxy for (ndisc_recv_ns). */
function willing(at: Lowering, node: Node, device: string, [low, high]: Range<Address>): Predicate {
  const isAnycast = node.routes.some(
    ({ type, destination, nextHops }) =>
      type === 'anycast' && destination.address === low && nextHops.some((hop) => hop.device === device),
  );
  if (low === high && (usedOn(node, device).includes(low) || isAnycast)) return all();
  const proxies = any(
    flag(at, node, 'net.ipv6.conf.all.proxy_ndp'),
    flag(at, node, `net.ipv6.conf.${device}.proxy_ndp`),
  );
  if (proxies.kind === 'false') return FALSE;
  const forwards = flag(at, node, `net.ipv6.conf.${device}.forwarding`);
  const entry = {
    id: `${node.name} ${device} proxies`,
    reason: `for which addresses ${node.name} is a proxy on ${device}`,
  };
  return all(proxies, forwards, unknownBit(entry));
}

/** A message that leaves may be answered, if the answer would come in. */
function exitsOf(question: Question, { when, fate }: Ending): Heard['exits'] {
  if (fate.kind !== 'leaves') return [];
  const { at, asker, target, sender, label } = question;
  const node = nodeOf(at.network, fate.node);
  const device = findInterface(node, fate.interface);
  if (device === undefined) return [];
  const walk = walkOf(at, {
    type: ADVERTISEMENT,
    from: target[0],
    to: [sender, sender],
    label: `${label}, answer from outside of ${fate.node} ${fate.interface}`,
    neighbours: new Map(),
    only: (one, by) => one.name === asker.node.name && by === asker.device.name,
    macs: { source: UNICAST, destination: asker.device.mac },
  });
  const endings = endingsOf(receive(walk, node, device, { to: { kind: 'open' } }), walk.bounds, label);
  // what nobody can tell of the answer may be that it comes
  const come = endings.filter((one) => one.fate.kind === 'unknown' || arrives(question, one)).map((one) => one.when);
  return [{ exit: { node: fate.node, interface: fate.interface }, when: all(when, any(...come)) }];
}

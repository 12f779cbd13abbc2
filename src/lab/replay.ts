import { inFamily } from '../network/family.ts';
import type { Network } from '../network/network.ts';
import { familyOf } from '../packet/address.ts';
import { PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';
import type { Observed } from './agree.ts';
import { type Lab, openLab } from './lab.ts';
import { requestVisits } from './request.ts';
import { recordPaths, whyNoPaths } from './rulepath.ts';
import { send, upcoming } from './send.ts';
import type { Shot } from './verdict.ts';
import { ipBytes } from './wire.ts';
import { isPlugged } from './wiring.ts';

/** What came of sending one packet through the network rebuilt, or why that could not be done. */
export type Replayed = Observed | { readonly impossible: readonly string[] };

/** A SYN of a socket has 20 bytes of options (MSS, SACK, timestamps, window scale). */
const SYN_LENGTH = 60;

/** How long the packet is as the lab sends it, bytes: it puts no more into it than the probe's number. */
export function lengthSent({ source, packet }: Shot): number {
  const { proto, tcpFlags, badChecksum } = packet;
  const connects = proto === PROTOCOL.TCP && tcpFlags === TCP_FLAG.SYN && badChecksum === 0;
  return connects && source.kind === 'socket' ? SYN_LENGTH : ipBytes(packet, 0).length;
}

/** Why no lab can send the packet as it is; `undefined` if it can. Its length is taken as the lab's. */
export function whyUnsendable({ source, packet }: Shot, { nodes }: Network): string | undefined {
  if (packet.fragment === 1) return 'a later fragment can not be sent alone';
  if (source.kind === 'socket') return isOrdinary(packet) ? undefined : whyNotRaw(packet, source.bound);
  const one = nodes.get(source.node)?.interfaces.find(({ name }) => name === source.interface);
  if (source.kind === 'raw' || (one !== undefined && isPlugged(one))) return undefined;
  return `no cable leads to ${source.node}:${source.interface}`;
}

const CHECKS_SOURCE: readonly number[] = [PROTOCOL.TCP, PROTOCOL.UDP];

function whyNotRaw({ proto, dst }: Packet, bound: boolean): string | undefined {
  if (dst === 0) return 'a raw socket sends to 0.0.0.0 what an ordinary one would send to its own node';
  if (bound || !CHECKS_SOURCE.includes(proto)) return undefined;
  return 'its checksum covers its source: add `src ADDRESS`';
}

/** What an ordinary socket can send. */
function isOrdinary({ proto, tcpFlags, icmpType, badChecksum }: Packet): boolean {
  if (badChecksum === 1) return false;
  if (proto === PROTOCOL.TCP) return tcpFlags === TCP_FLAG.SYN;
  return (
    proto === PROTOCOL.UDP ||
    (proto === PROTOCOL.ICMP && icmpType === 8) ||
    (proto === PROTOCOL.ICMPV6 && icmpType === 128)
  );
}

/** Targets whose effects a namespace does not keep: timers and lights of the whole machine, its audit log. */
const BEYOND: readonly string[] = ['IDLETIMER', 'LED', 'AUDIT'];

/** Why the network must not be rebuilt on this machine: rules that reach beyond their namespace. */
export const reachesBeyond = ({ nodes }: Network): readonly string[] =>
  [...nodes.values()].flatMap(({ name, ruleset }) => {
    const tables = ruleset.kind === 'unknown' ? [] : [...ruleset.value.tables.values()];
    return tables
      .flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules))
      .filter(({ action }) => action.kind === 'target' && BEYOND.includes(action.name))
      .map(({ text }) => `${name}: ${text}: its effect is not kept inside of a namespace`);
  });

/**
 * Builds the network, sends the packet, takes the network down again, and tells what happened; with the rules that the
 * request met, where they can be traced here.
 * @param limit how long to wait for what does not come, ms
 */
export async function replay(network: Network, shot: Shot, limit?: number): Promise<Replayed> {
  const family = familyOf(shot.packet.dst);
  // nft's traces are read of rules of IPv4
  const traces = family === 4 && whyNoPaths() === undefined;
  const lab = await openLab(inFamily(network, family), traces ? { iptables: 'nft' } : {}).catch(said);
  if (typeof lab === 'string') return { impossible: [lab] };
  try {
    if (lab.refused.length > 0) return { impossible: lab.refused };
    return await sendOne(lab, shot, traces, limit === undefined ? {} : { limit });
  } finally {
    await lab.close();
  }
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function sendOne(lab: Lab, shot: Shot, traces: boolean, options: { limit?: number }): Promise<Replayed> {
  const recording = traces ? await recordPaths(lab) : undefined;
  const number = upcoming(lab);
  const [verdict] = await send(lab, [shot], options);
  if (verdict === undefined) throw new Error('a shot without verdict');
  const visits = await recording?.stop();
  const failures = [...lab.agents].flatMap(([node, { failures: said }]) => said.map((text) => `${node}: ${text}`));
  if (failures.length > 0) return { impossible: failures };
  if (verdict.errno === 'EADDRINUSE') return { impossible: ['the source port is one that the lab listens on'] };
  return visits === undefined ? { verdict } : { verdict, visits: requestVisits(visits, shot, number) };
}

import { PROTOCOL } from '../packet/field.ts';
import type { Shot } from './verdict.ts';
import type { Visit } from './visit.ts';

/**
 * The visits of a probe's request among everything that was traced: no answers, no errors, no second SYN of a sender who
 * waits in vain. udp and icmp carry the probe's number where nft shows it; anything else is told by its identification,
 * as it was when it was first seen (where it was sent, if rules saw it there).
 * @param number the probe's number
 */
export function requestVisits(visits: readonly Visit[], shot: Shot, number: number): readonly Visit[] {
  const alike = visits.filter((visit) => isLike(visit, shot));
  const numbered = alike.filter(({ packet }) => packet.probe === number);
  if (numbered.length > 0) return numbered;
  const sent = alike.filter(({ packet }) => packet.probe === undefined && hasPort(packet, shot));
  const first = sent.find(({ node }) => node === shot.source.node) ?? sent[0];
  return alike.filter(({ packet }) => packet.id === first?.packet.id);
}

function isLike({ packet }: Visit, { packet: sent }: Shot): boolean {
  const { proto, tcpFlags, icmpType, icmpCode } = sent;
  if (proto === PROTOCOL.TCP) return packet.tcpFlags === tcpFlags;
  if (proto === PROTOCOL.ICMP) return packet.icmpType === icmpType && packet.icmpCode === icmpCode;
  const ported = proto === PROTOCOL.UDP;
  return packet.tcpFlags === undefined && packet.icmpType === undefined && (packet.sport !== undefined) === ported;
}

const hasPort = ({ sport }: Visit['packet'], { packet: sent }: Shot): boolean =>
  sport === undefined || sport === sent.sport;

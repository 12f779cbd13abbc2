import type { Shot } from '../../../src/lab/verdict.ts';
import { parseMac } from '../../../src/packet/address.ts';
import type { Probe } from '../../../src/packet/exchange.ts';
import { PROTOCOL, TCP_FLAG } from '../../../src/packet/field.ts';
import { type Packet, packet } from '../../../src/packet/packet.ts';
import { addr6 } from '../../evaluate/six-build.ts';

const PROTO = { icmp: PROTOCOL.ICMPV6, tcp: PROTOCOL.TCP, udp: PROTOCOL.UDP } as const;
const FIRST_PORT = 40000;
/** Nobody's, so that no bridge believes that somebody has moved. */
const SENDER = 0x02000000ff02;

/** `FROM[%DEVICE] PROTO TO[%ZONE] [PORT] [src ADDRESS] [FIELD=VALUE]…`, or `NODE:INTERFACE … to MAC` for a frame from the wire, as the `n`th packet of a round. */
export function shotOf(text: string, n: number): Shot {
  const [from = '', proto = 'icmp', target = '', ...rest] = text.split(' ');
  const [to = '', scope] = target.split('%');
  const [node = '', device = scope] = from.split('%');
  const bound = rest.includes('src') ? rest[rest.indexOf('src') + 1] : undefined;
  const odd = Object.fromEntries(rest.filter((word) => word.includes('=')).map((word) => word.split('=')));
  const wire = /^(.*):(.*)$/.exec(from);
  const ports = proto === 'icmp' ? { icmpType: 128, icmpId: n + 1 } : { sport: FIRST_PORT + n, dport: Number(rest[0]) };
  const fields: Partial<Packet> = {
    proto: PROTO[proto as keyof typeof PROTO],
    dst: addr6(to),
    src: bound === undefined ? 0n : addr6(bound),
    length: 56,
    ...ports,
    ...(proto === 'tcp' ? { tcpFlags: TCP_FLAG.SYN } : {}),
    ...Object.fromEntries(Object.entries(odd).map(([field, value]) => [field, Number(value)])),
  };
  if (wire !== null) {
    const frame = { macSrc: SENDER, macDst: parseMac(rest[rest.indexOf('to') + 1] ?? '') ?? 0 };
    const source = { kind: 'wire', node: wire[1] ?? '', interface: wire[2] ?? '' } as const;
    return { source, packet: packet({ ...fields, ...frame }) };
  }
  const zone = device === undefined ? {} : { device };
  const source = { kind: 'socket', node, bound: bound !== undefined, ...zone } as const;
  return { source, packet: packet(fields), ...(scope === undefined ? {} : { loose: true }) };
}

export const probeOf = ({ source }: Shot): Probe => ({ family: 6, source, packets: {}, state: 'fresh', back: true });

import { type Address, printAddress } from '../../packet/address.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { addressRange } from './address.ts';
import { andThen, type Codec, type Read, type ReadContext, refused, value } from './codec.ts';
import { halves } from './halves.ts';
import { type PortRange, printPortRange, readPort, readPortRange } from './service.ts';

/** What `--to-destination` and `--to-source` say: `[LOW[-HIGH]][:PORT[-PORT[/BASE]]]`. */
export interface NatSpec {
  readonly addresses?: readonly [low: Address, high: Address];
  readonly ports?: PortRange;
  readonly base?: number;
}

const WITH_PORTS: readonly (number | undefined)[] = [
  PROTOCOL.TCP,
  PROTOCOL.UDP,
  PROTOCOL.SCTP,
  PROTOCOL.DCCP,
  PROTOCOL.UDPLITE,
  PROTOCOL.ICMP,
  PROTOCOL.ICMPV6,
];

/** Reads the ports of a nat target: they need a protocol that has some, named before. */
export function readNatPorts(text: string, { protocol }: ReadContext): Read<PortRange> {
  if (!WITH_PORTS.includes(protocol))
    return refused('ports need a protocol that has some', 'write `-p tcp` or `-p udp` before the target');
  // what has a `-` in it may be a name (ftp-data), but no range is made of names
  return /^\d+-\d+$/.test(text)
    ? readPortRange(text, '-')
    : andThen(readPort(text), (port) => value([port, port] as const));
}

/** Reads `PORT[-PORT[/BASE]]` of a nat target. */
export function readNatTail(text: string, context: ReadContext): Read<NatSpec> {
  const [range, from] = halves(text, '/');
  return andThen(readNatPorts(range, context), (ports) => {
    if (from === undefined) return value({ ports });
    return andThen(readPort(from), (base) => (base === 0 ? refused('port 0 is no base') : value({ ports, base })));
  });
}

export const printNatTail = (ports: PortRange, base: number | undefined): string =>
  `${printPortRange(ports, '-')}${base === undefined ? '' : `/${base}`}`;

/** `[LOW[-HIGH]][:PORT[-PORT[/BASE]]]`. */
export const natSpec: Codec<NatSpec> = {
  metavar: '[ADDRESS[-ADDRESS]][:PORT[-PORT]]',
  words: 1,
  parse([text], context) {
    const [head, tail] = halves(text, ':');
    const addresses: Read<NatSpec> =
      head === '' && tail !== undefined
        ? value({})
        : andThen(addressRange.parse([head], context), (range) => value({ addresses: range }));
    return andThen(addresses, (of) =>
      tail === undefined ? value(of) : andThen(readNatTail(tail, context), (ports) => value({ ...of, ...ports })),
    );
  },
  print({ addresses, ports, base }) {
    const from = addresses === undefined ? '' : printRange(addresses);
    return ports === undefined ? from : `${from}:${printNatTail(ports, base)}`;
  },
  domain: { kind: 'record', members: { addresses: { kind: 'interval', low: 0, high: 0xffffffff } } },
};

/** An address of a range that has no other alone, else both ends. */
export const printRange = ([low, high]: readonly [Address, Address]): string =>
  low === high ? printAddress(low) : `${printAddress(low)}-${printAddress(high)}`;

/** `PORT[-PORT]` of MASQUERADE and REDIRECT. */
export const natPorts: Codec<PortRange> = {
  metavar: 'PORT[-PORT]',
  words: 1,
  parse: ([text], context) => readNatPorts(text, context),
  print: (range) => printPortRange(range, '-'),
  domain: { kind: 'interval', low: 0, high: 65535 },
};

import { type Address, printAddress } from '../../packet/address.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { addressRange } from './address.ts';
import { andThen, type Codec, type Read, type ReadContext, refused, value } from './codec.ts';
import { type PortRange, printPortRange, readPort } from './service.ts';

/** What `--to-destination` and `--to-source` say: `[LOW[-HIGH]][:PORT[-PORT[/BASE]]]`. */
export interface NatSpec {
  readonly addresses?: readonly [low: Address, high: Address];
  readonly ports?: PortRange;
  readonly base?: number;
}

const WITH_PORTS: readonly number[] = [
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
  if (protocol === undefined || !WITH_PORTS.includes(protocol))
    return refused('ports need a protocol that has some', 'write `-p tcp` or `-p udp` before the target');
  // names with `-` in them (ftp-data) come before ranges
  const whole = readPort(text);
  if (!('refused' in whole)) return value([whole.value, whole.value] as const);
  const [, low = '', high = ''] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  if (low === '') return whole;
  return andThen(readPort(low), (a) =>
    andThen(readPort(high), (b) => (a <= b ? value([a, b] as const) : refused(`\`${text}\` runs backwards`))),
  );
}

/** Reads `PORT[-PORT[/BASE]]` of a nat target. */
export function readNatTail(text: string, context: ReadContext): Read<NatSpec> {
  const slash = text.indexOf('/');
  if (slash < 0) return andThen(readNatPorts(text, context), (ports) => value({ ports }));
  return andThen(readNatPorts(text.slice(0, slash), context), (ports) =>
    andThen(readPort(text.slice(slash + 1)), (base) =>
      base === 0 ? refused('port 0 is no base') : value({ ports, base }),
    ),
  );
}

export const printNatTail = ({ ports, base }: NatSpec): string =>
  ports === undefined ? '' : `${printPortRange(ports, '-')}${base === undefined ? '' : `/${base}`}`;

/** `[LOW[-HIGH]][:PORT[-PORT[/BASE]]]`. */
export const natSpec: Codec<NatSpec> = {
  metavar: '[ADDRESS[-ADDRESS]][:PORT[-PORT]]',
  words: 1,
  parse([text = ''], context) {
    const colon = text.indexOf(':');
    const head = colon < 0 ? text : text.slice(0, colon);
    const addresses =
      head === '' && colon >= 0
        ? value({})
        : andThen(addressRange.parse([head], context), (range) => value({ addresses: range }));
    return andThen(addresses, (of) =>
      colon < 0
        ? value(of)
        : andThen(readNatTail(text.slice(colon + 1), context), (ports) => value({ ...of, ...ports })),
    );
  },
  print(of) {
    const { addresses } = of;
    const from = addresses === undefined ? '' : printRange(addresses);
    return of.ports === undefined ? from : `${from}:${printNatTail(of)}`;
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
  parse: ([text = ''], context) => readNatPorts(text, context),
  print: (range) => printPortRange(range, '-'),
  domain: { kind: 'interval', low: 0, high: 65535 },
};

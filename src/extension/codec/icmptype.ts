import { andThen, type Codec, type Read, refused, value } from './codec.ts';
import { halves } from './halves.ts';
import { readNumber } from './number.ts';

/** A type and a range of codes; type 255 is any ICMP message (`icmp_type_code_match`). */
export interface IcmpType {
  readonly type: number;
  readonly codes: readonly [low: number, high: number];
}

export const ANY_TYPE = 255;
const every = (type: number): IcmpType => ({ type, codes: [0, 255] });
const one = (type: number, code: number): IcmpType => ({ type, codes: [code, code] });

/** Names of ICMP types and codes (IANA's, as iptables spells them). */
// biome-ignore format: a table
const NAMES: ReadonlyMap<string, IcmpType> = new Map([
  ['any', every(ANY_TYPE)],
  ['echo-reply', every(0)], ['pong', every(0)],
  ['destination-unreachable', every(3)],
  ['network-unreachable', one(3, 0)], ['host-unreachable', one(3, 1)], ['protocol-unreachable', one(3, 2)], ['port-unreachable', one(3, 3)],
  ['fragmentation-needed', one(3, 4)], ['source-route-failed', one(3, 5)], ['network-unknown', one(3, 6)], ['host-unknown', one(3, 7)],
  ['network-prohibited', one(3, 9)], ['host-prohibited', one(3, 10)], ['TOS-network-unreachable', one(3, 11)], ['TOS-host-unreachable', one(3, 12)],
  ['communication-prohibited', one(3, 13)], ['host-precedence-violation', one(3, 14)], ['precedence-cutoff', one(3, 15)],
  ['source-quench', every(4)],
  ['redirect', every(5)],
  ['network-redirect', one(5, 0)], ['host-redirect', one(5, 1)], ['TOS-network-redirect', one(5, 2)], ['TOS-host-redirect', one(5, 3)],
  ['echo-request', every(8)], ['ping', every(8)],
  ['router-advertisement', every(9)], ['router-solicitation', every(10)],
  ['time-exceeded', every(11)], ['ttl-exceeded', every(11)],
  ['ttl-zero-during-transit', one(11, 0)], ['ttl-zero-during-reassembly', one(11, 1)],
  ['parameter-problem', every(12)],
  ['ip-header-bad', one(12, 0)], ['required-option-missing', one(12, 1)],
  ['timestamp-request', every(13)], ['timestamp-reply', every(14)],
  ['address-mask-request', every(17)], ['address-mask-reply', every(18)],
]);

function readName(text: string): Read<IcmpType> {
  const low = text.toLowerCase();
  const found = [...NAMES].filter(([name]) => name.toLowerCase().startsWith(low));
  const [only, other] = found;
  if (only === undefined)
    return refused(
      `\`${text}\` is no ICMP type`,
      'a name such as echo-request, or a number with or without a code: 3/4',
    );
  return other === undefined
    ? value(only[1])
    : refused(`\`${text}\` could be ${found.map(([name]) => name).join(' or ')}`, 'write more of it');
}

function readNumbers(text: string): Read<IcmpType> {
  const [head, tail] = halves(text, '/');
  return andThen(readNumber(head, 0, 255), (type) =>
    andThen(tail === undefined ? value(undefined) : readNumber(tail, 0, 255), (code) =>
      // type 255 with a code is the same as `any`: xt_tcpudp.c looks at no code then
      value(code === undefined || type === ANY_TYPE ? every(type) : one(type, code)),
    ),
  );
}

/** `--icmp-type TYPE[/CODE]`, by name (any unambiguous beginning: no name is that of another) or number. */
export const icmpType: Codec<IcmpType> = {
  metavar: 'TYPE[/CODE]',
  words: 1,
  parse: ([text]) => (/^\d/.test(text) ? readNumbers(text) : readName(text)),
  print({ type, codes: [low, high] }) {
    if (type === ANY_TYPE) return 'any';
    return low === 0 && high === 255 ? `${type}` : `${type}/${low}`;
  },
  domain: { kind: 'one of', values: [...NAMES.values(), every(0), one(0, 0), every(254), one(254, 255), one(42, 7)] },
};

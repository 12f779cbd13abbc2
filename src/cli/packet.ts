import { familyOf, parseAnyAddress, parseMac } from '../packet/address.ts';
import { type Family, type Field, maximum, PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import type { ValueOf } from '../packet/packet.ts';
import type { Scalar } from '../packet/scalar.ts';
import type { Result } from '../parse/located.ts';
import { didYouMean } from '../parse/nearest.ts';
import { Source, type Word } from '../parse/source.ts';
import { ICMP_NAMES, ICMP6_NAMES, PORT_NAMES, PROTOCOL_NAMES, STATE_NAMES } from '../question/names.ts';
import { complainOfFields } from './fields.ts';

/** The fields that a packet's text names; what it leaves open is filled in by whoever sends it. */
export type Named = { -readonly [F in Field]?: ValueOf<F> };

type Reader = (text: string, family: Family) => Scalar | undefined;

const number = (text: string): number | undefined => (/^(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : undefined);
const named =
  (names: Readonly<Record<string, number>>) =>
  (text: string): number | undefined =>
    names[text.toLowerCase()] ?? names[text.toUpperCase()] ?? number(text);
const flags: Reader = (text) => {
  const bits = text.split(/[,+]/).map((name) => (TCP_FLAG as Readonly<Record<string, number>>)[name.toUpperCase()]);
  return bits.reduce<number | undefined>(
    (sum, bit) => (sum === undefined || bit === undefined ? undefined : sum | bit),
    0,
  );
};

interface Clause {
  readonly words: string;
  readonly field: Field;
  readonly read: Reader;
  /** What is written behind the words. */
  readonly value: string;
}

const TYPES: Readonly<Record<Family, Readonly<Record<string, number>>>> = { 4: ICMP_NAMES, 6: ICMP6_NAMES };
const CLAUSES: readonly Clause[] = [
  { words: 'from port', field: 'sport', read: named(PORT_NAMES), value: 'PORT' },
  { words: 'port', field: 'dport', read: named(PORT_NAMES), value: 'PORT' },
  { words: 'src', field: 'src', read: parseAnyAddress, value: 'ADDRESS' },
  { words: 'type', field: 'icmpType', read: (text, family) => named(TYPES[family])(text), value: 'TYPE' },
  { words: 'code', field: 'icmpCode', read: number, value: 'CODE' },
  { words: 'id', field: 'icmpId', read: number, value: 'ID' },
  { words: 'flags', field: 'tcpFlags', read: flags, value: 'SYN,ACK,…' },
  { words: 'state', field: 'ctState', read: named(STATE_NAMES), value: 'STATE' },
  { words: 'ttl', field: 'ttl', read: number, value: 'TTL' },
  { words: 'tos', field: 'tos', read: number, value: 'TOS' },
  { words: 'mark', field: 'mark', read: number, value: 'MARK' },
  { words: 'length', field: 'length', read: number, value: 'BYTES' },
  { words: 'mac', field: 'macSrc', read: parseMac, value: 'MAC' },
  { words: 'to mac', field: 'macDst', read: parseMac, value: 'MAC' },
];
/** Words that set a field by themselves. */
const MARKS: Readonly<Record<string, Field>> = { fragment: 'fragment', 'bad-checksum': 'badChecksum' };

/** The file that a packet's text is said to stand in. */
export const FILE = '<packet>';
const SHAPE =
  'write it like `udp 10.0.0.3:53`, `icmp 10.0.0.3`, `tcp [2001:db8::3]:22` or `tcp 10.0.0.3:80 from port 4000 src 10.0.0.9`';

/** Reads a packet: protocol, destination, then clauses in any order. Errors stand in the file `<packet>`. */
export function parsePacket(text: string): Result<Named> {
  const source = new Source(text, FILE);
  const words = [...source.words(1)];
  const fields: Named = {};
  readProtocol(words.shift(), fields, source);
  readDestination(words.shift(), fields, source);
  while (words.length > 0) readClause(words, fields, source);
  settleFamily(fields, source);
  complainOfFields(fields, source);
  return source.result(fields);
}

/** `icmp` to an address of IPv6 is ICMPv6; both addresses are of one family. */
function settleFamily(fields: Named, source: Source): void {
  const { src, dst, proto } = fields;
  if (dst === undefined) return;
  if (src !== undefined && familyOf(src) !== familyOf(dst))
    source.error(source.whole(1), 'source and destination are of two families', 'write both as IPv4 or both as IPv6');
  if (familyOf(dst) === 6 && proto === PROTOCOL.ICMP) fields.proto = PROTOCOL.ICMPV6;
}

function readProtocol(word: Word | undefined, fields: Named, source: Source): void {
  const proto = word === undefined ? undefined : named(PROTOCOL_NAMES)(word.text);
  const at = word ?? source.whole(1);
  if (proto === undefined || proto > maximum('proto'))
    source.error(
      at,
      word === undefined ? 'no protocol' : `\`${at.text}\` is no protocol`,
      word === undefined ? SHAPE : didYouMean(at.text, Object.keys(PROTOCOL_NAMES)),
    );
  else fields.proto = proto;
}

/** The zone of an address of IPv6, as RFC 4007 writes it: `fe80::1%eth0`. */
const ZONE = /(?<=:[^%]*)%([^\]\s]+)/;

/** The zone of a packet's destination: the device that the sender's socket is bound to. */
export function zoneIn(text: string): Word | undefined {
  const [, word] = [...new Source(text, FILE).words(1)];
  const found = ZONE.exec(word?.text ?? '');
  if (word === undefined || found?.[1] === undefined) return undefined;
  return { ...word, text: found[1], column: word.column + found.index + 1, length: found[1].length };
}

function readDestination(word: Word | undefined, fields: Named, source: Source): void {
  const [address, port] = splitPort(word?.text ?? '');
  const dst = parseAnyAddress(address.replace(/^\[(.*)\]$/, '$1').replace(ZONE, ''));
  const at = word ?? { ...source.whole(1), column: source.text.length + 1, length: 1 };
  if (dst === undefined)
    source.error(at, word === undefined ? 'no destination' : `\`${address}\` is no address`, SHAPE);
  else fields.dst = dst;
  if (port === undefined || word === undefined) return;
  const dport = named(PORT_NAMES)(port);
  const behind = { ...word, column: word.column + address.length + 1, length: Math.max(1, port.length) };
  if (dport === undefined || dport > maximum('dport'))
    source.error(behind, `\`${port}\` is no port`, 'a port is 0 to 65535');
  else fields.dport = dport;
}

/** `10.0.0.3:53`, `[2001:db8::3]:53`, or an address alone; one of a link with its zone. */
function splitPort(text: string): readonly [address: string, port: string | undefined] {
  if (parseAnyAddress(text.replace(ZONE, '')) !== undefined) return [text, undefined];
  const [, address = '', port] = /^(\[[^\]]*\]|.*?)(?::([^:]*))?$/.exec(text) ?? [];
  return [address, port];
}

function readClause(words: Word[], fields: Named, source: Source): void {
  const [first, second] = words as [Word, Word?];
  const mark = MARKS[first.text];
  if (mark !== undefined) {
    fields[mark] = 1;
    words.shift();
    return;
  }
  const long = CLAUSES.find((clause) => clause.words === `${first.text} ${second?.text}`);
  const clause = long ?? CLAUSES.find((one) => one.words === first.text);
  words.splice(0, long === undefined ? 1 : 2);
  if (clause === undefined) {
    source.error(
      first,
      `unexpected \`${first.text}\``,
      didYouMean(first.text, [...CLAUSES.map((one) => one.words), ...Object.keys(MARKS)]),
    );
    return;
  }
  readValue(clause, first, words.shift(), fields, source);
}

function readValue(
  { words, field, read, value }: Clause,
  at: Word,
  word: Word | undefined,
  fields: Named,
  source: Source,
): void {
  const found = word === undefined ? undefined : read(word.text, familyOf(fields.dst ?? 0));
  if (word === undefined) source.error(at, `no value for \`${words}\``, `write \`${words} ${value}\``);
  else if (found === undefined)
    source.error(word, `\`${word.text}\` is no value for \`${words}\``, `write \`${words} ${value}\``);
  else if (found > maximum(field, 6))
    source.error(word, `\`${word.text}\` is too large for \`${words}\``, `it goes up to ${maximum(field)}`);
  else if (fields[field] !== undefined)
    source.error(at, `\`${words}\` is said twice`, 'say it once: a packet has one value of each field');
  else (fields as Record<Field, Scalar>)[field] = found;
}

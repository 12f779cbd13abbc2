import { parseAddress, parseAnyPrefix, parseMac, rangeOf } from '../packet/address.ts';
import { parseAddress6 } from '../packet/address6.ts';
import { CT_STATE, type Family, type Field, maximum } from '../packet/field.ts';
import { complement, everything, familyOf, isEmpty, type Range, type Ranges, ranges } from '../packet/ranges.ts';
import type { Scalar } from '../packet/scalar.ts';
import { nearest } from '../parse/nearest.ts';
import { ICMP_NAMES, ICMP6_NAMES, PORT_NAMES, PROTOCOL_NAMES, PROTOCOL6_NAMES, STATE_NAMES } from './names.ts';
import type { QuestionField, ValueSyntax, Word } from './syntax.ts';

/** How the values of one field are written. */
interface Codec {
  readonly field: Field;
  /** What one value is, for messages. */
  readonly noun: string;
  readonly names: Readonly<Record<string, number>>;
  readonly one: (text: string) => Scalar | undefined;
}

const number = (text: string): number | undefined => (/^(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : undefined);

const CODECS = {
  src: { field: 'src', noun: 'address', names: {}, one: parseAddress },
  dst: { field: 'dst', noun: 'address', names: {}, one: parseAddress },
  proto: { field: 'proto', noun: 'protocol', names: PROTOCOL_NAMES, one: number },
  sport: { field: 'sport', noun: 'port', names: PORT_NAMES, one: number },
  dport: { field: 'dport', noun: 'port', names: PORT_NAMES, one: number },
  'icmp type': { field: 'icmpType', noun: 'icmp type', names: ICMP_NAMES, one: number },
  'ct state': { field: 'ctState', noun: 'state', names: STATE_NAMES, one: () => undefined },
  mark: { field: 'mark', noun: 'mark', names: {}, one: number },
  tos: { field: 'tos', noun: 'tos value', names: {}, one: number },
  mac: { field: 'macSrc', noun: 'MAC address', names: {}, one: parseMac },
} as const satisfies Record<QuestionField, Codec>;

const CODECS6: Readonly<Record<QuestionField, Codec>> = {
  ...CODECS,
  src: { ...CODECS.src, one: parseAddress6 },
  dst: { ...CODECS.dst, one: parseAddress6 },
  proto: { ...CODECS.proto, names: PROTOCOL6_NAMES },
  'icmp type': { ...CODECS['icmp type'], names: ICMP6_NAMES },
};

const codecFor = (field: QuestionField, family: Family): Codec => (family === 6 ? CODECS6 : CODECS)[field];

export const packetField = (field: QuestionField): Field => CODECS[field].field;

/** A value that could not be read: where, and what to say about it. */
export interface BadValue {
  readonly word: Word;
  readonly message: string;
  readonly advice: string;
}

/** The values that a clause leaves to its field. Bad words are reported and count for nothing. */
export function valuesOf(
  field: QuestionField,
  value: ValueSyntax,
  family: Family,
  report: (bad: BadValue) => void,
): Ranges<Scalar> {
  const codec = codecFor(field, family);
  switch (value.kind) {
    case 'any':
      return full(field, family);
    case 'not': {
      const but = valuesOf(field, value.of, family, report);
      if (isEmpty(but)) return full(field, family);
      return complement(but, codec.field).flatMap((range) => clip(range, field));
    }
    case 'list':
      return ranges(value.of.flatMap((word) => wordRanges(codec, word, family, report)));
  }
}

const STATES = [CT_STATE.INVALID, CT_STATE.UNTRACKED] as const;

/** All values of a field; states are five, though three bits hold eight. */
const full = (field: QuestionField, family: Family): Ranges<Scalar> =>
  field === 'ct state' ? [STATES] : everything(packetField(field), family);

const clip = ([low, high]: Range<Scalar>, field: QuestionField): Ranges<Scalar> =>
  field !== 'ct state' ? [[low, high]] : low > STATES[1] ? [] : [[low, high > STATES[1] ? STATES[1] : high]];

function wordRanges(codec: Codec, word: Word, family: Family, report: (bad: BadValue) => void): Ranges<Scalar> {
  const found = prefixRange(codec, word.text, family) ?? rangeRange(codec, word.text) ?? oneRange(codec, word.text);
  if (found === undefined) {
    const meant = nearest(word.text, Object.keys(codec.names));
    const advice = meant === undefined ? `write it like ${exampleOf(codec, family)}` : `did you mean \`${meant}\`?`;
    report({ word, message: complaintOf(codec, word.text, family), advice });
    return [];
  }
  const [low, high] = found;
  if (high > maximum(codec.field, family))
    report({
      word,
      message: `\`${word.text}\` is too large`,
      advice: `${codec.noun}s go from 0 to ${maximum(codec.field, family)}`,
    });
  else if (low > high)
    report({ word, message: `\`${word.text}\` runs backwards`, advice: 'write the smaller end first' });
  else return [found];
  return [];
}

/** An address of the other family is one, but not of these packets. */
const complaintOf = ({ noun }: Codec, text: string, family: Family): string =>
  noun === 'address' && parseAnyPrefix(text) !== undefined
    ? `\`${text}\` is an address of IPv${family === 6 ? 4 : 6}, and the question is about IPv${family}`
    : `\`${text}\` is no ${noun}`;

const exampleOf = ({ noun, names }: Codec, family: Family): string => {
  const [name] = Object.keys(names);
  if (name !== undefined) return `\`${name}\``;
  return noun === 'address'
    ? family === 6
      ? '`2001:db8::1`, `2001:db8::/64`'
      : '`10.0.0.1`, `10.0.0.0/24`'
    : noun === 'MAC address'
      ? '`02:00:00:00:00:01`'
      : '`1`, `0x1`';
};

const oneOf = (codec: Codec, text: string): Scalar | undefined =>
  Object.entries(codec.names).find(([name]) => name.toLowerCase() === text.toLowerCase())?.[1] ?? codec.one(text);

function oneRange(codec: Codec, text: string): Range<Scalar> | undefined {
  const value = oneOf(codec, text);
  return value === undefined ? undefined : [value, value];
}

function prefixRange(codec: Codec, text: string, family: Family): Range<Scalar> | undefined {
  const prefix = codec.noun === 'address' ? parseAnyPrefix(text) : undefined;
  if (prefix === undefined) return undefined;
  const range = rangeOf(prefix);
  return familyOf([range]) === family ? range : undefined;
}

/** `a-b`; names hold dashes themselves, so every dash is tried. */
function rangeRange(codec: Codec, text: string): Range<Scalar> | undefined {
  for (let dash = text.indexOf('-'); dash >= 0; dash = text.indexOf('-', dash + 1)) {
    const low = oneOf(codec, text.slice(0, dash));
    const high = oneOf(codec, text.slice(dash + 1));
    if (low !== undefined && high !== undefined) return [low, high];
  }
  return undefined;
}

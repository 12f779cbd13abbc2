import { parseAddress, parseMac, parsePrefix, rangesOf } from '../packet/address.ts';
import { CT_STATE, type Field, maximum } from '../packet/field.ts';
import { complement, everything, only, type Ranges, ranges } from '../packet/ranges.ts';
import { nearest } from '../parse/nearest.ts';
import { ICMP_NAMES, PORT_NAMES, PROTOCOL_NAMES, STATE_NAMES } from './names.ts';
import type { QuestionField, ValueSyntax, Word } from './syntax.ts';

/** How the values of one field are written. */
interface Codec {
  readonly field: Field;
  /** What one value is, for messages. */
  readonly noun: string;
  readonly names: Readonly<Record<string, number>>;
  readonly one: (text: string) => number | undefined;
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
  tos: { field: 'tos', noun: 'tos', names: {}, one: number },
  mac: { field: 'macSrc', noun: 'MAC address', names: {}, one: parseMac },
} as const satisfies Record<QuestionField, Codec>;

export const packetField = (field: QuestionField): Field => CODECS[field].field;

/** A value that could not be read: where, and what to say about it. */
export interface BadValue {
  readonly word: Word;
  readonly message: string;
  readonly advice: string;
}

/** The values that a clause leaves to its field. Bad words are reported and count for nothing. */
export function valuesOf(field: QuestionField, value: ValueSyntax, report: (bad: BadValue) => void): Ranges {
  const codec: Codec = CODECS[field];
  switch (value.kind) {
    case 'any':
      return full(field);
    case 'not':
      return complement(valuesOf(field, value.of, report), codec.field).flatMap((range) => clip(range, field));
    case 'list':
      return ranges(value.of.flatMap((word) => wordRanges(codec, word, report)));
  }
}

const STATES = [CT_STATE.INVALID, CT_STATE.UNTRACKED] as const;

/** All values of a field; states are five, though three bits hold eight. */
const full = (field: QuestionField): Ranges => (field === 'ct state' ? [STATES] : everything(packetField(field)));

const clip = ([low, high]: readonly [number, number], field: QuestionField): Ranges =>
  field !== 'ct state' ? [[low, high]] : low > STATES[1] ? [] : [[low, Math.min(high, STATES[1])]];

function wordRanges(codec: Codec, word: Word, report: (bad: BadValue) => void): Ranges {
  const found = prefixRanges(codec, word.text) ?? rangeRanges(codec, word.text) ?? oneRange(codec, word.text);
  if (found === undefined) {
    const meant = nearest(word.text, Object.keys(codec.names));
    const advice = meant === undefined ? `write it like ${exampleOf(codec)}` : `did you mean \`${meant}\`?`;
    report({ word, message: `\`${word.text}\` is no ${codec.noun}`, advice });
    return [];
  }
  const [low, high] = found;
  if (high > maximum(codec.field))
    report({
      word,
      message: `\`${word.text}\` is too large`,
      advice: `${codec.noun}s go from 0 to ${maximum(codec.field)}`,
    });
  else if (low > high)
    report({ word, message: `\`${word.text}\` runs backwards`, advice: 'write the smaller end first' });
  else return [found];
  return [];
}

const exampleOf = ({ noun, names }: Codec): string => {
  const [name] = Object.keys(names);
  if (name !== undefined) return `\`${name}\``;
  return noun === 'address'
    ? '`10.0.0.1`, `10.0.0.0/24`'
    : noun === 'MAC address'
      ? '`02:00:00:00:00:01`'
      : '`1`, `0x1`';
};

const oneOf = (codec: Codec, text: string): number | undefined =>
  Object.entries(codec.names).find(([name]) => name.toLowerCase() === text.toLowerCase())?.[1] ?? codec.one(text);

function oneRange(codec: Codec, text: string): readonly [number, number] | undefined {
  const value = oneOf(codec, text);
  return value === undefined ? undefined : (only(value)[0] as readonly [number, number]);
}

function prefixRanges(codec: Codec, text: string): readonly [number, number] | undefined {
  const prefix = codec.one === parseAddress ? parsePrefix(text) : undefined;
  return prefix === undefined ? undefined : rangesOf(prefix)[0];
}

/** `a-b`; names hold dashes themselves, so every dash is tried. */
function rangeRanges(codec: Codec, text: string): readonly [number, number] | undefined {
  for (let dash = text.indexOf('-'); dash >= 0; dash = text.indexOf('-', dash + 1)) {
    const low = oneOf(codec, text.slice(0, dash));
    const high = oneOf(codec, text.slice(dash + 1));
    if (low !== undefined && high !== undefined) return [low, high];
  }
  return undefined;
}

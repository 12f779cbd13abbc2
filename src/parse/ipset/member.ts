import type { SetEntry, SetPart } from '../../network/ruleset.ts';
import type { Source, Word } from '../source.ts';
import type { Dimension, SetHeader } from './header.ts';
import { readPart } from './part.ts';

/** Words behind a member that say nothing about which packets it holds, and how many follow each. */
// biome-ignore format: a table
const EXTENSIONS: Readonly<Record<string, number>> = {
  timeout: 1, packets: 1, bytes: 1, comment: 1, skbmark: 1, skbprio: 1, skbqueue: 1, before: 1, after: 1, nomatch: 0, wildcard: 0,
};

/**
 * Reads what follows `add NAME`: one entry, or several where a range of addresses is no single prefix.
 */
export function readMember(
  source: Source,
  header: SetHeader,
  name: Word,
  [member, ...rest]: readonly Word[],
): readonly SetEntry[] {
  if (member === undefined) {
    source.error(name, 'nothing to add', `write an entry behind the name: ${header.dimensions.join(',')}`);
    return [];
  }
  const words = readExtensions(source, rest);
  const texts = member.text.split(',');
  // a bitmap:ip,mac may leave the MAC address out: the first packet fills it in
  const optional = header.type === 'bitmap:ip,mac' && texts.length === 1;
  if (optional) source.note(member, 'the MAC address is not set yet: any is taken');
  if (texts.length !== header.dimensions.length && !optional) {
    source.error(member, `\`${member.text}\` is no entry of ${header.type}`, `it takes ${header.dimensions.join(',')}`);
    return [];
  }
  const read = texts.map((text, i) => readDimension(source, member, header, i, text, words.has('wildcard')));
  const choices = optional ? [...read, [ANY_MAC]] : read;
  return product(choices).map((parts) => ({ parts, nomatch: words.has('nomatch') }));
}

const ANY_MAC: SetPart = { kind: 'mac', ranges: [[0, 0xffffffffffff]] };

function readDimension(
  source: Source,
  member: Word,
  header: SetHeader,
  i: number,
  text: string,
  wildcard: boolean,
): readonly SetPart[] {
  const offset = member.text.split(',').slice(0, i).join(',').length + (i === 0 ? 0 : 1);
  const at: Word = { ...member, text, column: member.column + offset, length: Math.max(1, text.length) };
  const read = readPart(header, header.dimensions[i] as Dimension, text, wildcard);
  if (!('refused' in read)) return read.value;
  source.error(at, read.refused, read.advice ?? `an entry of ${header.type} is ${header.dimensions.join(',')}`);
  return [];
}

/** One entry for each choice of the parts: ranges are stored as prefixes. */
const product = (choices: readonly (readonly SetPart[])[]): readonly (readonly SetPart[])[] =>
  choices.reduce<readonly (readonly SetPart[])[]>(
    (rows, parts) => rows.flatMap((row) => parts.map((part) => [...row, part])),
    [[]],
  );

function readExtensions(source: Source, words: readonly Word[]): ReadonlySet<string> {
  const said = new Set<string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word;
    const length = Object.hasOwn(EXTENSIONS, word.text) ? EXTENSIONS[word.text] : undefined;
    if (length === undefined)
      source.error(
        word,
        `unknown word \`${word.text}\` behind an entry`,
        `known here: ${Object.keys(EXTENSIONS).join(', ')}`,
      );
    said.add(word.text);
    i += length ?? 0;
  }
  return said;
}

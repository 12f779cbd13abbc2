import { isRefused, type Read, type Words } from '../../extension/codec/codec.ts';
import { type Given, printOption } from '../../extension/option.ts';
import { verbatim } from '../../extension/verbatim.ts';
import type { Word } from '../source.ts';
import type { Draft, Loaded } from './draft.ts';
import { findLetter, type GenericOption } from './generic.ts';
import { type Resolved, resolve } from './resolve.ts';
import { takeGeneric } from './take.ts';

/** The words of a line and how far they have been read. */
export interface Cursor {
  readonly words: readonly Word[];
  next: number;
}

/** Reads all words of a line into the draft; what is wrong with them goes to the draft's source. */
export function readWords(draft: Draft, words: readonly Word[]): void {
  const cursor: Cursor = { words, next: 0 };
  while (cursor.next < words.length) readOption(draft, cursor);
}

function readOption(draft: Draft, cursor: Cursor): void {
  const bang = takeBang(cursor);
  const word = cursor.words[cursor.next++];
  if (word === undefined) {
    if (bang !== undefined)
      draft.source.error(bang, 'nothing stands behind this `!`', 'a `!` stands before the option that it turns round');
  } else if (word.text.startsWith('--') && word.text.length > 2) readLong(draft, cursor, word, bang);
  else if (/^-[A-Za-z0-9]/.test(word.text)) readShort(draft, cursor, word, bang);
  else draft.source.error(word, `\`${word.text}\` stands where an option should`, 'quote text that holds blanks');
}

function takeBang(cursor: Cursor): Word | undefined {
  const word = cursor.words[cursor.next];
  // a quoted `!` is text
  if (word?.text !== '!' || word.length > 1) return undefined;
  cursor.next++;
  return word;
}

/** `-s1.2.3.4` is as good as `-s 1.2.3.4`. */
function readShort(draft: Draft, cursor: Cursor, word: Word, bang: Word | undefined): void {
  const option = findLetter(word.text[1]);
  if (option === undefined) return unknownOption(draft, cursor, word);
  const rest = word.text.slice(2);
  const attached = rest === '' ? undefined : { ...word, text: rest, column: word.column + 2, length: word.length - 2 };
  if (attached !== undefined && option.words === 0) return unknownOption(draft, cursor, word);
  readGeneric(draft, cursor, { word, option, bang, attached });
}

/** `--name=value` is as good as `--name value`. */
function readLong(draft: Draft, cursor: Cursor, word: Word, bang: Word | undefined): void {
  const equals = word.text.indexOf('=');
  const name = word.text.slice(2, equals < 0 ? undefined : equals);
  const attached = equals < 0 ? undefined : { ...word, text: word.text.slice(equals + 1) };
  const found = resolve(draft, name, word);
  if (found.kind === 'generic') readGeneric(draft, cursor, { word, option: found.option, bang, attached });
  else if (found.kind === 'extension') readExtension(draft, cursor, { word, found, bang, attached });
  else if (found.kind === 'verbatim') readVerbatim(draft, cursor, { word, found, bang, attached });
  else if (found.kind === 'nobody') unknownOption(draft, cursor, word);
  else
    draft.source.error(
      word,
      `\`${word.text}\` could be ${found.names.map((one) => `--${one}`).join(' or ')}`,
      'write the option out',
    );
}

interface Met {
  readonly word: Word;
  readonly bang: Word | undefined;
  readonly attached: Word | undefined;
}

function readGeneric(draft: Draft, cursor: Cursor, met: Met & { readonly option: GenericOption }): void {
  const { word, option, attached } = met;
  const bang =
    met.bang ?? (option.inverts && attached === undefined && option.words > 0 ? takeBang(cursor) : undefined);
  const words = take(draft, cursor, word, option.words, attached);
  if (bang !== undefined && !option.inverts)
    draft.source.error(bang, `\`${word.text}\` cannot be negated`, 'take the `!` away');
  else if (words !== undefined) takeGeneric(draft, cursor, { word, option, words, inverted: bang !== undefined });
}

type Own = Extract<Resolved, { readonly kind: 'extension' }>;

function readExtension(draft: Draft, cursor: Cursor, met: Met & { readonly found: Own }): void {
  const given = readGiven(draft, cursor, met);
  if (given === undefined) met.found.loaded.broken = true;
  else give(draft, met.word, met.found, given);
}

/** The option's value; nothing if it can't be read, and then an error says why. */
function readGiven(draft: Draft, cursor: Cursor, met: Met & { readonly found: Own }): Given | undefined {
  const { word, found, attached } = met;
  const { codec, inverts } = found.option;
  // older iptables took the `!` behind the option, too
  const bang = met.bang ?? (inverts && attached === undefined && codec.words > 0 ? takeBang(cursor) : undefined);
  const words = take(draft, cursor, word, codec.words, attached);
  if (words === undefined) return undefined;
  const protocol = draft.header.protocol?.number;
  const context = { family: draft.family, ...(protocol === undefined ? {} : { protocol }) };
  const texts = words.map(({ text }) => text) as readonly string[] as Words; // as many as the codec takes
  const read: Read<unknown> = codec.parse(texts, context);
  if (bang !== undefined && !inverts)
    draft.source.error(bang, `\`${word.text}\` cannot be negated`, 'take the `!` away');
  else if (isRefused(read))
    draft.source.error(words[0] ?? word, read.refused, read.advice ?? `after \`${word.text}\` stands ${codec.metavar}`);
  else return { value: read.value, inverted: bang !== undefined };
  return undefined;
}

function give(draft: Draft, word: Word, { loaded, name, option }: Own, given: Given): void {
  if (option.gathered === true)
    return gather(loaded, printOption(name, option.codec.print(given.value), given.inverted));
  const meant = option.means?.(given) ?? { [name]: given };
  for (const [key, one] of Object.entries(meant)) {
    if (loaded.given[key] !== undefined)
      draft.source.error(word, `\`--${key}\` stands twice`, 'say it once, or load the match a second time');
    loaded.given[key] = one;
  }
}

function gather({ given }: Loaded, one: string): void {
  const before = (given['']?.value ?? []) as readonly string[];
  given[''] = { value: [...before, one], inverted: false };
}

type Foreign = Extract<Resolved, { readonly kind: 'verbatim' }>;

/** Keeps the words of an option that nobody reads; one of unknown length ends before the next option. */
function readVerbatim(draft: Draft, cursor: Cursor, met: Met & { readonly found: Foreign }): void {
  const { word, found, bang, attached } = met;
  const before = bang === undefined ? [] : ['!'];
  const length = found.words ?? lengthUpToOption(cursor);
  const words = take(draft, cursor, word, attached === undefined ? length : Math.max(1, length), attached);
  if (words === undefined) return;
  found.loaded.verbatim.push(...before, `--${found.name}`, ...words.map(({ text }) => verbatim(text)));
}

function lengthUpToOption({ words, next }: Cursor): number {
  const rest = words.slice(next);
  const end = rest.findIndex(({ text }) => /^-[A-Za-z-]/.test(text) || text === '!');
  return end < 0 ? rest.length : end;
}

function take(
  draft: Draft,
  cursor: Cursor,
  word: Word,
  count: number,
  attached: Word | undefined,
): readonly Word[] | undefined {
  if (attached !== undefined && count === 0) {
    draft.source.error(word, `\`${word.text}\` takes no argument`, 'write it without what stands behind `=`');
    return undefined;
  }
  const wanted = attached === undefined ? count : count - 1;
  const words = cursor.words.slice(cursor.next, cursor.next + wanted);
  cursor.next += words.length;
  if (words.length === wanted) return attached === undefined ? words : [attached, ...words];
  draft.source.error(
    word,
    `\`${word.text}\` needs ${count === 1 ? 'an argument' : `${count} arguments`}`,
    'a word is missing behind it',
  );
  return undefined;
}

/** Says so, and goes on with the next option. */
function unknownOption(draft: Draft, cursor: Cursor, word: Word): void {
  cursor.next += lengthUpToOption(cursor);
  // options of a target that is missing itself: one error is enough
  if (draft.jump !== undefined && !draft.chains.has(draft.jump.chain.text)) return;
  const protocol = draft.header.protocol;
  const advice =
    protocol === undefined && /port|syn|tcp-|icmp/.test(word.text)
      ? 'write the protocol (`-p tcp`) or the match (`-m …`) before its options'
      : 'no match or target of this rule has it';
  draft.source.error(word, `unknown option \`${word.text}\``, advice);
}

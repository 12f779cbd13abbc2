import { Source } from '../source.ts';
import { type Draft, newDraft } from './draft.ts';
import { readWords } from './read.ts';
import { splitWords } from './words.ts';

/** Where a rule is read: the table and its chains as far as they are known, and the file. */
export interface Site {
  readonly source: Source;
  readonly table: string;
  readonly chains: Draft['chains'];
}

/**
 * Where a match, target or jump ends that begins at a place: before the next `-m`, `-j` or `-g`. Quoted text is left alone.
 */
export function endOfPart(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfQuote(text, at);
    else if (char === BLANK && text.charCodeAt(at + 1) === DASH && begins(text, at + 2)) return at;
  }
  return text.length;
}

const QUOTE = 34;
const BLANK = 32;
const DASH = 45;
const LETTERS: readonly number[] = [...'mjg'].map((letter) => letter.charCodeAt(0));

const begins = (text: string, at: number): boolean =>
  text.charCodeAt(at + 1) === BLANK && LETTERS.includes(text.charCodeAt(at));

function endOfQuote(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/**
 * Reads one match, target or jump with its options, if it means the same beside all others of a rule: every option is
 * its own and written with its whole name, and nothing is wrong.
 */
export function readPart(text: string, protocol: Draft['header']['protocol'], site: Site): Draft | undefined {
  const source = new Source(text, site.source.file);
  const draft = newDraft(source, source.whole(1), site.table, site.chains);
  if (protocol !== undefined) draft.header.protocol = protocol;
  readWords(draft, splitWords(source, 1));
  return source.located.length === 0 && standsAlone(draft) ? draft : undefined;
}

function standsAlone({ loaded, jump, seen, abbreviated }: Draft): boolean {
  const [first, second] = loaded;
  if (abbreviated === true || second !== undefined || (first !== undefined && jump !== undefined)) return false;
  // what nobody knows takes the options of others for its own
  if (first !== undefined && first.definition === undefined && first.lengths === undefined) return false;
  for (const option of seen) if (option !== 'match' && option !== 'jump') return false;
  return first !== undefined || jump !== undefined;
}

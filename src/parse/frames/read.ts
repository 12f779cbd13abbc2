import { isRefused } from '../../extension/codec/codec.ts';
import type { FrameTest } from '../../network/frame-rules.ts';
import type { Word } from '../source.ts';
import type { Bare, FrameOption, RuleDraft } from './dialect.ts';

/** The words of a line and how far they have been read. */
interface Cursor {
  readonly words: readonly Word[];
  next: number;
}

const COMMANDS: Readonly<Record<string, string>> = {
  '-A': 'append',
  '--append': 'append',
  '-N': 'new-chain',
  '--new-chain': 'new-chain',
  '-P': 'policy',
  '--policy': 'policy',
};

/** Reads all words of a line into the draft; what is wrong with them goes to the draft's source. */
export function readWords(draft: RuleDraft, words: readonly Word[]): void {
  const cursor: Cursor = { words, next: 0 };
  while (cursor.next < words.length) readOption(draft, cursor);
}

function readOption(draft: RuleDraft, cursor: Cursor): void {
  const bang = takeBang(cursor);
  const word = cursor.words[cursor.next++];
  if (word === undefined) return missing(draft, bang as Word);
  const command = COMMANDS[word.text];
  const option = draft.dialect.options.get(word.text);
  if (command !== undefined) return readCommand(draft, cursor, command, word);
  if (word.text === '-j' || word.text === '--jump') return readTarget(draft, cursor, word);
  if (word.text === '-c' || word.text === '--set-counters') return skipCounters(cursor);
  if (option !== undefined) return readKnown(draft, cursor, { option, word, bang });
  if (word.text.startsWith('--') && word.text.length > 2) return readUnknown(draft, cursor, word);
  draft.source.error(word, `\`${word.text}\` stands where an option should`, 'quote text that holds blanks');
}

const missing = (draft: RuleDraft, bang: Word): void =>
  draft.source.error(bang, 'nothing stands behind this `!`', 'a `!` stands before the option that it turns round');

function takeBang(cursor: Cursor): Word | undefined {
  const word = cursor.words[cursor.next];
  if (word?.text !== '!' || word.length > 1) return undefined;
  cursor.next++;
  return word;
}

function takeWord(draft: RuleDraft, cursor: Cursor, option: Word): Word | undefined {
  const word = cursor.words[cursor.next];
  if (word === undefined)
    draft.source.error(option, `\`${option.text}\` needs an argument`, 'a word is missing behind it');
  else cursor.next++;
  return word;
}

function readCommand(draft: RuleDraft, cursor: Cursor, name: string, word: Word): void {
  const chain = takeWord(draft, cursor, word);
  if (draft.command !== undefined)
    return draft.source.error(
      word,
      `\`${word.text}\` is a second command`,
      'a line holds one command: write two lines',
    );
  if (chain === undefined) return;
  const argument = name === 'policy' ? takeWord(draft, cursor, word) : undefined;
  draft.command = { name, chain, ...(argument !== undefined && { argument }) };
}

function readTarget(draft: RuleDraft, cursor: Cursor, word: Word): void {
  const target = takeWord(draft, cursor, word);
  if (draft.target !== undefined)
    return draft.source.error(word, `\`${word.text}\` stands twice`, 'say it once, or write two rules');
  if (target !== undefined) draft.target = target;
}

/** `-c PACKETS BYTES`, as ebtables-legacy-save prints them. */
function skipCounters(cursor: Cursor): void {
  while (/^\d+$/.test(cursor.words[cursor.next]?.text ?? '')) cursor.next++;
}

interface Met {
  readonly option: FrameOption;
  readonly word: Word;
  readonly bang: Word | undefined;
}

function readKnown(draft: RuleDraft, cursor: Cursor, { option, word, bang: before }: Met): void {
  const bang = before ?? (option.words > 0 ? takeBang(cursor) : undefined);
  const argument = option.words > 0 ? takeWord(draft, cursor, word) : undefined;
  if (option.words > 0 && argument === undefined) return;
  if (bang !== undefined && !option.inverts)
    return draft.source.error(bang, `\`${word.text}\` cannot be negated`, 'take the `!` away');
  const read = option.read(argument?.text ?? '');
  if (isRefused(read))
    return draft.source.error(
      argument ?? word,
      read.refused,
      read.advice ?? `behind \`${word.text}\` stands ${option.metavar}`,
    );
  const { value, text } = read.value;
  if (option.kind === 'target') return give(draft, option, word, value, text);
  if (option.kind === 'test') {
    if (value === undefined) return;
    checkNeeds(draft, option, word);
    draft.tests.push({ inverted: bang !== undefined, ...(value as Bare) } as FrameTest);
  }
  draft.printed.push(printed(draft, option, text, bang !== undefined));
}

function checkNeeds(draft: RuleDraft, { needs }: FrameOption, word: Word): void {
  if (needs === undefined || needs.met(draft.tests)) return;
  draft.source.error(word, `\`${word.text}\` without \`${needs.text}\``, `write \`${needs.text}\` before it`);
}

function give(draft: RuleDraft, option: FrameOption, at: Word, value: unknown, text: string): void {
  const name = option.names[0] as string;
  if (draft.given.has(name)) draft.source.error(at, `\`${at.text}\` stands twice`, 'say it once');
  draft.given.set(name, { at, value, text });
}

/** `--ip-src ! 10.0.0.1`, but `! --arp-gratuitous`; arptables has it before all of them. */
function printed({ dialect }: RuleDraft, { names, words }: FrameOption, text: string, inverted: boolean): string {
  const name = names[0] as string;
  const parts = dialect.bang === 'before' || words === 0 ? ['!', name] : [name, '!'];
  return [...(inverted ? parts : [name]), ...(words === 0 ? [] : [text])].join(' ');
}

/** A test that nobody has modelled, with the words up to the next option. */
function readUnknown(draft: RuleDraft, cursor: Cursor, word: Word): void {
  const rest = cursor.words.slice(cursor.next);
  const end = rest.findIndex(({ text }) => /^-[A-Za-z-]/.test(text) || (text === '!' && rest[0]?.text !== '!'));
  const words = end < 0 ? rest : rest.slice(0, end);
  cursor.next += words.length;
  const text = [word, ...words].map((one) => one.text).join(' ');
  draft.tests.push({ inverted: false, kind: 'unknown', reason: `\`${text}\` is not modelled` });
  draft.printed.push(text);
}

import type { Action, MatchUse } from '../../network/ruleset.ts';
import type { Word } from '../source.ts';
import { type Draft, type Loaded, newDraft } from './draft.ts';
import { finishUses, type PlacedRule, printAction } from './finish.ts';
import { cutParts, readPart, type Site } from './part.ts';
import { type PrintedHeader, readPrintedHeader } from './printed-header.ts';
import { readWords } from './read.ts';
import { splitWords } from './words.ts';

/** What stands behind the header of a rule, the same for all rules that say the same. */
interface Tail {
  readonly matches: readonly MatchUse[];
  readonly action: Action;
  readonly loaded: readonly Loaded[];
  readonly jump?: Word;
  /** As `iptables-save` prints it. */
  readonly text: string;
}

/** By protocol, because the meaning of an option may depend on it; nothing where it must be read word by word. */
type Known<T> = Map<string, T | undefined>;

/**
 * Reads rules that look as `iptables-save` prints them without cutting them into words: what stands behind the header
 * is read once and shared. Whatever looks different, or has anything wrong with it, is left to be read word by word.
 */
export class PrintedRules {
  readonly #site: Site;
  readonly #tails = new Map<number, Known<Tail>>();
  readonly #parts = new Map<number, Known<Tail>>();

  constructor(site: Site) {
    this.#site = site;
  }

  /** What a `-j` means depends on the chains that there are. */
  forget(): void {
    this.#tails.clear();
    this.#parts.clear();
  }

  /** The rule of a line, if it can be read so: `text` begins with `-A CHAIN`, and the header stands from `from` on. */
  read(line: Word, text: string, from: number): PlacedRule | undefined {
    const head = readPrintedHeader(text, from);
    if (head === undefined) return undefined;
    const said = text.slice(head.end);
    const tail = said === '' ? NOTHING : this.#tail(said, head);
    if (tail === undefined) return undefined;
    const { matches, action, loaded, jump } = tail;
    const printed = said === tail.text ? text : text.slice(0, head.end) + tail.text;
    const place = this.#site.source.place(line);
    const rule = { number: 0, header: head.header, matches, action, text: printed, place };
    return jump === undefined ? { rule, loaded, shared: true } : { rule, loaded, jump, shared: true };
  }

  #tail(text: string, head: PrintedHeader): Tail | undefined {
    return remember(this.#tails, head.key, text, () => this.#newTail(text, head));
  }

  #newTail(text: string, head: PrintedHeader): Tail | undefined {
    const parts: Tail[] = [];
    for (const one of cutParts(text)) {
      const before = parts.at(-1);
      const part = remember(this.#parts, head.key, one, () => this.#newPart(one, head));
      // a match behind the target is for the slow way, as is a second target
      if (part === undefined || (before !== undefined && before.action.kind !== 'none')) return undefined;
      parts.push(part);
    }
    return joined(parts);
  }

  #newPart(text: string, { header }: PrintedHeader): Tail | undefined {
    const draft = readPart(text, header.protocol, this.#site);
    if (draft === undefined) return undefined;
    const { matches, action } = finishUses(draft);
    if (draft.source.located.length > 0) return undefined;
    const { loaded, jump } = draft;
    const printed = [...matches.map((match) => match.text), ...printAction(action)].join(' ');
    return { matches, action, loaded, text: printed, ...(jump === undefined ? {} : { jump: jump.chain }) };
  }
}

const NOTHING: Tail = { matches: [], action: { kind: 'none' }, loaded: [], text: '' };

function joined(parts: readonly Tail[]): Tail {
  const last = parts.at(-1) ?? NOTHING;
  return {
    ...last,
    matches: parts.flatMap(({ matches }) => matches),
    loaded: parts.flatMap(({ loaded }) => loaded),
    text: parts.map(({ text }) => text).join(' '),
  };
}

function remember<T>(
  known: Map<number, Known<T>>,
  key: number,
  text: string,
  make: () => T | undefined,
): T | undefined {
  const by = known.get(key) ?? new Map<string, T | undefined>();
  known.set(key, by);
  const found = by.get(text);
  if (found !== undefined || by.has(text)) return found;
  const made = make();
  by.set(text, made);
  return made;
}

/** Reads the line of a rule whose words are shared word by word, to see where they stand in it. */
export function readAgain({ rule }: PlacedRule, { source, table, chains }: Site): Pick<PlacedRule, 'loaded' | 'jump'> {
  const line = source.whole(rule.place.line);
  const draft: Draft = newDraft(source, line, table, chains);
  const words = splitWords(source, line.line);
  readWords(draft, words[0]?.text.startsWith('[') ? words.slice(1) : words);
  const { loaded, jump } = draft;
  return jump === undefined ? { loaded } : { loaded, jump: jump.chain };
}

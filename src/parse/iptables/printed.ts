import type { Action, Header, MatchUse } from '../../network/ruleset.ts';
import type { Word } from '../source.ts';
import { type Draft, type Loaded, newDraft } from './draft.ts';
import { finishUses, type PlacedRule, printAction } from './finish.ts';
import { endOfPart, readPart, type Site } from './part.ts';
import { type PrintedHeader, readPrintedHeader } from './printed-header.ts';
import { readWords } from './read.ts';
import { splitWords } from './words.ts';

/** One match, target or jump of a rule, the same for all rules that have it. */
interface Part {
  readonly match?: MatchUse;
  readonly action?: Action;
  readonly loaded?: Loaded;
  /** As `iptables-save` prints it, if that is not how it is written. */
  readonly text?: string;
}

/** What stands behind the header of a rule. */
interface Tail {
  readonly matches: readonly MatchUse[];
  readonly loaded: readonly Loaded[];
  readonly action: Action;
  readonly text?: string;
}

/** What was read of texts before; nothing where one must be read word by word. */
type Known<T> = Map<string, T | undefined>;

/** So many tails are remembered whole: few that all rules share, or else it is not worth the while. */
const MOST_TAILS = 1000;

/**
 * Reads rules that look as `iptables-save` prints them without cutting them into words: each match and target is read
 * once and shared. Whatever looks different, or has anything wrong with it, is left to be read word by word.
 */
export class PrintedRules {
  readonly #site: Site;
  /** By protocol, because the meaning of an option may depend on it. */
  readonly #parts = new Map<number, Known<Part>>();
  readonly #tails = new Map<number, Known<Tail>>();

  constructor(site: Site) {
    this.#site = site;
  }

  /** What a `-j` means depends on the chains that there are. */
  forget(): void {
    this.#parts.clear();
    this.#tails.clear();
  }

  /** The rule of a line, if it can be read so: `text` begins with `-A CHAIN`, and the header stands from `from` on. */
  read(line: Word, text: string, from: number): PlacedRule | undefined {
    const head = readPrintedHeader(text, from);
    if (head === undefined) return undefined;
    const tail = this.#tail(text.slice(head.end), head);
    if (tail === undefined) return undefined;
    const { matches, action, loaded } = tail;
    const printed = tail.text === undefined ? text : text.slice(0, head.end) + tail.text;
    const place = this.#site.source.place(line);
    return { rule: { number: 0, header: head.header, matches, action, text: printed, place }, loaded, shared: true };
  }

  #tail(text: string, { header, key }: PrintedHeader): Tail | undefined {
    const known = knownFor(this.#tails, key);
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found;
    const tail = this.#newTail(text, header, knownFor(this.#parts, key));
    if (known.size < MOST_TAILS) known.set(text, tail);
    return tail;
  }

  #newTail(text: string, header: Header, known: Known<Part>): Tail | undefined {
    const matches: MatchUse[] = [];
    const loaded: Loaded[] = [];
    let action: Action = NONE;
    let printed: string | undefined;
    for (let at = 0; at < text.length; ) {
      const end = endOfPart(text, at);
      const part = this.#part(text.slice(at, end), header, known);
      // a match behind the target is for the slow way, as is a second target
      if (part === undefined || action !== NONE) return undefined;
      if (part.match !== undefined) matches.push(part.match);
      if (part.loaded !== undefined) loaded.push(part.loaded);
      if (part.action !== undefined) action = part.action;
      if (part.text !== undefined) printed = (printed ?? text.slice(0, at)) + part.text;
      else if (printed !== undefined) printed += text.slice(at, end);
      if (printed !== undefined && end < text.length) printed += ' ';
      at = end + 1;
    }
    return printed === undefined ? { matches, loaded, action } : { matches, loaded, action, text: printed };
  }

  #part(text: string, { protocol }: Header, known: Known<Part>): Part | undefined {
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found;
    const part = this.#newPart(text, protocol);
    known.set(text, part);
    return part;
  }

  #newPart(text: string, protocol: Header['protocol']): Part | undefined {
    const chain = text.slice(3);
    if (text.startsWith('-j ') && this.#site.chains.has(chain)) return { action: { kind: 'jump', chain } };
    const draft = readPart(text, protocol, this.#site);
    if (draft === undefined) return undefined;
    const { matches, action } = finishUses(draft);
    if (draft.source.located.length > 0) return undefined;
    const [loaded] = draft.loaded;
    const [match] = matches;
    const printed = match?.text ?? printAction(action).join(' ');
    return {
      ...(loaded === undefined ? {} : { loaded }),
      ...(match === undefined ? { action } : { match }),
      ...(printed === text ? {} : { text: printed }),
    };
  }
}

const NONE: Action = { kind: 'none' };

function knownFor<T>(all: Map<number, Known<T>>, key: number): Known<T> {
  const known = all.get(key) ?? new Map<string, T | undefined>();
  all.set(key, known);
  return known;
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

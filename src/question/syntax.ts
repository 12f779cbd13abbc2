import type { Located } from '../parse/located.ts';
import { nearest } from '../parse/nearest.ts';
import { complain, type Span } from './complaint.ts';
import { type Expectation, SyntaxError as NotAQuestion, parse } from './grammar.js';

/** A word of a question and where it stands. */
export interface Word {
  readonly text: string;
  readonly at: Span;
}

export type PlaceSyntax =
  | { readonly kind: 'name'; readonly text: string; readonly at: Span }
  | { readonly kind: 'outside'; readonly via?: Word; readonly at: Span };

export type ValueSyntax =
  | { readonly kind: 'any'; readonly at: Span }
  | { readonly kind: 'not'; readonly of: ValueSyntax; readonly at: Span }
  | { readonly kind: 'list'; readonly of: readonly Word[]; readonly at: Span };

export const QUESTION_FIELDS = [
  'src',
  'dst',
  'proto',
  'sport',
  'dport',
  'icmp type',
  'ct state',
  'mark',
  'tos',
  'mac',
] as const;
/** A field that `with` may name; `port` and `from port` are clauses of their own. */
export type QuestionField = (typeof QUESTION_FIELDS)[number];

export type ClauseSyntax =
  | { readonly kind: 'over'; readonly value: ValueSyntax; readonly at: Span }
  | {
      readonly kind: 'field';
      readonly field: QuestionField | 'port' | 'from port';
      readonly value: ValueSyntax;
      readonly at: Span;
    }
  | { readonly kind: 'back'; readonly at: Span }
  | { readonly kind: 'any state'; readonly at: Span }
  | { readonly kind: 'between'; readonly from: PlaceSyntax; readonly to: PlaceSyntax; readonly at: Span };

/** A question as it was written, nothing resolved yet. */
export type AskedSyntax =
  | {
      readonly kind: 'reach';
      readonly quantifier: 'can' | 'always';
      readonly source: PlaceSyntax;
      readonly target: PlaceSyntax;
      readonly clauses: readonly ClauseSyntax[];
      readonly at: Span;
    }
  | { readonly kind: 'service'; readonly service: Word; readonly clauses: readonly ClauseSyntax[]; readonly at: Span };

/** Reads the shape of a question; a text that has none comes out as the one place where it goes wrong. */
export function parseSyntax(text: string): AskedSyntax | Located {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof NotAQuestion) return explain(text, error);
    throw error;
  }
}

const SHAPE = 'write `can SOURCE reach TARGET …`, `does SOURCE always reach TARGET …` or `is SERVICE always allowed …`';

function explain(text: string, error: NotAQuestion): Located {
  const start = startOfWord(text, error.location.start.offset);
  const word = /^[^\s,?]+/.exec(text.slice(start))?.[0] ?? text.slice(start, start + 1).trim();
  const wanted = word === '' ? wantedAtEnd(text) : wantedBy(error);
  const meant = nearest(word, [...wanted, ...(wanted.includes('field') ? QUESTION_FIELDS : [])]);
  const expected = wanted.length === 0 ? SHAPE : `expected ${wanted.map(quoted).join(', ')}`;
  const message = word === '' ? 'the question ends too early' : `unexpected \`${word}\``;
  const advice = start === 0 ? SHAPE : meant === undefined ? expected : `did you mean \`${meant}\`?`;
  return complain(text, [start, start + Math.max(1, word.length)], message, advice);
}

const quoted = (wanted: string): string =>
  wanted === 'field' ? `a field (${QUESTION_FIELDS.join(', ')})` : wanted.includes(' ') ? wanted : `\`${wanted}\``;

/** The parser may give up in the middle of a word that begins as a keyword does. */
function startOfWord(text: string, offset: number): number {
  let start = offset;
  while (/[^\s,?]/.test(text[start - 1] ?? ' ') && /[^\s,?]/.test(text[start] ?? ' ')) start--;
  return start;
}

/** What could stand behind the last word, were there a space. */
function wantedAtEnd(text: string): readonly string[] {
  try {
    parse(`${text} `);
    return [];
  } catch (error) {
    if (error instanceof NotAQuestion) return wantedBy(error);
    throw error;
  }
}

const wantedBy = ({ expected }: NotAQuestion): readonly string[] =>
  [...new Set((expected ?? []).flatMap(nameOf))].sort();

const nameOf = ({ type, text, description }: Expectation): readonly string[] =>
  type === 'literal' && /^[a-z]+$/i.test(text ?? '')
    ? [text ?? '']
    : type === 'other' && description !== 'space'
      ? [description ?? '']
      : [];

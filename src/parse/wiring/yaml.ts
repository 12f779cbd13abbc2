import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Node as YamlNode,
} from 'yaml';
import type { Source, Span, Word } from '../source.ts';

/** One entry of a mapping: its key, and what stands there (nothing, where nothing does). */
export interface Entry {
  readonly key: Word;
  readonly value: YamlNode | undefined;
}

/** A YAML file with the places of its values; everything that it cannot be read as is an error. */
export class Yaml {
  readonly source: Source;
  readonly root: YamlNode | undefined;
  private readonly counter = new LineCounter();
  private readonly document: Document.Parsed;

  constructor(source: Source) {
    this.source = source;
    this.document = parseDocument(source.text, { lineCounter: this.counter, prettyErrors: false, uniqueKeys: true });
    for (const mistake of [...this.document.errors, ...this.document.warnings])
      source.error(
        this.wordAt(this.spanAt(mistake.pos[0], mistake.pos[1])),
        `no YAML: ${lower(mistake.message)}`,
        'see https://yaml.org/spec/1.2.2 for how YAML is written',
      );
    this.root = this.document.errors.length > 0 ? undefined : (this.document.contents ?? undefined);
  }

  /** The place of a value; that of a quoted one is inside its quotes. */
  span(node: YamlNode | undefined): Span {
    const [start = 0, end = start + 1] = node?.range ?? [];
    const quote = isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') ? 1 : 0;
    return this.spanAt(start + quote, Math.max(start + quote + 1, end - quote));
  }

  entries(node: YamlNode | undefined, what: string): readonly Entry[] {
    const whole = this.resolved(node);
    if (whole === undefined || (isScalar(whole) && whole.value === null)) return [];
    if (isMap(whole)) return whole.items.map((pair) => this.entry(pair as Pair<YamlNode, YamlNode | null>));
    this.source.error(
      this.span(node),
      `${what} must be a mapping`,
      'write it as `key: value` lines, or as `{ key: value }`',
    );
    return [];
  }

  items(node: YamlNode | undefined, what: string): readonly YamlNode[] {
    const whole = this.resolved(node);
    if (whole === undefined || (isScalar(whole) && whole.value === null)) return [];
    if (isSeq(whole)) return whole.items as readonly YamlNode[];
    this.source.error(this.span(node), `${what} must be a list`, 'write it as `[one, other]`');
    return [];
  }

  isMap(node: YamlNode | undefined): boolean {
    return isMap(this.resolved(node));
  }

  /** A single value as the text that it was written as. */
  word(node: YamlNode | undefined, what: string): Word | undefined {
    const whole = this.resolved(node);
    if (whole !== undefined && isScalar(whole) && whole.value !== null)
      return { text: whole.source ?? String(whole.value), ...this.span(node) };
    this.source.error(
      this.span(node),
      `${what} must be a single value`,
      'write one word, in quotes where it has blanks',
    );
    return undefined;
  }

  private entry(pair: Pair<YamlNode, YamlNode | null>): Entry {
    const key = isScalar(pair.key) ? (pair.key.source ?? String(pair.key.value)) : '?';
    return { key: { text: key, ...this.span(pair.key) }, value: pair.value ?? undefined };
  }

  private resolved(node: YamlNode | undefined): YamlNode | undefined {
    return isAlias(node) ? node.resolve(this.document) : node;
  }

  /** A mistake of one character is shown as the word that begins there. */
  private wordAt(span: Span): Span {
    const rest = (this.source.lines[span.line - 1] ?? '').slice(span.column - 1);
    const word = /^[^\s:,[\]{}]+/.exec(rest)?.[0].length ?? 1;
    return span.length > 1 ? span : { ...span, length: word };
  }

  private spanAt(from: number, to: number): Span {
    const { line, col } = this.counter.linePos(from);
    const end = this.counter.linePos(to);
    const rest = (this.source.lines[line - 1] ?? '').length - col + 1;
    return {
      line: Math.max(1, line),
      column: Math.max(1, col),
      length: Math.max(1, end.line === line ? to - from : rest),
    };
  }
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');

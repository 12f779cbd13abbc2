import type { Source, Span } from './source.ts';

interface At {
  /** Where the value begins; its length within that line. */
  readonly span: Span;
}

/** A JSON value (RFC 8259) that knows where it was read. */
export type Json =
  | (At & { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonMember> })
  | (At & { readonly kind: 'array'; readonly items: readonly Json[] })
  | (At & { readonly kind: 'string'; readonly value: string })
  | (At & { readonly kind: 'number'; readonly value: number })
  | (At & { readonly kind: 'boolean'; readonly value: boolean })
  | (At & { readonly kind: 'null' });

export interface JsonMember {
  readonly key: Span;
  readonly value: Json;
}

export type JsonObject = Extract<Json, { kind: 'object' }>;

/** Reads one JSON text; at the first mistake says where and gives up (`undefined`). */
export function parseJson(source: Source): Json | undefined {
  try {
    return new Reader(source).whole();
  } catch (mistake) {
    if (!(mistake instanceof Mistake)) throw mistake;
    source.error(mistake.at, mistake.message, 'give the output of the command with `-j` as it was printed');
    return undefined;
  }
}

class Mistake extends Error {
  readonly at: Span;

  constructor(at: Span, message: string) {
    super(message);
    this.at = at;
  }
}

const TOKEN = /[{}[\]:,]|"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** Deeper than any command prints; keeps the reader off the end of the stack. */
const DEEPEST = 200;

class Reader {
  private readonly text: string;
  private readonly starts: readonly number[];
  private offset = 0;

  constructor(source: Source) {
    this.text = source.text;
    this.starts = [0, ...[...source.text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  whole(): Json {
    const value = this.value(0);
    const rest = this.peek();
    if (rest !== undefined)
      throw new Mistake(this.span(rest.offset, rest.text.length), `unexpected \`${rest.text}\` after the value`);
    return value;
  }

  private value(depth: number): Json {
    const { text, offset } = this.next('a value');
    const span = this.span(offset, text.length);
    if (depth > DEEPEST) throw new Mistake(span, 'nested too deep');
    if (text === '{')
      return { kind: 'object', members: this.members(depth), span: this.span(offset, this.offset - offset) };
    if (text === '[') return { kind: 'array', items: this.items(depth), span: this.span(offset, this.offset - offset) };
    if (text.startsWith('"')) return { kind: 'string', value: this.unquote(text, span), span };
    if (text === 'true' || text === 'false') return { kind: 'boolean', value: text === 'true', span };
    if (text === 'null') return { kind: 'null', span };
    if (/^[-\d]/.test(text)) return { kind: 'number', value: Number(text), span };
    throw new Mistake(span, `unexpected \`${text}\`, expected a value`);
  }

  private members(depth: number): ReadonlyMap<string, JsonMember> {
    const members = new Map<string, JsonMember>();
    if (this.taken('}')) return members;
    do {
      const name = this.next('a member name');
      const key = this.span(name.offset, name.text.length);
      if (!name.text.startsWith('"')) throw new Mistake(key, `unexpected \`${name.text}\`, expected a member name`);
      this.expect(':');
      members.set(this.unquote(name.text, key), { key, value: this.value(depth + 1) });
    } while (this.taken(','));
    this.expect('}');
    return members;
  }

  private items(depth: number): readonly Json[] {
    const items: Json[] = [];
    if (this.taken(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.taken(','));
    this.expect(']');
    return items;
  }

  private unquote(text: string, span: Span): string {
    try {
      return JSON.parse(text) as string;
    } catch {
      throw new Mistake(span, `\`${text}\` is no JSON string`);
    }
  }

  private peek(): { readonly text: string; readonly offset: number } | undefined {
    while (/\s/.test(this.text[this.offset] ?? '')) this.offset++;
    if (this.offset >= this.text.length) return undefined;
    TOKEN.lastIndex = this.offset;
    const text =
      TOKEN.exec(this.text)?.[0] ?? /^\S[^\s,{}[\]]*/.exec(this.text.slice(this.offset, this.offset + 40))?.[0] ?? '?';
    return { text, offset: this.offset };
  }

  private next(wanted: string): { readonly text: string; readonly offset: number } {
    const token = this.peek();
    if (token === undefined)
      throw new Mistake(
        this.span(Math.max(0, this.text.trimEnd().length - 1), 1),
        `the text ends where ${wanted} should be`,
      );
    this.offset += token.text.length;
    return token;
  }

  private taken(sign: string): boolean {
    const found = this.peek()?.text === sign;
    if (found) this.offset += sign.length;
    return found;
  }

  private expect(sign: string): void {
    const { text, offset } = this.next(`\`${sign}\``);
    if (text !== sign)
      throw new Mistake(this.span(offset, text.length), `unexpected \`${text}\`, expected \`${sign}\``);
  }

  private span(offset: number, length: number): Span {
    let low = 0;
    let high = this.starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    const start = this.starts[low] ?? 0;
    const end = (this.starts[low + 1] ?? this.text.length + 1) - 1;
    return { line: low + 1, column: offset - start + 1, length: Math.max(1, Math.min(length, end - offset)) };
  }
}

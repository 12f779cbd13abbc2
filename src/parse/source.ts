import type { Place } from '../packet/place.ts';
import type { Located, Result } from './located.ts';

/** A part of one line: line and column counted from 1, `length` characters. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** A part of a line with its text. */
export interface Word extends Span {
  readonly text: string;
}

/** The text of one file with its places, and everything that its reader has to say about it. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly located: Located[] = [];

  constructor(text: string, file: string) {
    this.file = file;
    this.text = text;
    this.lines = text.includes('\r') ? text.split(/\r?\n/) : text.split('\n');
  }

  /** Whether the file holds anything but blanks: an empty one means that the command printed nothing. */
  get isEmpty(): boolean {
    return this.text.trim() === '';
  }

  /** Refuses an empty file that is named after a command which always prints something: it failed. */
  refuseEmpty(printed: string): void {
    if (this.isEmpty) this.error(TOP, 'the file is empty', `take the capture again: ${printed}`);
  }

  place(at: Span): Place {
    return { file: this.file, line: at.line, column: at.column };
  }

  /** A whole line, without the blanks around it. */
  whole(line: number): Word {
    const all = this.lines[line - 1] ?? '';
    const text = all.trim();
    const column = text.length === all.length ? 1 : all.length - all.trimStart().length + 1;
    return { text, line, column, length: Math.max(1, text.length) };
  }

  /** The words of a line, separated by blanks. */
  words(line: number): readonly Word[] {
    return [...(this.lines[line - 1] ?? '').matchAll(/[^\s\0]+/g)].map(({ 0: text, index }) => ({
      text,
      line,
      column: index + 1,
      length: text.length,
    }));
  }

  /** @param advice one line: what to do about it */
  error(at: Span, message: string, advice: string): void {
    this.say('error', at, message, advice);
  }

  note(at: Span, message: string, advice?: string): void {
    this.say('note', at, message, advice);
  }

  /** What was read, unless there is an error; what there is to say, in file order. */
  result<T>(value: T): Result<T> {
    const located = this.located.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
    return located.some(({ severity }) => severity === 'error') ? { located } : { value, located };
  }

  /**
   * Hands what was said here over to another reader of the same file as notes: what is wrong with the part that was read
   * here keeps nothing else from being read.
   * @returns the errors among it
   */
  demoteTo(other: Source): readonly { readonly reason: string; readonly place: Place }[] {
    other.located.push(...this.located.map((one) => ({ ...one, severity: 'note' as const })));
    return this.located
      .filter(({ severity }) => severity === 'error')
      .map(({ message, place }) => ({ reason: message, place }));
  }

  private say(severity: Located['severity'], at: Span, message: string, advice: string | undefined): void {
    const line = this.lines[at.line - 1] ?? '';
    const column = Math.min(at.column, line.length + 1);
    const length = Math.max(1, Math.min(at.length, line.length - column + 1));
    const located = { severity, place: this.place({ ...at, column }), length, line, message };
    this.located.push(advice === undefined ? located : { ...located, advice });
  }
}

/** The top of a file: what is said of a whole file is said there. */
export const TOP: Span = { line: 1, column: 1, length: 1 };

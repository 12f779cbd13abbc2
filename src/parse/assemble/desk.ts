import type { Place } from '../../packet/place.ts';
import type { Located, Result } from '../located.ts';
import { Source } from '../source.ts';

/** Where everything that is said about the files of a snapshot is gathered, by the files' own lines. */
export class Desk {
  private readonly files: ReadonlyMap<string, string>;
  private readonly sources = new Map<string, Source>();
  private readonly located: Located[] = [];

  constructor(files: ReadonlyMap<string, string>) {
    this.files = files;
  }

  /** Takes over what a reader said, and hands on what it read. */
  take<T>(result: Result<T>): T | undefined {
    this.located.push(...result.located);
    return result.value;
  }

  source(file: string): Source {
    const source = this.sources.get(file) ?? new Source(this.files.get(file) ?? '', file);
    this.sources.set(file, source);
    return source;
  }

  /** An error about the word at a place, or about the rest of its line. */
  error(place: Place, message: string, advice: string, about: 'word' | 'line' = 'word'): void {
    const source = this.source(place.file);
    source.error({ line: place.line, column: place.column, length: lengthOf(source, place, about) }, message, advice);
  }

  /** As {@link error}, for what is read all the same. */
  note(place: Place, message: string, advice?: string): void {
    const source = this.source(place.file);
    source.note({ line: place.line, column: place.column, length: lengthOf(source, place, 'word') }, message, advice);
  }

  /** A desk for the same files, whose errors are to stop nothing but what they are about. */
  apart(): Desk {
    return new Desk(this.files);
  }

  /**
   * Hands over what was said at a desk {@link apart} as notes, but for what is said of `network.yaml`.
   * @returns the errors that became notes
   */
  demote(other: Desk): readonly Located[] {
    const demoted = other.all().filter((one) => one.severity === 'error' && one.place.file !== 'network.yaml');
    for (const one of other.all()) this.located.push(demoted.includes(one) ? { ...one, severity: 'note' } : one);
    return demoted;
  }

  hasErrors(): boolean {
    return this.all().some(({ severity }) => severity === 'error');
  }

  /** All that was said, by file, line and column. */
  all(): readonly Located[] {
    const said = [...this.located, ...[...this.sources.values()].flatMap((source) => source.located)];
    return said.sort(
      (a, b) => compare(a.place.file, b.place.file) || a.place.line - b.place.line || a.place.column - b.place.column,
    );
  }
}

/** A word goes up to the next blank or sign of its format. */
function lengthOf(source: Source, place: Place, about: 'word' | 'line'): number {
  const rest = (source.lines[place.line - 1] ?? '').slice(place.column - 1);
  const length = about === 'line' ? rest.trimEnd().length : /^"(?:[^"\\]|\\.)*"|^[^\s,\]}'":]+/.exec(rest)?.[0].length;
  return length ?? 1;
}

/** What is said of a whole file is said at its top. */
export const topOf = (file: string): Place => ({ file, line: 1, column: 1 });

export const at = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

/** Byte order, the same on every machine. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

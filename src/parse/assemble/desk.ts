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

  error(place: Place, message: string, advice?: string): void {
    const source = this.source(place.file);
    source.error({ line: place.line, column: place.column, length: this.wordLength(source, place) }, message, advice);
  }

  note(place: Place, message: string, advice?: string): void {
    const source = this.source(place.file);
    source.note({ line: place.line, column: place.column, length: this.wordLength(source, place) }, message, advice);
  }

  /** All that was said, by file, line and column. */
  all(): readonly Located[] {
    const said = [...this.located, ...[...this.sources.values()].flatMap((source) => source.located)];
    return said.sort(
      (a, b) => compare(a.place.file, b.place.file) || a.place.line - b.place.line || a.place.column - b.place.column,
    );
  }

  /** The word at a place, up to the next blank or sign of its format. */
  private wordLength(source: Source, place: Place): number {
    const rest = (source.lines[place.line - 1] ?? '').slice(place.column - 1);
    return /^"(?:[^"\\]|\\.)*"|^[^\s,\]}'":]+/.exec(rest)?.[0].length ?? 1;
  }
}

export const at = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

/** Byte order, the same on every machine. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

import { type Paint, PLAIN } from '../report/paint.ts';

/** Everything of the process that a command may use: so that a test can stand in for it. */
export interface Io {
  /** Data: what a pipe gets. */
  readonly out: (text: string) => void;
  /** Errors, progress, log. */
  readonly err: (text: string) => void;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `--color` and `--no-color` say it; else NO_COLOR (no-color.org), FORCE_COLOR, and whether a terminal reads along. */
export function wantsColour(asked: boolean | undefined, isTty: boolean, env: Io['env']): boolean {
  if (asked !== undefined) return asked;
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '0') !== '0') return true;
  return isTty && env['TERM'] !== 'dumb';
}

/** The paint of a stream; `util.styleText` is loaded only where it is wanted. */
export async function paintFor(colour: boolean): Promise<Paint> {
  if (!colour) return PLAIN;
  const { styleText } = await import('node:util');
  const style = (format: 'green' | 'red' | 'yellow' | 'bold' | 'dim') => (text: string) =>
    styleText(format, text, { validateStream: false });
  return {
    good: style('green'),
    bad: style('red'),
    doubtful: style('yellow'),
    strong: style('bold'),
    faint: style('dim'),
  };
}

import type { Result } from '../located.ts';
import { Source, type Word } from '../source.ts';
import { newDnsmasq, readOption, type SeenDnsmasq, SHORT } from './options.ts';

/**
 * Reads the command lines of dnsmasq: `/proc/PID/cmdline` (words end with NUL) or lines of `ps`, one process a line.
 * A process and its child (the same words) are one server.
 */
export function parseDnsmasqCmdline(text: string, file: string): Result<readonly SeenDnsmasq[]> {
  const source = new Source(text, file);
  const servers = new Map<string, SeenDnsmasq>();
  for (let line = 1; line <= source.lines.length; line++) {
    const words = source.lines[line - 1]?.includes('\0') === true ? split(source, line) : source.words(line);
    const start = words.findIndex(({ text: word }) => /(^|\/)dnsmasq$/.test(word));
    if (words.length === 0) continue;
    if (start < 0)
      source.note(
        source.whole(line),
        'this line shows no dnsmasq',
        'give `/proc/PID/cmdline`, or lines of `ps` with all of the command',
      );
    else if (words[start - 1]?.text !== 'grep') addServer(source, servers, words.slice(start));
  }
  return source.result([...servers.values()]);
}

/** `ps` separates with blanks, the kernel ends each word with NUL, so that a word may hold blanks there. */
function split(source: Source, line: number): readonly Word[] {
  const text = source.lines[line - 1] ?? '';
  return [...text.matchAll(/[^\0]+/g)].map(({ 0: word, index }) => ({
    text: word,
    line,
    column: index + 1,
    length: word.length,
  }));
}

function addServer(source: Source, servers: Map<string, SeenDnsmasq>, words: readonly Word[]): void {
  const command = words.map(({ text }) => text).join('\0');
  const [program] = words;
  if (program === undefined || servers.has(command)) return;
  const server = newDnsmasq(source.place(program));
  for (let i = 1; i < words.length; i++) i += readWord(source, server, words[i], words[i + 1]);
  servers.set(command, server);
}

/** `--name=value`, `--name value`, `-xvalue`, `-x value`. @returns how many more words it took */
function readWord(source: Source, server: SeenDnsmasq, word: Word | undefined, next: Word | undefined): number {
  const [, long, sign, value] = /^--([a-z0-9-]+)(=?)(.*)$/s.exec(word?.text ?? '') ?? [];
  const [, short, glued] = /^-([A-Za-z0-9])(.*)$/s.exec(word?.text ?? '') ?? [];
  const name = long ?? SHORT[short ?? ''];
  if (word === undefined || name === undefined) return 0;
  const own = long === undefined ? glued : sign === '=' ? value : undefined;
  if (own !== undefined && (own !== '' || sign === '=')) {
    const column = word.column + word.text.length - own.length;
    if (own === '')
      server.files.set(name, ''); // `--conf-file=` reads no file, not even the usual one
    else readOption(source, server, name, { text: own, line: word.line, column, length: own.length });
    return 0;
  }
  if (
    next === undefined ||
    next.text.startsWith('-') ||
    (long !== undefined && !Object.values(SHORT).includes(long) && long !== 'dhcp-hostsfile')
  )
    return 0;
  readOption(source, server, name, next);
  return 1;
}

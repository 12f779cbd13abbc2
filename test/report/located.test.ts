import { describe, expect, it } from 'vitest';
import type { Located } from '../../src/parse/located.ts';
import { printLocated } from '../../src/report/located.ts';

const located = (line: string, column: number, length: number, rest: Partial<Located> = {}): Located => ({
  severity: 'error',
  place: { file: 'compute-1/iptables-save.txt', line: 12, column },
  length,
  line,
  message: 'unknown option `--dprot`',
  ...rest,
});

describe('a located error', () => {
  it('is printed with its place, its line, a caret under the place and one line of advice', () => {
    const text = printLocated(located('-A INPUT -p tcp --dprot 22', 17, 7, { advice: 'did you mean `--dport`?' }));
    expect(text).toBe(
      [
        'compute-1/iptables-save.txt:12:17: error: unknown option `--dprot`',
        '  -A INPUT -p tcp --dprot 22',
        '                  ^~~~~~~',
        '  did you mean `--dport`?',
        '',
      ].join('\n'),
    );
  });

  it('keeps tabs, so that the caret stands where a terminal shows the place', () => {
    const [, line, caret] = printLocated(located('\tkey\tvalue', 6, 5)).split('\n');
    expect(line).toBe('  \tkey\tvalue');
    expect(caret).toBe('  \t   \t^~~~~');
  });

  it('shows the part of a long line that the place is in, whatever the place', () => {
    const long = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
    for (const column of [1, 5, 50, 120, 250, long.length - 3, long.length]) {
      const [, line = '', caret = ''] = printLocated(located(long, column, 4)).split('\n');
      expect(line.length).toBeLessThanOrEqual(100);
      expect(caret.length).toBeLessThanOrEqual(100);
      expect(line[caret.indexOf('^')]).toBe(long[column - 1]);
    }
  });

  it('prints no line where there is none', () => {
    expect(printLocated(located('', 1, 1, { severity: 'note', message: 'empty' }))).toBe(
      'compute-1/iptables-save.txt:12:1: note: empty\n',
    );
  });
});

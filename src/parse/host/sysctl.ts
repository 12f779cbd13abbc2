import { isModelled } from '../../network/access.ts';
import type { Setting } from '../../network/network.ts';
import type { Result } from '../located.ts';
import { Source } from '../source.ts';

export interface SeenSettings {
  readonly settings: ReadonlyMap<string, Setting>;
  /** The file is the whole of `sysctl -a`, so that a setting which is not in it does not exist. */
  readonly complete: boolean;
}

/** Whole numbers that decide something; elsewhere a value may be any text. */
const isNumber = (key: string): boolean => isModelled(key) || /^net\.bridge\.bridge-nf-[a-z0-9-]+$/.test(key);

/** Reads `sysctl -a` or any part of it: `key = value` a line; what is said of unreadable keys is passed over. */
export function parseSysctl(text: string, file: string): Result<SeenSettings> {
  const source = new Source(text, file);
  const settings = new Map<string, Setting>();
  for (let line = 1; line <= source.lines.length; line++) {
    const whole = source.whole(line);
    if (whole.text === '' || /^[#;]/.test(whole.text) || /^(sysctl|error): /.test(whole.text)) continue;
    const [, written, value] = /^([A-Za-z][^\s=]*)\s*=\s?(.*)$/.exec(whole.text) ?? [];
    if (written === undefined || value === undefined) {
      source.note(whole, 'this line is no part of a `sysctl -a` listing', 'delete it, or leave it: it is not read');
      continue;
    }
    const key = dotted(written);
    const at = { ...whole, column: whole.column + whole.text.length - value.length, length: Math.max(1, value.length) };
    const before = settings.get(key);
    if (isNumber(key) && !/^-?\d+$/.test(value))
      source.error(at, `\`${key}\` is \`${value}\`, no whole number`, 'give the line as `sysctl` printed it');
    else if (isNumber(key) && before !== undefined && before.value !== value)
      source.error(
        whole,
        `\`${key}\` was \`${before.value}\` in line ${before.place.line}`,
        'a setting has one value: leave one line',
      );
    else settings.set(key, { value, place: source.place(whole) });
  }
  return source.result({ settings, complete: isWhole(settings) });
}

/** `net/ipv4/conf/eth0.10/rp_filter` is the other way to write a key: there a dot belongs to the name. */
const dotted = (key: string): string => (key.includes('/') ? key.split('/').join('.') : key);

/**
 * `sysctl -a` walks all of `/proc/sys`, so the whole of it has its first and its last folders and every interface's
 * `conf`; a part (`sysctl net`, a grep) lacks one of them.
 */
function isWhole(settings: ReadonlyMap<string, Setting>): boolean {
  const has = (start: string): boolean => [...settings.keys()].some((key) => key.startsWith(start));
  return (
    [
      'fs.',
      'kernel.',
      'vm.',
      'net.core.',
      'net.ipv4.conf.all.',
      'net.ipv4.conf.default.',
      'net.ipv4.conf.lo.',
      'net.ipv4.ip_forward',
    ].every(has) && settings.size > 200
  );
}

export const printSysctl = (settings: ReadonlyMap<string, Setting>): string =>
  [...settings].map(([key, { value }]) => `${key} = ${value}\n`).join('');

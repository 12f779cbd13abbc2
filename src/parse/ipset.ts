import type { IpSet, SetEntry } from '../network/ruleset.ts';
import { asText } from '../packet/scalar.ts';
import { readCreation, type SetHeader } from './ipset/header.ts';
import { readMember } from './ipset/member.ts';
import { splitWords } from './iptables/words.ts';
import type { Result } from './located.ts';
import { Source, type Word } from './source.ts';

/** A set while its entries are being read. */
interface Growing {
  readonly header: SetHeader;
  readonly at: Word;
  entries: readonly SetEntry[];
}

/**
 * Reads what `ipset save` printed (or a file for `ipset restore`). Timeouts, counters and comments are noted and take no
 * part: an entry that is there counts as lasting.
 */
export function parseIpsetSave(text: string, file: string): Result<ReadonlyMap<string, IpSet>> {
  const source = new Source(text, file);
  const sets = new Map<string, Growing>();
  for (let line = 1; line <= source.lines.length; line++) readLine(source, sets, line);
  checkLists(source, sets);
  const read = [...sets].map(([name, { header, at, entries }]): [string, IpSet] => [
    name,
    { name, type: header.type, ...(header.inet6 && { family: 6 as const }), entries, place: source.place(at) },
  ]);
  return source.result(new Map(read));
}

// biome-ignore format: a table
const COMMANDS: Readonly<Record<string, 'create' | 'add' | 'del' | 'flush' | 'destroy'>> = {
  create: 'create', new: 'create', n: 'create', '-N': 'create', '-n': 'create',
  add: 'add', '-A': 'add', del: 'del', '-D': 'del',
  flush: 'flush', '-F': 'flush', destroy: 'destroy', x: 'destroy', '-X': 'destroy',
};

const IGNORED = new Set(['-exist', '-!', '--exist']);

function readLine(source: Source, sets: Map<string, Growing>, line: number): void {
  const whole = source.whole(line);
  if (whole.text === '' || whole.text.startsWith('#') || whole.text === 'COMMIT') return;
  const [command, ...words] = splitWords(source, line).filter(({ text }) => !IGNORED.has(text));
  const kind = command === undefined || !Object.hasOwn(COMMANDS, command.text) ? undefined : COMMANDS[command.text];
  if (command === undefined) return;
  if (kind === undefined) return source.note(whole, 'not read: this is no line of `ipset save`');
  const [name, ...rest] = words;
  if (name === undefined)
    source.error(command, `\`${command.text}\` needs the name of a set`, `write \`${command.text} NAME …\``);
  else if (kind === 'create') create(source, sets, name, rest);
  else change(source, sets, kind, name, rest);
}

function create(source: Source, sets: Map<string, Growing>, name: Word, rest: readonly Word[]): void {
  if (sets.has(name.text))
    source.error(
      name,
      `set \`${name.text}\` is there already`,
      'a set is created once: destroy it before, or leave one out',
    );
  const header = readCreation(source, name, rest);
  if (header !== undefined) sets.set(name.text, { header, at: name, entries: [] });
}

function change(
  source: Source,
  sets: Map<string, Growing>,
  kind: 'add' | 'del' | 'flush' | 'destroy',
  name: Word,
  rest: readonly Word[],
): void {
  const set = sets.get(name.text);
  if (set === undefined) return source.error(name, `no set \`${name.text}\``, 'a set is created before it is filled');
  if (kind === 'destroy') return void sets.delete(name.text);
  if (kind === 'flush') return void (set.entries = []);
  const made = readMember(source, set.header, name, rest);
  if (kind === 'add') set.entries = place(set.entries, made, rest);
  else set.entries = set.entries.filter((entry) => !made.some((gone) => key(gone) === key(entry)));
}

const key = ({ parts }: SetEntry): string => asText(parts);

/** A member of a list goes to the end, or `before` or `after` another one. */
function place(entries: readonly SetEntry[], made: readonly SetEntry[], rest: readonly Word[]): readonly SetEntry[] {
  const side = rest.findIndex(({ text }) => text === 'before' || text === 'after');
  const other =
    side < 0
      ? -1
      : entries.findIndex(({ parts: [part] }) => part?.kind === 'set' && part.name === rest[side + 1]?.text);
  if (other < 0) return [...entries, ...made];
  return entries.toSpliced(rest[side]?.text === 'before' ? other : other + 1, 0, ...made);
}

/** A list may hold sets that are there, and no lists (`IPSET_ERR_LOOP`). */
function checkLists(source: Source, sets: ReadonlyMap<string, Growing>): void {
  for (const { at, entries } of sets.values())
    for (const { parts } of entries)
      for (const part of parts) {
        if (part.kind !== 'set') continue;
        const member = sets.get(part.name);
        if (member === undefined)
          source.error(
            at,
            `list \`${at.text}\` holds set \`${part.name}\`, which is not there`,
            'a list holds sets of the same capture: take it whole, with `ipset save`',
          );
        else if (member.header.type === 'list:set')
          source.error(at, `list \`${at.text}\` holds list \`${part.name}\``, 'a list holds sets, no other lists');
      }
}

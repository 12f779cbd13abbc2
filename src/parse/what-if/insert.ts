import type { Edit } from '../../network/edit.ts';
import { BUILT_IN } from '../../network/edit-ruleset.ts';
import type { Network, Node } from '../../network/network.ts';
import type { Ruleset, Table, TableName } from '../../network/ruleset.ts';
import { TableBuilder } from '../iptables/build.ts';
import { readCommandLine } from '../iptables/line.ts';
import { splitWords } from '../iptables/words.ts';
import { Source, type Word } from '../source.ts';
import { cut, findNode, findTable, knownRules } from './words.ts';

const SHAPE =
  "write `'node:-t TABLE -I CHAIN N …'`, as `iptables` takes it (-A appends), with `-6` as `ip6tables` does";
const COMMAND = /^(-[ACDEFILNPRSXZ]|--(append|check|delete|rename-chain|flush|insert|list|new|policy|replace|zero).*)/;
const PUTS = /^(-[AI]|--(append|insert)$)/;

/** Reads the argument of `--insert`: `node:-t T -I CHAIN N …`, with `-6` for ip6tables. A comma list of addresses makes several rules, as in iptables. */
export function parseInsert(word: Word, network: Network, source: Source): readonly Edit[] {
  const halves = cut(word, ':');
  if (halves === undefined || /\s/.test(halves[0].text)) {
    source.error(word, 'no node before the rule', SHAPE);
    return [];
  }
  const [nodeWord, line] = halves;
  const node = findNode(nodeWord, network, source);
  const words = splitWords(blanked(line, source), line.line);
  const table = tableOf(words, source);
  if (!puts(words, line, source) || node === undefined || table === undefined) return [];
  const family = words.some(({ text }) => text === '-6' || text === '--ipv6') ? 6 : undefined;
  const rules = knownRules(node, family, line, source);
  return rules === undefined ? [] : inserted({ node, family, rules, table, line, source });
}

/** The argument with blanks for `node:`, so that columns stay what they are, behind other lines. */
function blanked(
  line: Word,
  { file }: Source,
  before: readonly string[] = Array<string>(line.line - 1).fill(''),
): Source {
  return new Source([...before, ' '.repeat(line.column - 1) + line.text].join('\n'), file);
}

function tableOf(words: readonly Word[], source: Source): TableName | undefined {
  const at = words.findIndex(({ text }) => /^(-t|--table(=|$))/.test(text));
  const found = words[at];
  if (found === undefined) return 'filter';
  const attached = /^(?:-t|--table=)(.+)$/.exec(found.text)?.[1];
  const word = attached === undefined ? words[at + 1] : { ...found, text: attached };
  if (word !== undefined) return findTable(word, source);
  source.error(found, `\`${found.text}\` needs an argument`, SHAPE);
  return undefined;
}

function puts(words: readonly Word[], line: Word, source: Source): boolean {
  const command = words.find(({ text }) => COMMAND.test(text));
  if (command !== undefined && PUTS.test(command.text)) return true;
  source.error(command ?? line, command === undefined ? 'no `-I CHAIN`' : `\`${command.text}\` inserts no rule`, SHAPE);
  return false;
}

/** Where a new line goes. */
interface Site {
  readonly node: Node;
  readonly family: 6 | undefined;
  readonly rules: Ruleset;
  readonly table: TableName;
  readonly line: Word;
  readonly source: Source;
}

/**
 * Reads the whole table again with the new line at its end, so that the kernel's own checks (loops, hooks, protocols)
 * hold for what comes out, and picks the new rules out of it.
 */
function inserted(site: Site): readonly Edit[] {
  const { rules, table: name, line, source } = site;
  const old = rules.tables.get(name);
  const before = [...(old?.chains.values() ?? [])].flatMap(({ rules }) => rules.map(({ text }) => text));
  const whole = blanked(line, source, before);
  const last = before.length + 1;
  const builder = declared(site, old, whole);
  for (const at of [...before.keys()].map((i) => i + 1).concat(last)) readCommandLine(whole, whole.whole(at), builder);
  const table = builder.finish();
  for (const { place, length, message, advice, severity } of whole.located)
    if (severity === 'error')
      source.error(
        place.line === last ? { ...line, column: place.column, length } : line,
        message,
        advice ?? 'write the rule as `iptables` takes it',
      );
  return source.located.length > 0 ? [] : picked(site, table, last);
}

function declared({ table: name, family }: Site, old: Table | undefined, source: Source): TableBuilder {
  const builder = new TableBuilder(name, source, family);
  const chains = new Set<string>([...BUILT_IN[name], ...(old?.chains.keys() ?? [])]);
  for (const chain of chains) builder.declare({ text: chain, line: 1, column: 1, length: 1 });
  return builder;
}

const picked = ({ node, family, line, source }: Site, table: Table, last: number): readonly Edit[] =>
  [...table.chains.values()].flatMap(({ name: chain, rules }) =>
    rules
      .filter(({ place }) => place.line === last)
      .map(
        (rule): Edit => ({
          kind: 'insert',
          node: node.name,
          ...(family !== undefined && { family }),
          table: table.name,
          chain,
          number: rule.number,
          rule: { ...rule, place: source.place(line) },
        }),
      ),
  );

import { BUILT_IN } from '../../network/edit-ruleset.ts';
import type { Rule, Ruleset, TableName } from '../../network/ruleset.ts';
import type { Result } from '../located.ts';
import { Source, type Word } from '../source.ts';
import { checkNewRules } from './check.ts';
import { newDraft } from './draft.ts';
import { finishRules } from './finish.ts';
import { readWords } from './read.ts';
import { splitWords } from './words.ts';

/** A command that puts rules into a chain, as `iptables` takes it. */
export interface RuleCommand {
  readonly table: TableName;
  readonly chain: string;
  /** Where the first rule goes, from 1; absent: at the end (`-A`). */
  readonly position?: number;
  /** Several where `-s` or `-d` is a list, in the order in which they stand in the chain afterwards; `number` is 0. */
  readonly rules: readonly Rule[];
}

/** Where a rule is to be put: the table, where the text does not name it with `-t`, and what is there. */
export interface RuleSite {
  readonly ruleset: Ruleset;
  readonly table?: TableName;
  readonly file: string;
}

/**
 * Reads one rule with its command: `[-t TABLE] -A CHAIN …` or `-I CHAIN [N] …`.
 * @returns every error, also those that the kernel would find: no such chain, a loop, a target that may not stand there
 */
export function parseRule(text: string, site: RuleSite): Result<RuleCommand> {
  const source = new Source(text, site.file);
  const words = splitWords(source, 1);
  const { rest, table } = takeTable(source, words, site.table ?? 'filter');
  const chains = new Set([...(site.ruleset.tables.get(table)?.chains.keys() ?? []), ...BUILT_IN[table]]);
  const draft = newDraft(source, source.whole(1), table, chains);
  readWords(draft, rest);
  const { command } = draft;
  const chain = command?.chain;
  if (command === undefined || chain === undefined || (command.name !== 'append' && command.name !== 'insert')) {
    source.error(source.whole(1), 'no rule to put somewhere', 'write `-A CHAIN …` or `-I CHAIN [N] …`');
    return source.result({ table, chain: '', rules: [] });
  }
  if (!chains.has(chain.text))
    source.error(chain, `table ${table} has no chain \`${chain.text}\``, `it has: ${[...chains].join(', ')}`);
  const placed = finishRules(draft, chain.text);
  checkNewRules(table, chain.text, placed, site.ruleset, source);
  const rules = placed.map(({ rule }) => rule);
  if (command.name === 'append') return source.result({ table, chain: chain.text, rules });
  const position = command.argument === undefined ? 1 : Number(command.argument.text);
  const most = (site.ruleset.tables.get(table)?.chains.get(chain.text)?.rules.length ?? 0) + 1;
  if (position < 1 || position > most)
    source.error(command.argument ?? command.at, `chain ${chain.text} has no place ${position}`, `from 1 to ${most}`);
  // each rule of a list goes to the same place, so that the last stands first
  return source.result({ table, chain: chain.text, position, rules: rules.toReversed() });
}

/** `-t TABLE`, `--table TABLE` or `--table=TABLE`, wherever it stands. */
function takeTable(source: Source, words: readonly Word[], fallback: TableName) {
  const at = words.findIndex(({ text }) => text === '-t' || text === '--table');
  const name = words[at + 1];
  if (at < 0 || name === undefined) return { rest: words, table: fallback };
  const rest = words.toSpliced(at, 2);
  if (Object.hasOwn(BUILT_IN, name.text)) return { rest, table: name.text as TableName };
  source.error(name, `no table \`${name.text}\``, `one of: ${Object.keys(BUILT_IN).join(', ')}`);
  return { rest, table: fallback };
}

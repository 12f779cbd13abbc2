import type { Family } from '../../extension/codec/codec.ts';
import { BUILT_IN } from '../../network/edit-ruleset.ts';
import type { Chain, Rule, Table, TableName } from '../../network/ruleset.ts';
import type { Place } from '../../packet/place.ts';
import type { Source, Word } from '../source.ts';
import { checkTable } from './check.ts';
import { type Command, type Draft, newDraft } from './draft.ts';
import { finishRules, type PlacedRule } from './finish.ts';
import { PrintedRules } from './printed.ts';
import { readWords } from './read.ts';

interface Growing {
  policy?: 'ACCEPT' | 'DROP';
  readonly place: Place;
  readonly rules: PlacedRule[];
}

/** A table while its lines are being read. */
export class TableBuilder {
  readonly name: TableName;
  readonly #source: Source;
  readonly #family: Family;
  readonly #chains = new Map<string, Growing>();
  readonly #printed: PrintedRules;

  constructor(name: TableName, source: Source, family: Family = 4) {
    this.name = name;
    this.#family = family;
    this.#source = source;
    this.#printed = new PrintedRules({ source, table: name, chains: this.#chains });
  }

  /** Whether the chain is a hook's own. */
  isBuiltIn(chain: string): boolean {
    return (BUILT_IN[this.name] as readonly string[]).includes(chain);
  }

  /** Makes a chain known; one that is there stays as it is. */
  declare(chain: Word, policy?: 'ACCEPT' | 'DROP'): Growing {
    const known = this.#chains.get(chain.text);
    const growing: Growing = known ?? { place: this.#source.place(chain), rules: [] };
    if (known === undefined) this.#printed.forget();
    if (this.isBuiltIn(chain.text)) growing.policy = policy ?? growing.policy ?? 'ACCEPT';
    this.#chains.set(chain.text, growing);
    return growing;
  }

  has(chain: string): boolean {
    return this.#chains.has(chain) || this.isBuiltIn(chain);
  }

  /** Reads a line `-A CHAIN …`, with or without counters, that looks as it is printed; says whether it was one. */
  readPrinted(line: Word): boolean {
    if (this.#family === 6) return false;
    const { text } = line;
    const command = text.startsWith('[') ? text.indexOf(' ') + 1 : 0;
    const behind = text.indexOf(' ', command + 3);
    const end = behind < 0 ? text.length : behind;
    const chain = text.startsWith('-A ', command) ? this.#chains.get(text.slice(command + 3, end)) : undefined;
    const placed = chain === undefined ? undefined : this.#printed.read(line, text.slice(command), end + 1 - command);
    if (placed !== undefined) chain?.rules.push(placed);
    return placed !== undefined;
  }

  /** Reads one line with a command: `-A`, `-I`, `-N`, `-P`, `-F`, `-X`, `-D`, `-R`, `-Z`. */
  readCommand(words: readonly Word[], line: Word): void {
    const draft = newDraft(this.#source, line, this.name, this.#chains, this.#family);
    readWords(draft, words);
    if (draft.only !== undefined && draft.only !== this.#family)
      return this.#source.note(line, `a rule for IPv${draft.only} only: no part of this table`);
    if (draft.command === undefined) this.#source.error(line, 'a rule without `-A CHAIN`', 'begin it with `-A CHAIN`');
    else this.#run(draft.command, draft);
  }

  /** The table with all its chains, checked as the kernel checks it when it is committed. */
  finish(): Table {
    checkTable(this.name, this.#chains, this.#source, this.#family);
    const chains = [...this.#chains].map(([name, { policy, place, rules }]): [string, Chain] => [
      name,
      { name, ...(policy === undefined ? {} : { policy }), rules: numbered(rules), place },
    ]);
    return { name: this.name, chains: new Map(chains) };
  }

  #run(command: Command, draft: Draft): void {
    if (command.name === 'zero') return;
    if (command.name === 'flush' || command.name === 'delete-chain') return this.#clear(command);
    if (command.chain === undefined) return;
    if (command.name === 'new-chain') this.#make(command.chain);
    else if (command.name === 'policy') this.#setPolicy(command.chain, command.argument as Word);
    else if (EDITS.has(command.name)) this.#edit(command, command.chain, draft);
    else this.#source.error(command.at, `\`${command.at.text}\` is not read`, 'write what the table holds in the end');
  }

  #make(chain: Word): void {
    if (this.has(chain.text))
      this.#source.error(
        chain,
        `chain \`${chain.text}\` is there already`,
        'a chain is made once: leave one of the lines out',
      );
    else this.declare(chain);
  }

  #setPolicy(chain: Word, policy: Word): void {
    if (!this.isBuiltIn(chain.text))
      this.#source.error(
        chain,
        `\`${chain.text}\` is no built-in chain of ${this.name}: it has no policy`,
        `built-in chains of ${this.name}: ${BUILT_IN[this.name].join(', ')}`,
      );
    else if (policy.text === 'ACCEPT' || policy.text === 'DROP') this.declare(chain, policy.text);
    else this.#source.error(policy, `\`${policy.text}\` is no policy`, 'ACCEPT or DROP');
  }

  #clear({ name, chain }: Command): void {
    const chosen = chain === undefined ? [...this.#chains.keys()] : [chain.text];
    if (chain !== undefined && !this.has(chain.text)) return this.#missing(chain);
    for (const one of chosen) {
      if (name === 'flush') this.#chains.get(one)?.rules.splice(0);
      else if (!this.isBuiltIn(one) && this.#chains.get(one)?.rules.length === 0) this.#chains.delete(one);
    }
  }

  #edit({ name, argument }: Command, chain: Word, draft: Draft): void {
    if (!this.has(chain.text)) return this.#missing(chain);
    const { rules } = this.declare(chain);
    const byNumber = argument !== undefined && name === 'delete';
    const position = argument === undefined ? 1 : Number(argument.text);
    if (argument !== undefined && (position < 1 || position > rules.length + (name === 'insert' ? 1 : 0)))
      return this.#source.error(
        argument,
        `chain ${chain.text} has no place ${position}`,
        `it has ${rules.length} rules`,
      );
    if (byNumber) rules.splice(position - 1, 1);
    else this.#put(name, rules, position, finishRules(draft, chain.text), draft);
  }

  #put(name: string, rules: PlacedRule[], position: number, made: readonly PlacedRule[], draft: Draft): void {
    if (name === 'append') rules.push(...made);
    // several rules of one `-I` each go to the same place, so that the last stands first
    else if (name === 'insert') for (const rule of made) rules.splice(position - 1, 0, rule);
    else if (name === 'replace') rules.splice(position - 1, 1, ...made);
    else for (const { rule } of made) this.#take(rules, rule.text, draft);
  }

  #take(rules: PlacedRule[], text: string, draft: Draft): void {
    const at = rules.findIndex(({ rule }) => rule.text === text);
    if (at < 0)
      this.#source.error(
        draft.line,
        'no rule like this is there to delete',
        'write it as `iptables-save` prints it, or delete by number',
      );
    else rules.splice(at, 1);
  }

  #missing(chain: Word): void {
    this.#source.error(
      chain,
      `table ${this.name} has no chain \`${chain.text}\``,
      `declare it before: \`:${chain.text} - [0:0]\` or \`-N ${chain.text}\``,
    );
  }
}

const EDITS: ReadonlySet<string> = new Set(['append', 'insert', 'replace', 'delete']);

/** The rules of a chain that is complete, with their positions. */
function numbered(placed: readonly PlacedRule[]): readonly Rule[] {
  return placed.map(({ rule }, i) => {
    rule.number = i + 1;
    return rule;
  });
}

import type { Family } from '../../extension/codec/codec.ts';
import type { HookName } from '../../extension/definition.ts';
import { BUILT_IN } from '../../network/edit-ruleset.ts';
import type { TableName } from '../../network/ruleset.ts';
import type { Source, Word } from '../source.ts';
import type { Loaded } from './draft.ts';
import type { PlacedRule } from './finish.ts';
import { readAgain } from './printed.ts';

interface ChainRules {
  readonly rules: readonly PlacedRule[];
}

/** A table with all its chains, and who hears what is wrong with it. */
interface Checked {
  readonly family: Family;
  readonly table: TableName;
  readonly chains: ReadonlyMap<string, ChainRules>;
  readonly source: Source;
}

/** The chain that a rule leads to. */
function chainAfter({ rule: { action } }: PlacedRule): string | undefined {
  return action.kind === 'jump' || action.kind === 'goto' ? action.chain : undefined;
}

/** The words of a rule that was just read, where they stand in its own line. */
const wordsOf = (one: PlacedRule, { source, table, chains }: Checked): Pick<PlacedRule, 'loaded' | 'jump'> =>
  one.shared === undefined ? one : readAgain(one, { source, table, chains });

const lineOf = ({ rule }: PlacedRule, source: Source): Word => source.whole(rule.place.line);

/** Says everything that the kernel would refuse when the table is committed. */
export function checkTable(
  table: TableName,
  chains: ReadonlyMap<string, ChainRules>,
  source: Source,
  family: Family = 4,
): void {
  const checked: Checked = { family, table, chains, source };
  checkJumps(checked);
  checkRules(checked, reachableHooks(checked));
}

function checkRules(checked: Checked, reached: ReadonlyMap<string, ReadonlySet<HookName>>): void {
  for (const [name, { rules }] of checked.chains) {
    const hooks = [...(reached.get(name) ?? [])];
    for (const one of rules) checkRule(checked, name, one, hooks);
  }
}

const isHook = (table: TableName, chain: string): boolean => (BUILT_IN[table] as readonly string[]).includes(chain);

function checkJumps(checked: Checked): void {
  const { table, chains, source } = checked;
  for (const { rules } of chains.values())
    for (const one of rules) {
      const to = chainAfter(one);
      if (to === undefined || (chains.has(to) && !isHook(table, to))) continue;
      const at = wordsOf(one, checked).jump ?? lineOf(one, source);
      if (isHook(table, to))
        source.error(
          at,
          `built-in chain \`${to}\` cannot be jumped to`,
          'jump to a chain of your own, or give a target',
        );
      else source.error(at, `table ${table} has no chain \`${to}\``, 'no target of that name is known either');
    }
}

/** The rules of each chain that lead to chains. */
const jumpsOf = (chains: Checked['chains']): ReadonlyMap<string, readonly PlacedRule[]> =>
  new Map([...chains].map(([name, { rules }]) => [name, rules.filter((one) => chainAfter(one) !== undefined)]));

/** The hooks from which each chain is reached (`mark_source_chains`); a chain on its own way is an error. */
function reachableHooks(checked: Checked): ReadonlyMap<string, ReadonlySet<HookName>> {
  const jumps = jumpsOf(checked.chains);
  const reached = new Map<string, Set<HookName>>();
  const loops = new Map<string, PlacedRule>();
  const visit = (name: string, hook: HookName, way: readonly string[]): void => {
    const hooks = reached.get(name) ?? new Set<HookName>();
    if (hooks.has(hook)) return;
    reached.set(name, hooks.add(hook));
    for (const one of jumps.get(name) ?? []) {
      const to = chainAfter(one) as string;
      if (!way.includes(to) && to !== name) visit(to, hook, [...way, name]);
      else loops.set(to, one);
    }
  };
  for (const hook of BUILT_IN[checked.table]) visit(hook, hook, []);
  for (const [name, one] of loops) sayLoop(name, one, checked);
  return reached;
}

function sayLoop(name: string, one: PlacedRule, checked: Checked): void {
  const at = wordsOf(one, checked).jump;
  const message = `the chains run in a loop: \`${name}\` leads back to itself`;
  checked.source.error(
    at ?? checked.source.whole(1),
    message,
    'the kernel refuses such tables (ELOOP): take one of the jumps away',
  );
}

function checkRule(checked: Checked, chain: string, one: PlacedRule, hooks: readonly HookName[]): void {
  const { source } = checked;
  one.loaded.forEach((loaded, i) => {
    const wrong = refusal(checked, loaded, one, hooks);
    if (wrong === undefined) return;
    source.error(
      wordsOf(one, checked).loaded[i]?.at ?? lineOf(one, source),
      `${loaded.name}: ${wrong}`,
      'the kernel refuses the rule (EINVAL): write it where it is taken',
    );
  });
  const { header } = one.rule;
  // iptables.c refuses these for the chain that the rule stands in only
  if (header.in !== undefined && (chain === 'OUTPUT' || chain === 'POSTROUTING'))
    source.error(
      lineOf(one, source),
      `\`-i\` cannot stand in ${chain}: nothing comes in there`,
      'match with `-o`, or put the rule in a chain where packets come in',
    );
  if (header.out !== undefined && (chain === 'INPUT' || chain === 'PREROUTING'))
    source.error(
      lineOf(one, source),
      `\`-o\` cannot stand in ${chain}: nothing goes out there yet`,
      'match with `-i`, or put the rule in FORWARD, OUTPUT or POSTROUTING',
    );
}

/** What `xt_check_match` and `xt_check_target` would refuse. */
function refusal(
  { family, table }: Checked,
  loaded: Loaded,
  placed: PlacedRule,
  hooks: readonly HookName[],
): string | undefined {
  const { definition, given } = loaded;
  if (definition === undefined || loaded.broken) return undefined;
  const { families, tables, hooks: allowed, protocols, check } = definition;
  const { header } = placed.rule;
  const protocol = header.protocol?.inverted === false ? header.protocol.number : undefined;
  if (families?.includes(family) === false) return `it is not for IPv${family}`;
  if (tables?.includes(table) === false) return `it may stand in table ${tables.join(', ')} only`;
  const wrong = allowed === undefined ? undefined : hooks.find((hook) => !allowed.includes(hook));
  if (wrong !== undefined) return `it cannot be asked from ${wrong}, only from ${allowed?.join(', ')}`;
  if (protocols !== undefined && (protocol === undefined || !protocols.includes(protocol)))
    return 'the rule must name its protocol with `-p`';
  if (check === undefined) return undefined;
  const standing = { family, table, hooks, beside: besides(placed, loaded) };
  return check(given, protocol === undefined ? standing : { ...standing, protocol });
}

const besides = ({ loaded }: PlacedRule, not: Loaded) =>
  loaded.filter((one) => one !== not).map(({ name, given }) => ({ name, options: given }));

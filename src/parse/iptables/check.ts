import type { HookName } from '../../extension/definition.ts';
import { BUILT_IN } from '../../network/edit-ruleset.ts';
import type { Rule, Ruleset, TableName } from '../../network/ruleset.ts';
import type { Source, Word } from '../source.ts';
import type { Loaded } from './draft.ts';
import type { PlacedRule } from './finish.ts';

/** Rules that were just read, or rules of a ruleset that has been checked before. */
type AnyRule = PlacedRule | Rule;
interface ChainRules {
  readonly rules: readonly AnyRule[];
}
type Chains = ReadonlyMap<string, ChainRules>;

/** The chain that a rule leads to, and where its name stands. */
function jumpOf(one: AnyRule): { readonly chain: string; readonly at?: Word } | undefined {
  if ('draft' in one)
    return one.draft.jump === undefined ? undefined : { chain: one.draft.jump.chain.text, at: one.draft.jump.chain };
  return one.action.kind === 'jump' || one.action.kind === 'goto' ? { chain: one.action.chain } : undefined;
}

/** Says everything that the kernel would refuse when the table is committed. */
export function checkTable(table: TableName, chains: Chains, source: Source): void {
  checkJumps(table, chains, source);
  const reached = reachableHooks(table, chains, source);
  checkRules(table, chains, reached);
}

/** Says everything that the kernel would refuse about rules that are to be put into a chain of a ruleset that it accepted. */
export function checkNewRules(
  table: TableName,
  chain: string,
  placed: readonly PlacedRule[],
  ruleset: Ruleset,
  source: Source,
): void {
  const chains: Map<string, ChainRules> = new Map(ruleset.tables.get(table)?.chains ?? []);
  const old = chains.get(chain)?.rules ?? [];
  chains.set(chain, { rules: [...old, ...placed] });
  checkJumps(table, chains, source);
  const reached = reachableHooks(table, chains, source);
  checkRules(table, chains, reached);
}

function checkRules(table: TableName, chains: Chains, reached: ReadonlyMap<string, ReadonlySet<HookName>>): void {
  for (const [name, { rules }] of chains)
    for (const one of rules) if ('draft' in one) checkRule(table, name, one, [...(reached.get(name) ?? [])]);
}

const isHook = (table: TableName, chain: string): boolean => (BUILT_IN[table] as readonly string[]).includes(chain);

function checkJumps(table: TableName, chains: Chains, source: Source): void {
  for (const { rules } of chains.values())
    for (const one of rules) {
      const to = jumpOf(one);
      if (to?.at === undefined || (chains.has(to.chain) && !isHook(table, to.chain))) continue;
      if (isHook(table, to.chain)) source.error(to.at, `built-in chain \`${to.chain}\` cannot be jumped to`);
      else source.error(to.at, `table ${table} has no chain \`${to.chain}\``, 'no target of that name is known either');
    }
}

/** The hooks from which each chain is reached (`mark_source_chains`); a chain on its own way is an error. */
function reachableHooks(table: TableName, chains: Chains, source: Source): ReadonlyMap<string, ReadonlySet<HookName>> {
  const reached = new Map<string, Set<HookName>>();
  const loops = new Map<string, Word | undefined>();
  const visit = (name: string, hook: HookName, way: readonly string[]): void => {
    const hooks = reached.get(name) ?? new Set<HookName>();
    if (hooks.has(hook)) return;
    reached.set(name, hooks.add(hook));
    for (const one of chains.get(name)?.rules ?? []) {
      const to = jumpOf(one);
      if (to === undefined) continue;
      if (way.includes(to.chain) || to.chain === name) loops.set(to.chain, to.at ?? loops.get(to.chain));
      else visit(to.chain, hook, [...way, name]);
    }
  };
  for (const hook of BUILT_IN[table]) visit(hook, hook, []);
  for (const [name, at] of loops)
    source.error(at ?? source.whole(1), `the chains run in a loop: \`${name}\` leads back to itself`);
  return reached;
}

function checkRule(table: TableName, chain: string, { draft }: PlacedRule, hooks: readonly HookName[]): void {
  for (const loaded of draft.loaded) {
    const wrong = refusal(table, loaded, draft, hooks);
    if (wrong !== undefined) draft.source.error(loaded.at, `${loaded.name}: ${wrong}`);
  }
  // iptables.c refuses these for the chain that the rule stands in only
  if (draft.header.in !== undefined && (chain === 'OUTPUT' || chain === 'POSTROUTING'))
    draft.source.error(draft.line, `\`-i\` cannot stand in ${chain}: nothing comes in there`);
  if (draft.header.out !== undefined && (chain === 'INPUT' || chain === 'PREROUTING'))
    draft.source.error(draft.line, `\`-o\` cannot stand in ${chain}: nothing goes out there yet`);
}

/** What `xt_check_match` and `xt_check_target` would refuse. */
function refusal(
  table: TableName,
  loaded: Loaded,
  draft: PlacedRule['draft'],
  hooks: readonly HookName[],
): string | undefined {
  const { definition, given } = loaded;
  if (definition === undefined || loaded.broken) return undefined;
  const { families, tables, hooks: allowed, protocols, check } = definition;
  const protocol = draft.header.protocol?.inverted === false ? draft.header.protocol.number : undefined;
  if (families?.includes(draft.family) === false) return `it is not for IPv${draft.family}`;
  if (tables?.includes(table) === false) return `it may stand in table ${tables.join(', ')} only`;
  const wrong = allowed === undefined ? undefined : hooks.find((hook) => !allowed.includes(hook));
  if (wrong !== undefined) return `it cannot be asked from ${wrong}, only from ${allowed?.join(', ')}`;
  if (protocols !== undefined && (protocol === undefined || !protocols.includes(protocol)))
    return 'the rule must name its protocol with `-p`';
  const standing = { family: draft.family, table, hooks, beside: besides(draft, loaded) };
  return check?.(given, protocol === undefined ? standing : { ...standing, protocol });
}

const besides = ({ loaded }: PlacedRule['draft'], not: Loaded) =>
  loaded.filter((one) => one !== not).map(({ name, given }) => ({ name, options: given }));

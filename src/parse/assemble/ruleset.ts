import type { Unmodelled } from '../../network/network.ts';
import type { Chain, Ruleset, TableName } from '../../network/ruleset.ts';
import { EMPTY_RULESET, TABLES } from '../../network/ruleset.ts';
import { assumed, type Known, known, notKnown } from '../../network/unknown.ts';
import type { Assumption, Place } from '../../packet/place.ts';
import { at, type Desk } from './desk.ts';
import { every, first, type Readings } from './facts.ts';

/** The rules of a node, and the tables that are shown where others are missing. */
export interface AssembledRules {
  readonly ruleset: Known<Ruleset>;
  readonly shown?: Ruleset;
}

/** Puts together `iptables-save` (which wins) and the tables of `iptables -S`, which must agree with it. */
export function assembleRules(node: string, readings: Readings, kernelDefaults: boolean, desk: Desk): AssembledRules {
  const saved = first(readings, 'ruleset');
  const listed = every(readings, 'table');
  if (saved !== undefined) {
    for (const { value } of listed) compareTable(saved, value.ruleset, value.name, desk);
    return { ruleset: known(saved) };
  }
  const shown: Ruleset = {
    tables: new Map(
      TABLES.flatMap((name) =>
        listed.flatMap(({ value }) => [...value.ruleset.tables].filter(([table]) => table === name)),
      ),
    ),
  };
  const missing = TABLES.filter((name) => !listed.some(({ value }) => value.name === name));
  if (missing.length === 0) return { ruleset: known(shown) };
  const what =
    missing.length === TABLES.length
      ? `the rules of ${node}`
      : `${missing.length === 1 ? 'table' : 'tables'} ${missing.join(', ')} of ${node}`;
  if (kernelDefaults) {
    const text = `${what} ${missing.length === TABLES.length ? 'are none' : `${missing.length === 1 ? 'holds' : 'hold'} no rules`} (kernel default: no capture shows them)`;
    return { ruleset: assumed(missing.length === TABLES.length ? EMPTY_RULESET : shown, { node, text }) };
  }
  return { ruleset: notKnown(`no capture shows ${what}`), ...(listed.length > 0 && { shown }) };
}

/** A dump has a line for each chain. Where rules stand without it, a line is lost, and with it the policy. */
export function assumedPolicies(node: string, { ruleset, shown }: AssembledRules, desk: Desk): readonly Assumption[] {
  const { tables } = ruleset.kind === 'known' ? ruleset.value : (shown ?? EMPTY_RULESET);
  return [...tables.values()].flatMap(({ name, chains }) =>
    [...chains.values()]
      .filter(({ policy, place }) => policy !== undefined && !isDeclared(desk, place))
      .map((chain) => ({ node, text: `the policy of ${name} ${chain.name} is ACCEPT (${chain.place.file} lacks it)` })),
  );
}

const isDeclared = (desk: Desk, { file, line }: Place): boolean =>
  /^\s*(:|-P|--policy)/.test(desk.source(file).lines[line - 1] ?? '');

const OTHERWISE = 'captures of one thing must agree: take both at one moment, or leave the wrong one out';

/** `iptables -S` and `iptables-save` print one table the same way, chain for chain and rule for rule. */
function compareTable(saved: Ruleset, listed: Ruleset, name: TableName, desk: Desk): void {
  const [one, other] = [saved.tables.get(name)?.chains, listed.tables.get(name)?.chains];
  for (const chain of other?.values() ?? []) {
    const same = one?.get(chain.name);
    if (same !== undefined) compareChain(same, chain, name, desk);
    else if (chain.rules.length > 0 || chain.policy === 'DROP' || (chain.policy === undefined && one !== undefined))
      desk.error(chain.place, `chain \`${chain.name}\` of table ${name} is not in ${placeOf(saved)}`, OTHERWISE);
  }
  for (const chain of one?.values() ?? [])
    if (
      other?.has(chain.name) !== true &&
      (chain.rules.length > 0 || chain.policy !== 'ACCEPT' || other === undefined) &&
      (other !== undefined || chain.rules.length > 0 || chain.policy === 'DROP')
    )
      desk.error(
        chain.place,
        `chain \`${chain.name}\` of table ${name} is not in the listing of \`iptables -t ${name} -S\``,
        OTHERWISE,
      );
}

function compareChain(saved: Chain, listed: Chain, table: TableName, desk: Desk): void {
  const policy = `policy of ${table} ${listed.name} is ${listed.policy ?? 'none'} here`;
  if (saved.policy !== listed.policy)
    return desk.error(listed.place, `${policy} and ${saved.policy ?? 'none'} at ${at(saved.place)}`, OTHERWISE);
  const length = Math.max(saved.rules.length, listed.rules.length);
  const differs = Array.from({ length }, (_, i) => i).find((i) => saved.rules[i]?.text !== listed.rules[i]?.text);
  if (differs === undefined) return undefined;
  const [one, other] = [saved.rules[differs], listed.rules[differs]];
  const rule = `rule ${differs + 1} of ${table} ${saved.name}`;
  const [here, there] = other === undefined ? [one, listed.place.file] : [other, saved.place.file];
  const same = one === undefined || other === undefined ? undefined : `\`${one.text}\` at ${at(one.place)}`;
  const message =
    same === undefined
      ? `${rule}, \`${here?.text}\`, is not in ${there}`
      : `${rule} is \`${other?.text}\` here, and ${same}`;
  return desk.error(here?.place ?? listed.place, message, OTHERWISE, 'line');
}

const placeOf = (ruleset: Ruleset): string =>
  [...ruleset.tables.values()].flatMap(({ chains }) => [...chains.values()])[0]?.place.file ?? 'iptables-save.txt';

/** Rules that the model does not know decide over the same packets as those of the iptables captures. */
export function undecidedBy(unmodelled: readonly Unmodelled[], ruleset: Known<Ruleset>): Known<Ruleset> {
  const other = unmodelled.find(({ decides }) => decides === 'ip');
  return other === undefined ? ruleset : notKnown(`${other.what}: ${other.reason}`);
}

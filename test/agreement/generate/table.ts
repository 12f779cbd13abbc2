import fc from 'fast-check';
import type { Hook, TableName } from '../../../src/network/ruleset.ts';
import { header, isModelled, joined, match, protocol, type Text } from './match.ts';
import { portedTarget, target } from './target.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { WorldTable } from './world.ts';

/** The built-in chains of each table (`iptables -t TABLE -L`). */
export const CHAINS: Readonly<Record<TableName, readonly Hook[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** The rest of a rule, from its matches to its target. */
function body(words: Vocabulary, table: TableName, hooks: readonly Hook[], jumps: readonly string[]): Text {
  const own = fc
    .tuple(protocol, match(words, hooks, table), target(words, table, hooks))
    .map(([proto, text, action]) => joined([proto, text, action === '' ? '' : `-j ${action}`]));
  const choices: fc.WeightedArbitrary<string>[] = [{ weight: 8, arbitrary: own }];
  if (table === 'nat' || table === 'filter') choices.push({ weight: 2, arbitrary: ported(words, table, hooks) });
  if (jumps.length > 0) choices.push({ weight: 5, arbitrary: jump(words, table, hooks, jumps) });
  return fc.tuple(header(words, hooks), fc.oneof(...choices)).map(joined);
}

function ported(words: Vocabulary, table: TableName, hooks: readonly Hook[]): Text {
  const protocols = table === 'filter' ? fc.constant('tcp') : fc.constantFrom('tcp', 'udp');
  return fc.tuple(protocols, portedTarget(words, table, hooks)).map(([proto, text]) => `-p ${proto} -j ${text}`);
}

const jump = (words: Vocabulary, table: TableName, hooks: readonly Hook[], jumps: readonly string[]): Text =>
  fc
    .tuple(
      fc.oneof({ weight: 2, arbitrary: fc.constant('') }, protocol),
      match(words, hooks, table),
      fc.constantFrom('-j', '-g'),
      fc.constantFrom(...jumps),
    )
    .map(([proto, text, how, chain]) => joined([proto, text, `${how} ${chain}`]));

/**
 * A table with a few rules. Each base chain may have chains of its own below it, two deep: a chain is asked from one hook
 * only, so that what may stand in it is known.
 */
export function table(words: Vocabulary, name: TableName): fc.Arbitrary<WorldTable> {
  const policy = fc.oneof(
    { weight: 9, arbitrary: fc.constant('ACCEPT' as const) },
    { weight: name === 'filter' ? 1 : 0, arbitrary: fc.constant('DROP' as const) },
  );
  const base = (hook: Hook): fc.Arbitrary<readonly string[]> => {
    const [first, second] = [`${hook.toLowerCase()}-1`, `${hook.toLowerCase()}-2`];
    const rules = (chain: string, jumps: readonly string[], maxLength: number) =>
      fc
        .array(body(words, name, [hook], jumps), { maxLength })
        .map((all) => all.filter(isModelled).map((text) => `-A ${chain} ${text}`));
    return fc
      .tuple(rules(hook, [first], 3), rules(first, [second], 2), rules(second, [], 2))
      .map(([top, ...below]) => [...top, ...(top.some((rule) => rule.endsWith(first)) ? below.flat() : [])]);
  };
  const hooks = CHAINS[name];
  return fc.tuple(fc.tuple(...hooks.map(base)), fc.tuple(...hooks.map(() => policy))).map(([all, policies]) => {
    const rules = all.flat();
    const chains = [
      ...new Set(
        rules.flatMap((rule) =>
          [/^-A (\S+-[12])/.exec(rule)?.[1] ?? [], / -[jg] (\S+-[12])$/.exec(rule)?.[1] ?? []].flat(),
        ),
      ),
    ];
    return { policies: Object.fromEntries(hooks.map((hook, n) => [hook, policies[n] ?? 'ACCEPT'])), chains, rules };
  });
}

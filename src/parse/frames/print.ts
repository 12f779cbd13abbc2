import type { ArpRules, FrameChain, FrameRules } from '../../network/frame-rules.ts';

/** Rules as `ebtables-save` prints them, without comments and counters; a table ends where the next begins. */
export const printFrameRules = (rules: FrameRules): string =>
  [...rules].map(([name, chains]) => printTable(name, chains, ({ policy }) => policy)).join('');

/** Rules as `arptables-save` prints them, likewise. */
export const printArpRules = (rules: ArpRules): string =>
  rules.size === 0 ? '' : printTable('filter', rules, ({ builtIn, policy }) => (builtIn ? policy : '-'));

function printTable(name: string, chains: ReadonlyMap<string, FrameChain>, policy: (of: FrameChain) => string): string {
  const all = [...chains.values()];
  const rules = all.flatMap((chain) => chain.rules.map(({ text }) => text));
  return [`*${name}`, ...all.map((chain) => `:${chain.name} ${policy(chain)}`), ...rules, ''].join('\n');
}

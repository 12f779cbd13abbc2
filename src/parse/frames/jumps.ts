import type { FrameChain, FrameRule } from '../../network/frame-rules.ts';
import type { Source } from '../source.ts';

type Chains = ReadonlyMap<string, FrameChain>;

/** Says which jumps the kernel would refuse (`check_chainloops` of ebtables.c): those to a built-in chain, and loops. */
export function checkJumps(chains: Chains, source: Source): void {
  const done = new Set<string>();
  for (const { rules } of chains.values())
    for (const rule of rules) {
      const to = chainAfter(rule);
      if (to !== undefined && chains.get(to)?.builtIn === true)
        source.error(
          source.whole(rule.place.line),
          `built-in chain \`${to}\` cannot be jumped to`,
          'jump to a chain of your own, or give a target',
        );
    }
  for (const name of chains.keys()) visit(name, [], chains, done, source);
}

const chainAfter = ({ action }: FrameRule): string | undefined => (action.kind === 'jump' ? action.chain : undefined);

function visit(name: string, way: readonly string[], chains: Chains, done: Set<string>, source: Source): void {
  if (done.has(name)) return;
  for (const rule of chains.get(name)?.rules ?? []) {
    const to = chainAfter(rule);
    if (to === undefined) continue;
    if (to !== name && !way.includes(to)) visit(to, [...way, name], chains, done, source);
    else
      source.error(
        source.whole(rule.place.line),
        `the chains run in a loop: \`${to}\` leads back to itself`,
        'the kernel refuses such tables (ELOOP): take one of the jumps away',
      );
  }
  done.add(name);
}

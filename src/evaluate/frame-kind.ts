import type { FrameRules, FrameTableName } from '../network/frame-rules.ts';
import type { Node } from '../network/network.ts';
import type { FrameHook } from './frame-chain.ts';
import { holds, type World } from './world.ts';

/**
 * Whether the rules are those of the kernel's own tables (ebtables-legacy) or of nf_tables (ebtables-nft): what both
 * print is the same, what they do with it is not, here and there. One answer a node.
 */
export const isLegacy = (world: World, { name, frameFlavour }: Node): boolean =>
  frameFlavour === undefined
    ? holds(world, {
        id: `${name} ebtables-legacy`,
        reason: `whether ebtables on ${name} is ebtables-legacy or ebtables-nft, where the two differ (the head of \`ebtables-save\` says it)`,
      })
    : frameFlavour === 'legacy';

export type FrameStep = readonly [table: FrameTableName, hook: FrameHook];

/** `ebtable_nat.c`, `ebtable_filter.c`: NF_BR_PRI_NAT_DST_OTHER, NF_BR_PRI_FILTER_OTHER. */
const LEGACY: readonly FrameStep[] = [
  ['nat', 'OUTPUT'],
  ['filter', 'OUTPUT'],
  ['nat', 'POSTROUTING'],
];

/** ebtables-nft registers OUTPUT of filter with NF_BR_PRI_FILTER_BRIDGED, like its other chains (measured). */
const NF_TABLES: readonly FrameStep[] = [
  ['filter', 'OUTPUT'],
  ['nat', 'OUTPUT'],
  ['nat', 'POSTROUTING'],
];

/** The chains that a frame passes that the node itself sends by a bridge. */
export const outputSteps = (world: World, node: Node): readonly FrameStep[] =>
  node.frameRules === undefined || !isOrdered(node.frameRules) || isLegacy(world, node) ? LEGACY : NF_TABLES;

const known = new WeakMap<FrameRules, boolean>();

/** Whether the order of the two chains of OUTPUT can matter: both have rules, and some rule does more than to judge. */
function isOrdered(rules: FrameRules): boolean {
  const found = known.get(rules) ?? findOrdered(rules);
  known.set(rules, found);
  return found;
}

function findOrdered(rules: FrameRules): boolean {
  const tables = [rules.get('nat'), rules.get('filter')];
  if (tables.some((chains) => (chains?.get('OUTPUT')?.rules.length ?? 0) === 0)) return false;
  const all = tables.flatMap((chains) => [...(chains?.values() ?? [])]).flatMap((chain) => chain.rules);
  return all.some(({ action }) => action.kind !== 'verdict' && action.kind !== 'jump');
}

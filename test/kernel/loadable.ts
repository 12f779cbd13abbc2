import { run } from '../../src/lab/command.ts';
import type { World, WorldNode } from '../agreement/generate/world.ts';

/** What no ebtables of every kernel takes: targets that nobody knows, and matches that ebtables-nft has no way to ask. */
const REFUSED = /-j snork|--logical-|--among-|--vlan-|--limit|-j (unknown|none)/;

/** As `ebtables -V` tells it: `ebtables 1.8.9 (nf_tables)`. */
export const ebtablesVersion = async (): Promise<string> =>
  (await run('ebtables', ['-V'])).out.trim().replace(/^\S+ v?/, '');

/** Whether this kernel has the table broute of ebtables: some have not, and ebtables-nft never has. */
const broute = (async () => {
  const name = `nq-${process.pid}-0-broute`;
  await run('ip', ['netns', 'add', name]);
  const { status } = await run('ip', ['netns', 'exec', name, 'ebtables-legacy', '-t', 'broute', '-L']);
  await run('ip', ['netns', 'del', name]);
  return status === 0;
})();

/** A network as this machine can build it: without rules about frames that its tools or its kernel refuse. */
export async function loadable(world: World): Promise<World> {
  const [framesBy, kept] = await Promise.all([ebtablesVersion(), broute]);
  return mapNodes(world, (node) => {
    if (node.frames === undefined) return node;
    const tables = Object.entries(node.frames).filter(([name]) => kept || name !== 'broute');
    const frames = tables.map(([name, table]) => [
      name,
      { ...table, rules: table.rules.filter((rule) => !REFUSED.test(rule)) },
    ]);
    return { ...node, frames: Object.fromEntries(frames), framesBy };
  });
}

/** The network without the rules about frames on the nodes whose tools refused them; `undefined` if it was something else. */
export function withoutRefused(world: World, error: unknown): World | undefined {
  const text = error instanceof Error ? error.message : '';
  const names = new Set([...text.matchAll(/([^\s:;]+): (?:eb|arp)tables/g)].map(([, name = '']) => name));
  if (names.size === 0) return undefined;
  return mapNodes(world, (node, name) => (names.has(name) ? unframed(node) : undefined));
}

function unframed(node: WorldNode): WorldNode {
  const { frames: _, framesBy: ___, arp: __, ...rest } = node;
  return rest;
}

const mapNodes = (world: World, of: (node: WorldNode, name: string) => WorldNode | undefined): World => ({
  ...world,
  nodes: Object.fromEntries(Object.entries(world.nodes).map(([name, node]) => [name, of(node, name) ?? node])),
});

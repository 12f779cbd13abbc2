import type { TableName } from '../../src/network/ruleset.ts';
import type { World, WorldNode, WorldTable } from './generate/world.ts';

/** A smaller world in the same trouble: leaves out whatever can be left out, one thing after another, until nothing can. */
export async function reduce(world: World, inTrouble: (world: World) => Promise<boolean>): Promise<World> {
  for (const smaller of simpler(world)) if (await inTrouble(smaller)) return reduce(smaller, inTrouble);
  return world;
}

/** Worlds with one thing less: the largest things first. */
function* simpler(world: World): Generator<World> {
  for (const [name, node] of Object.entries(world.nodes))
    for (const less of simplerNodes(node)) yield { ...world, nodes: { ...world.nodes, [name]: less } };
}

function* simplerNodes(node: WorldNode): Generator<WorldNode> {
  for (const [name, table] of Object.entries(node.tables)) {
    const { [name as TableName]: _, ...others } = node.tables;
    yield { ...node, tables: others };
    for (const less of simplerTables(table)) yield { ...node, tables: { ...node.tables, [name]: less } };
  }
  for (const key of Object.keys(node.settings)) {
    const { [key]: _, ...others } = node.settings;
    yield { ...node, settings: others };
  }
}

function* simplerTables(table: WorldTable): Generator<WorldTable> {
  for (const n of table.rules.keys()) yield tidy({ ...table, rules: table.rules.filter((_, i) => i !== n) });
}

/** Without chains that nothing leads to. */
function tidy(table: WorldTable): WorldTable {
  const used = table.chains.filter((chain) => table.rules.some((rule) => rule.endsWith(` ${chain}`)));
  const rules = table.rules.filter(
    (rule) => !table.chains.includes(rule.split(' ')[1] ?? '') || used.includes(rule.split(' ')[1] ?? ''),
  );
  return used.length === table.chains.length && rules.length === table.rules.length
    ? table
    : tidy({ ...table, chains: used, rules });
}

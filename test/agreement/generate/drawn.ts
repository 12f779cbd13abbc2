import fc from 'fast-check';
import { TABLES, type TableName } from '../../../src/network/ruleset.ts';
import { frameTables } from './frame.ts';
import { arpTable } from './frame-arp.ts';
import { type Question, question } from './probe.ts';
import { settings } from './setting.ts';
import { table } from './table.ts';
import { topology } from './topology.ts';
import { tweaked } from './tweak.ts';
import { vocabularyOf } from './vocabulary.ts';
import type { World, WorldNode } from './world.ts';

/** A network that was drawn, and what to ask of it. */
export interface Drawn {
  readonly name: string;
  readonly world: World;
  readonly questions: readonly Question[];
}

const WEIGHT: Readonly<Record<TableName, number>> = { raw: 1, mangle: 3, nat: 4, filter: 5, security: 1 };

/** Some tables of rules for one node, on top of those that its topology came with. */
function tables(world: World, name: string): fc.Arbitrary<WorldNode['tables']> {
  const words = vocabularyOf(world, name);
  const some = TABLES.map((each) =>
    fc.oneof(
      { weight: 10 - WEIGHT[each], arbitrary: fc.constant(undefined) },
      { weight: WEIGHT[each], arbitrary: table(words, each) },
    ),
  );
  return fc
    .tuple(...some)
    .map((all) =>
      Object.fromEntries(all.flatMap((one, n) => (one === undefined ? [] : [[TABLES[n] as TableName, one]]))),
    );
}

/** Rules of ebtables where there is a bridge, of arptables now and then. */
function aboutFrames(world: World, name: string): fc.Arbitrary<Pick<WorldNode, 'frames' | 'framesBy' | 'arp'>> {
  const bridges = Object.values(world.nodes[name]?.interfaces ?? {}).some(({ kind }) => kind === 'bridge');
  const frames = fc.oneof(
    { weight: 5, arbitrary: fc.constant({}) },
    {
      weight: bridges ? 5 : 0,
      arbitrary: fc.record({
        frames: frameTables(world, name),
        framesBy: fc.constantFrom('', '1.0', '1.8.9 (nf_tables)'),
      }),
    },
  );
  const arp = fc.oneof(
    { weight: 9, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: arpTable(world, name).map((one) => ({ arp: one })) },
  );
  return fc.tuple(frames, arp).map(([a, b]) => ({ ...a, ...b }));
}

function nodeIn(world: World, name: string): fc.Arbitrary<WorldNode> {
  const own = world.nodes[name] as WorldNode;
  const busy =
    own.settings['net.ipv4.ip_forward'] === 1 || Object.values(own.interfaces).some(({ kind }) => kind === 'bridge');
  const ruled = fc.oneof(
    { weight: busy ? 1 : 7, arbitrary: fc.constant({}) },
    { weight: busy ? 9 : 3, arbitrary: tables(world, name) },
  );
  const changed = tweaked(own, busy ? 5 : 2);
  return fc
    .tuple(ruled, settings(Object.keys(own.interfaces)), changed, aboutFrames(world, name))
    .map(([rules, drawn, node, frames]) => ({
      ...node,
      ...frames,
      settings: { ...own.settings, ...drawn },
      tables: { ...own.tables, ...rules },
    }));
}

/** A world of some shape, its nodes with drawn rules and settings, and questions about it. */
export const drawn = (questions: number): fc.Arbitrary<Drawn> =>
  topology.chain(([name, world]) => {
    const names = Object.keys(world.nodes);
    const nodes = fc
      .tuple(...names.map((each) => nodeIn(world, each)))
      .map((all) => Object.fromEntries(names.map((each, n) => [each, all[n] as WorldNode])));
    return fc.record({
      name: fc.constant(name),
      world: nodes.map((each) => ({ ...world, nodes: each })),
      questions: fc.array(question(world), { minLength: questions, maxLength: questions }),
    });
  });

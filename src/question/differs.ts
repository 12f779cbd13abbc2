import type { Engine } from '../engine/engine.ts';
import { leadsOutside, nodeOf } from '../network/access.ts';
import { inFamily } from '../network/family.ts';
import type { Network } from '../network/network.ts';
import type { Address } from '../packet/address.ts';
import type { Probe, Source } from '../packet/exchange.ts';
import type { Assumption, Unknown } from '../packet/place.ts';
import { type Range, ranges } from '../packet/ranges.ts';
import type { Effort } from './answer.ts';
import { compareClass, type Sides } from './compare.ts';
import { distinctBy } from './distinct.ts';
import type { Witness } from './finding.ts';
import { describeClasses, describeSource } from './over.ts';
import { classesOf } from './packets.ts';
import { targetAddresses } from './places.ts';
import type { Reach } from './question.ts';

/** Packets of one class that fared alike before, and alike after, but not the same: one of them, replayed in both. */
export interface Difference {
  readonly source: Source;
  /** The two fates in words: what decides that packets belong to this class. */
  readonly before: string;
  readonly after: string;
  readonly old: Witness;
  readonly new: Witness;
}

/** One source's packets, compared. Neither differences nor unknowns: proved to fare the same in both networks. */
export interface Compared {
  /** How many comparisons are done with this one, and how many there are. */
  readonly done: number;
  readonly of: number;
  readonly source: Source;
  /** Which packets, in words. */
  readonly over: string;
  /** Set where the source is in one of the networks only: then there is nothing to compare. */
  readonly onlyIn?: 'old' | 'new';
  readonly differences: readonly Difference[];
  /** What a packet's fate depends on, where it may differ. */
  readonly unknowns: readonly Unknown[];
  readonly assumptions: readonly Assumption[];
  /** Corner packets that the evaluator walked in both networks. */
  readonly corners: number;
}

/**
 * Compares what two networks do with every packet: of a process on each node and of the wire at each interface that
 * leads outside, from any port (a server answers from its own) and any of its addresses (the one that the kernel picks,
 * and those that a program binds itself to) to any destination, the first of its flow, with its answer. Fates are the same if kind
 * and node are.
 */
export async function* differ(
  before: Network,
  after: Network,
  engine: Engine,
  effort: Effort = {},
): AsyncGenerator<Compared> {
  const sources = sourcesOf(before, after);
  for (const [index, source] of sources.entries()) {
    const shared = { source, done: index + 1, of: sources.length };
    const onlyIn = has(before, source) ? (has(after, source) ? undefined : 'old') : 'new';
    if (onlyIn !== undefined)
      yield {
        ...shared,
        onlyIn,
        over: `every packet from ${describeSource(source)}`,
        differences: [],
        unknowns: [],
        assumptions: [],
        corners: 0,
      };
    else yield { ...shared, ...(await compareSource({ old: before, new: after }, source, engine, effort)) };
  }
}

const keyOf = (source: Source): string => describeSource(source);

function sourcesOf(before: Network, after: Network): readonly Source[] {
  const all = [before, after].flatMap((network) =>
    [...network.nodes.values()].flatMap((node): Source[] => [
      { kind: 'socket', node: node.name, bound: false },
      ...node.interfaces
        .filter((one) => leadsOutside(network, node.name, one))
        .map((one): Source => ({ kind: 'wire', node: node.name, interface: one.name })),
    ]),
  );
  return [...new Map(all.map((source) => [keyOf(source), source])).values()];
}

const has = ({ nodes }: Network, source: Source): boolean => {
  const node = nodes.get(source.node);
  return (
    node !== undefined && (source.kind === 'socket' || node.interfaces.some(({ name }) => name === source.interface))
  );
};

/** Where no capture shows rules of IPv6 there is nothing to compare of its packets. */
const hasSix = ({ old, new: after }: Sides<Network>): boolean =>
  [old, after].some(({ nodes }) => [...nodes.values()].some(({ six }) => six?.ruleset.kind === 'known'));

/** What a program sends from an address of its node that it has bound itself to, besides what it lets the kernel pick. */
function withBound({ old, new: after }: Sides<Network>, question: Reach): readonly Reach[] {
  const { source, family } = question;
  if (source.kind !== 'socket') return [question];
  const own = [old, after].flatMap((network) => targetAddresses(nodeOf(inFamily(network, family), source.node)));
  if (own.length === 0) return [question];
  const packets = { src: ranges(own.map((address): Range<Address> => [address, address])) };
  return [question, { ...question, source: { ...source, bound: true }, packets }];
}

async function compareSource(networks: Sides<Network>, source: Source, engine: Engine, effort: Effort) {
  const question: Reach = {
    kind: 'reach',
    quantifier: 'always',
    source,
    target: { kind: 'outside' },
    packets: {},
    anySource: false,
    anyPort: true,
    state: 'fresh',
    back: true,
    text: '',
  };
  const families: readonly Reach[] = hasSix(networks) ? [question, { ...question, family: 6 }] : [question];
  const classes = families
    .flatMap((of) => withBound(networks, of))
    .flatMap((of) => classesOf(of, networks.old).map((one) => ({ ...one, family: of.family, source: of.source })));
  const compared = [];
  for (const { packets, assumptions, family, source: by } of classes) {
    const probe: Probe = {
      ...(family === undefined ? {} : { family }),
      source: by,
      packets,
      state: 'fresh',
      back: true,
    };
    const one = await compareClass(networks, probe, engine, effort);
    compared.push({ ...one, assumptions: [...assumptions, ...one.assumptions] });
  }
  return {
    over: describeClasses(
      question,
      classes.map(({ packets }) => packets),
    ).replace('the outside', 'any destination'),
    differences: distinctBy(
      compared.flatMap(({ differences }) => differences),
      (one) => `${one.before} ${one.after}`,
    ),
    unknowns: distinctBy(
      compared.flatMap(({ unknowns }) => unknowns),
      ({ id }) => id,
    ),
    assumptions: distinctBy(
      compared.flatMap(({ assumptions }) => assumptions),
      ({ node, text }) => `${node} ${text}`,
    ),
    corners: compared.reduce((sum, { corners }) => sum + corners, 0),
  };
}

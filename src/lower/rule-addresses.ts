import type { FrameRule, FrameTest, MaskedIp } from '../network/frame-rules.ts';
import type { Node } from '../network/network.ts';
import type { Prefix } from '../packet/address.ts';

const known = new WeakMap<Node, readonly FrameRule[]>();

/** All rules of ebtables and arptables of a node. */
function rulesOf(node: Node): readonly FrameRule[] {
  const found = known.get(node) ?? look(node);
  known.set(node, found);
  return found;
}

const look = ({ frameRules, arpRules }: Node): readonly FrameRule[] =>
  [...(frameRules?.values() ?? []), ...(arpRules === undefined ? [] : [arpRules])]
    .flatMap((chains) => [...chains.values()])
    .flatMap(({ rules }) => rules);

/** Networks on whose borders the rules of a node may begin or end to say something else of ARP for an address. */
export const rulePrefixes = (node: Node): readonly Prefix[] =>
  rulesOf(node).flatMap(({ tests, action }) => [
    ...tests.flatMap(prefixesOf),
    ...(action.kind === 'mangle' && action.source !== undefined ? [{ address: action.source, length: 32 }] : []),
  ]);

function prefixesOf(test: FrameTest): readonly Prefix[] {
  if (test.kind === 'arp source' || test.kind === 'arp destination') {
    const length = lengthOf(test.of);
    return length === undefined ? [] : [{ address: (test.of.address & test.of.mask) >>> 0, length }];
  }
  if (test.kind !== 'among source' && test.kind !== 'among destination') return [];
  return test.pairs.flatMap(({ address }) => (address === undefined ? [] : [{ address, length: 32 }]));
}

function lengthOf({ mask }: MaskedIp): number | undefined {
  const free = Math.log2(2 ** 32 - mask);
  return Number.isInteger(free) ? 32 - free : undefined;
}

/** A rule that looks at bits of an address in the midst of it: what it says of a range nobody can tell at once. */
export const scatteredRule = (node: Node): FrameRule | undefined =>
  rulesOf(node).find(({ tests }) =>
    tests.some(
      (test) => (test.kind === 'arp source' || test.kind === 'arp destination') && lengthOf(test.of) === undefined,
    ),
  );

const AIMED: ReadonlySet<FrameTest['kind']> = new Set(['mac destination', 'among destination', 'packet type']);

/** Whether rules of a node look at whom a frame is for. */
export const looksAtDestination = (node: Node): boolean =>
  rulesOf(node).some(({ tests }) => tests.some(({ kind }) => AIMED.has(kind)));

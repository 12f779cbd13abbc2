import type { WayBack } from '../extension/definition.ts';
import { FALSE, first, inRanges, TRUE } from '../ir/predicate.ts';
import type { Predicate } from '../ir/program.ts';
import type { Node } from '../network/network.ts';
import { only, union } from '../packet/ranges.ts';
import { LIMITED_BROADCAST, MULTICAST } from './address.ts';
import { type Found, type Key, lookup } from './routing.ts';

/** Destinations that nobody answers from: the way back from them is that of a packet without a source. */
const NOBODY = union(MULTICAST, only(LIMITED_BROADCAST));

/**
 * The packets whose answer the node would send by a device, or by any (ipt_rpfilter.c). Rules see no protocol and no
 * ports of such a lookup. `open` stands for what a missing route would decide.
 */
export function leadsBack(
  node: Node,
  device: string | undefined,
  by: WayBack,
  open: (reason: string) => Predicate,
): Predicate {
  const [yes, no] = by.inverted ? [FALSE, TRUE] : [TRUE, FALSE];
  const judge = (found: Found): Predicate => {
    if (found.kind === 'unknown') return open(found.reason);
    if (found.kind === 'none') return no;
    const { type } = found.route;
    const counts = type === 'unicast' || (by.local && type === 'local');
    return counts && (by.loose || found.hops.some((hop) => hop.device === device)) ? yes : no;
  };
  const ways = (from: Pick<Key, 'from'>): Predicate => {
    const key: Key = {
      to: 'src',
      ...from,
      iif: 'lo',
      ...(by.marked ? { mark: 'mark' as const } : {}),
      transport: false,
    };
    return first(
      lookup(node, key).map(({ when, found }) => ({ when, then: judge(found) })),
      no,
    );
  };
  const answered = ways({ from: 'dst' });
  if (node.rules.every(({ from }) => from === undefined)) return answered;
  return first([{ when: inRanges('dst', NOBODY), then: ways({}) }], answered);
}

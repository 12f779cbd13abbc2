import type { WayBack } from '../../extension/definition.ts';
import { equals, FALSE, first, inRanges, TRUE } from '../../ir/predicate.ts';
import type { Case, Predicate } from '../../ir/program.ts';
import type { Node } from '../../network/network.ts';
import { type Found, type Key, lookup } from '../routing.ts';
import { GROUPS, LINK_LOCAL } from './addresses.ts';

/** The packets whose answer the node would send by a device, or by any (ip6t_rpfilter.c). */
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
    if (type === 'local') return by.local ? yes : no;
    return type !== 'anycast' && (by.loose || found.hops.some((hop) => hop.device === device)) ? yes : no;
  };
  const ways = (strict: boolean, from: Pick<Key, 'from'>): Predicate => {
    const out = device === undefined || (by.loose && !strict) ? {} : { device };
    const key: Key = {
      to: 'src',
      ...from,
      iif: 'lo',
      ...('device' in out ? { oif: out.device } : {}),
      ...(by.marked ? { mark: 'mark' as const } : {}),
      transport: false,
      six: { ...out, strict, reverse: true },
    };
    return first(
      lookup(node, key).map(({ when, found }): Case => ({ when, then: judge(found) })),
      no,
    );
  };
  const near = inRanges('src', LINK_LOCAL);
  // nobody answers from a group, and no rule that looks at sources is asked for such an answer
  const answering = (strict: boolean): Predicate =>
    first([{ when: inRanges('dst', GROUPS), then: ways(strict, {}) }], ways(strict, { from: 'dst' }));
  return first(
    [
      { when: equals('src', 0n), then: yes },
      { when: near, then: answering(true) },
    ],
    answering(false),
  );
}

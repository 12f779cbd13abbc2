import type { Interface, Unmodelled } from '../../network/network.ts';
import { hidesFrames } from '../ip/detail.ts';
import type { SeenInterface } from '../ip/seen.ts';

/**
 * Marks the interfaces where nobody can tell what becomes of frames: devices that are not modelled, what they sit on and
 * what is enslaved to them, and all where nft looks at frames before anything else does (family netdev).
 */
export function withHidden(
  interfaces: readonly Interface[],
  seen: readonly SeenInterface[],
  unmodelled: readonly Unmodelled[],
): readonly Interface[] {
  const everywhere = unmodelled.find(({ what }) => what.startsWith('nft chain netdev '));
  const found = new Map<string, Unmodelled>();
  for (const { name, lower, unmodelled: all } of seen) {
    const strange = all.find(hidesFrames);
    if (strange === undefined) continue;
    for (const one of [name, lower ?? '']) if (!found.has(one)) found.set(one, strange);
  }
  return interfaces.map((one) => {
    const strange = everywhere ?? found.get(one.name) ?? found.get(one.master ?? '') ?? openSwitch(one, unmodelled);
    if (strange === undefined || one.kind === 'loopback') return one;
    return { ...one, undecided: `${strange.what}: ${strange.reason}` };
  });
}

/** Without `-d` only the name of the datapath tells that ports are of Open vSwitch. */
const openSwitch = ({ name, master }: Interface, unmodelled: readonly Unmodelled[]): Unmodelled | undefined =>
  name === 'ovs-system' || master === 'ovs-system'
    ? unmodelled.find(({ what }) => what === `Open vSwitch at ${name}`)
    : undefined;

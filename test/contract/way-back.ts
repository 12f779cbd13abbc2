import type { Matched, WayBack } from '../../src/extension/definition.ts';
import { equals, FALSE, first, inRanges, TRUE, unknownBit } from '../../src/ir/predicate.ts';
import type { Predicate } from '../../src/ir/program.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Unknown } from '../../src/packet/place.ts';
import { contains, type Ranges } from '../../src/packet/ranges.ts';

/** Routes of the contract's contexts: own addresses, a prefix of which nobody knows, and two halves by two devices. */
const OWN: Ranges = [
  [0x0a0b0c0d, 0x0a0b0c0d],
  [0x7f000000, 0x7fffffff],
];
const OPEN: Ranges = [[0xc0a80000, 0xc0a8ffff]];
const LOW: Ranges = [[0, 0x7fffffff]];
const MISSING: Unknown = { id: '#7', reason: 'a route is not shown' };

/** What one packet's way back is, at a device. */
export const packetLeadsBack =
  (device: string | undefined) =>
  ({ loose, marked, local, inverted }: WayBack, { src, mark }: Packet): Matched => {
    if (contains(OWN, src)) return (local && (loose || device === 'eth0')) !== inverted;
    if (marked && mark === 5) return inverted;
    if (contains(OPEN, src)) return MISSING;
    return (loose || device === (contains(LOW, src) ? 'eth0' : 'eth1')) !== inverted;
  };

/** The same for all packets. */
export const classLeadsBack =
  (device: string | undefined) =>
  ({ loose, marked, local, inverted }: WayBack): Predicate => {
    const [yes, no] = inverted ? [FALSE, TRUE] : [TRUE, FALSE];
    const by = (name: string): Predicate => (loose || device === name ? yes : no);
    return first(
      [
        { when: inRanges('src', OWN), then: local ? by('eth0') : no },
        { when: marked ? equals('mark', 5) : FALSE, then: no },
        { when: inRanges('src', OPEN), then: unknownBit(MISSING) },
        { when: inRanges('src', LOW), then: by('eth0') },
      ],
      by('eth1'),
    );
  };

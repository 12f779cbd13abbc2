import type { Steps } from '../ir/program.ts';
import { nodeOf } from '../network/access.ts';
import { type Address, printMac } from '../packet/address.ts';
import type { Range, Ranges } from '../packet/ranges.ts';
import type { Asker } from './arp.ts';
import { type Outside, outsideByRules } from './arp-outside.ts';
import { isRuled, onTheWay } from './arp-rules.ts';
import { unmodelledAt } from './hidden.ts';
import type { Target } from './link.ts';
import { looksAtDestination } from './rule-addresses.ts';
import type { Exit } from './segment.ts';
import { choose, drop, forgetting, lostTo, set, split, type Then, type Walk } from './walk.ts';

type After = (walk: Walk, to: Target) => Steps;

/** Nobody in sight: perhaps somebody out of sight. */
export function nobody(walk: Walk, asker: Asker, target: Address | undefined, then: After): Steps {
  const { node, segment } = asker;
  for (const name of segment.bridges) {
    const other = unmodelledAt(nodeOf(walk.at.network, name), 'bridge'); // ebtables can answer by itself
    if (other !== undefined) return lostTo(walk, node, other);
  }
  if (segment.exits.length === 0 || target === undefined || !isRuled(walk.at.network, asker))
    return outside(walk, asker, segment.exits, then);
  const found = outsideByRules(walk.at, walk.at.network, asker, target);
  const among = (on: Walk, [head, ...rest]: readonly Outside[], sure: readonly Outside[]): Steps => {
    if (head === undefined) return oneOf(on, asker, sure, then);
    const { when, lost } = head;
    const also: Then = (here) => (lost === undefined ? among(here, rest, [...sure, head]) : lostTo(here, node, lost));
    return split(on, [{ when, then: also }], (here) => among(here, rest, sure));
  };
  return among(walk, found, []);
}

/** Somebody out of sight, by one of these interfaces. */
export const outside = (walk: Walk, asker: Asker, exits: readonly Exit[], then: After): Steps =>
  oneOf(
    walk,
    asker,
    exits.map((exit) => ({ exit })),
    then,
  );

type Stranger = Pick<Outside, 'exit' | 'mac'>;

function oneOf(walk: Walk, asker: Asker, strangers: readonly Stranger[], then: After): Steps {
  const { node, device } = asker;
  if (strangers.length === 0) return drop(walk, node, 'no neighbour');
  const exits = [...new Set(strangers.map(({ exit }) => `${exit.node}:${exit.interface}`))];
  const unknown = ({ exit, mac }: Stranger) => ({
    id: `${node.name} ${device.name} finds its neighbour outside of ${exit.node}:${exit.interface}${mac === undefined ? '' : ` as ${printMac(mac)}`}`,
    reason: `who answers outside of ${exits.join(' or ')}`,
  });
  return choose(walk, strangers, unknown, (on, { exit, mac }) =>
    mac === undefined
      ? strange(on, asker, (here) => then(here, { kind: 'exit', exit }))
      : set(on, { macDst: mac }, (here) => then(here, { kind: 'open' })),
  );
}

/** The address of somebody out of sight, where rules look at addresses, is any but a group's. */
function strange(walk: Walk, asker: Asker, then: Then): Steps {
  if (!onTheWay(walk.at.network, asker).some(looksAtDestination)) return set(walk, { macDst: 0 }, then);
  const { node, device } = asker;
  const unknown = {
    id: `${walk.leg}${walk.copy} ${walk.visits}: ${node.name} ${device.name} the neighbour outside`,
    reason: `the MAC address of a neighbour out of sight of ${node.name}`,
  };
  const [steps, on] = forgetting(walk, 'macDst', UNICAST, unknown);
  return [...steps, ...then(on)];
}

/** Addresses without the group bit. */
export const UNICAST: Ranges = Array.from({ length: 128 }, (_, i): Range => [i * 2 ** 41, i * 2 ** 41 + 2 ** 40 - 1]);

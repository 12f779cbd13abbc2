import { all, inRanges, not, sameSlots } from '../ir/predicate.ts';
import type { Slot, Steps, Value } from '../ir/program.ts';
import { interfaceOf } from '../network/access.ts';
import type { Node } from '../network/network.ts';
import { BROADCAST_MAC } from '../packet/address.ts';
import { only, without } from '../packet/ranges.ts';
import { ALL_HOSTS, MULTICAST } from './address.ts';
import { enter, type Place, pass, stages, traverse } from './hook.ts';
import { type Arrived, failed, input, leave, localIn, postrouting, type Send } from './host.ts';
import { membership } from './incoming.ts';
import { transmit } from './link.ts';
import { merge, write } from './merge.ts';
import { type Outgoing, outputRoute } from './outgoing.ts';
import * as six from './six/incoming.ts';
import { reroute as rerouteSix } from './six/outgoing.ts';
import { toGroup } from './six/output.ts';
import { copies, drop, isSix, set, split, type Then, type Walk } from './walk.ts';

/** OUTPUT: what changes mark, tos or address there looks for a new route (ip_route_me_harder). */
export function localOut(walk: Walk, node: Node, route: Send): Steps {
  const place: Place = { node, hook: 'OUTPUT', out: route.device, bridged: false };
  return enter(walk, place, (on) =>
    stages(on, place, ['raw', 'conntrack'], (tracked) =>
      rerouted(tracked, place, 'mangle', route, (mangled, second) =>
        rerouted(mangled, place, 'nat', second, (mapped, third) =>
          // the hook was entered with the first route's device, and keeps it
          stages(mapped, place, ['filter', 'security'], (passed) => send(passed, node, third)),
        ),
      ),
    ),
  );
}

/** What a table of OUTPUT must have changed for a new route to be looked up. */
const ROUTED_BY = {
  4: { mangle: ['mark', 'tos', 'src', 'dst'], nat: ['dst'] },
  6: { mangle: ['mark', 'tos', 'src', 'dst', 'ttl'], nat: ['dst'] },
} as const;

function rerouted(
  walk: Walk,
  place: Place,
  table: 'mangle' | 'nat',
  route: Send,
  then: (walk: Walk, route: Send) => Steps,
): Steps {
  const { node } = place;
  if (node.ruleset.kind === 'known' && node.ruleset.value.tables.get(table)?.chains.get('OUTPUT') === undefined)
    return stages(walk, place, [table], (on) => then(on, route));
  const before = (field: 'mark' | 'tos' | 'src' | 'dst' | 'ttl'): Slot => `${field}@${node.name}/out`;
  const fields = ROUTED_BY[walk.at.network.family ?? 4][table];
  const kept = all(...fields.map((field) => sameSlots(field, before(field))));
  return set(walk, Object.fromEntries(fields.map((field) => [before(field), field])), (saved) =>
    stages(saved, place, [table], (on) =>
      split(on, [{ when: not(kept), then: (changed) => reroute(changed, node, route, then) }], (same) =>
        then(same, route),
      ),
    ),
  );
}

function reroute(walk: Walk, node: Node, before: Send, then: (walk: Walk, route: Send) => Steps): Steps {
  const found = (on: Walk, route: Outgoing): Steps =>
    route.kind === 'send' ? then(on, route) : failed(on, node, route);
  return isSix(walk)
    ? rerouteSix(walk, node, before, found)
    : outputRoute(walk, node, { bound: true, transport: false }, found);
}

/** ip_output, ip_mc_output and the loopback device. */
function send(walk: Walk, node: Node, route: Send): Steps {
  const { device, nextHop, broadcast } = route;
  return postrouting(walk, node, { device, ...(nextHop === undefined ? {} : { nextHop }) }, (sent) => {
    if (device === 'lo') return looped(sent, node, 'lo', route.stray);
    if (broadcast && isSix(sent)) return toGroup(sent, node, device);
    return broadcast ? toAll(sent, node, device) : leave(sent, node, device, nextHop);
  });
}

/** Groups that not every interface is in. */
const SOME_GROUPS = without(MULTICAST, only(ALL_HOSTS), 'dst');

/** To everybody on a device, and back to the sender's own stack, if it takes what is for them all (ip_mc_output). */
function toAll(walk: Walk, node: Node, name: string): Steps {
  const device = interfaceOf(node, name);
  const out: Then = (on) => transmit(on, node, device, { to: { kind: 'group' } });
  const toMany: Then = (on) =>
    split(on, [{ when: all(inRanges('dst', SOME_GROUPS), not(membership(node, name))), then: out }], (here) =>
      copies(here, [(copy) => looped(copy, node, name), out]),
    );
  const addressed = merge(
    walk,
    [{ when: inRanges('dst', MULTICAST), then: write({ macSrc: device.mac, macDst: GROUP_MAC }) }],
    write({ macSrc: device.mac, macDst: BROADCAST_MAC }),
  );
  return pass(addressed, toMany);
}

/** The group address of a multicast destination (RFC 1112, section 6.4). */
const GROUP_MAC: Value = { kind: 'bits', terms: [{ slot: 'dst', mask: 2 ** 23 - 1 }], xor: 0x01005e000000 };

/** What comes back to the node that sent it, with its route and what conntrack attached to it, unless nat changes that. */
export function looped(walk: Walk, node: Node, device: string, stray = false): Steps {
  const before: Slot = `dst@${node.name}/loop`;
  const arrived: Arrived = { device, group: false, prerouted: true };
  // what an ordinary route of IPv6 leads to lo goes round until it is worn out
  const kept: Then = (on) => (stray ? drop(on, node, 'ttl') : localIn(on, node, arrived));
  const come: Then = (here) =>
    set(here, { [before]: 'dst' }, (saved) =>
      traverse(saved, { node, hook: 'PREROUTING', in: device, bridged: false, looped: true }, (on) =>
        split(on, [{ when: sameSlots('dst', before), then: kept }], (changed) => input(changed, node, arrived)),
      ),
    );
  return isSix(walk) ? six.taken(walk, node, arrived, true, come) : come(walk);
}

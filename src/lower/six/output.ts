import { all, any, equals, inRanges, unknownBit } from '../../ir/predicate.ts';
import type { Steps } from '../../ir/program.ts';
import { interfaceOf } from '../../network/access.ts';
import type { Node } from '../../network/network.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { CONNECTS, failed, type Go, postrouting, type Send } from '../host.ts';
import { transmit } from '../link.ts';
import { looped } from '../local-out.ts';
import { setting } from '../settings.ts';
import { copies, drop, forgetting, lost, set, setting as setTo, split, type Then, type Walk } from '../walk.ts';
import { GROUPS, groupsOf, LOOPBACK, MAPPED, ZONED } from './addresses.ts';
import { joined } from './incoming.ts';
import { outputRoute } from './outgoing.ts';

/** Who sends a packet: by which device, and whether a socket is bound to that (else it is no more than a hint). */
export interface Sender {
  readonly bound: boolean;
  readonly device?: string;
  readonly must: boolean;
}

/** A process, or the stack itself, sends a packet: its route and source (udpv6_sendmsg, rawv6_sendmsg, tcp_v6_connect). */
export function output(walk: Walk, node: Node, sender: Sender, go: Go): Steps {
  const itself: Then = (on) => set(on, { dst: LOOPBACK }, (here) => sourced(here, node, sender, go));
  if (walk.leg !== 'request') return sourced(walk, node, sender, go);
  const noRoute: Then = (on) => drop(on, node, 'no route');
  const of4 = 'a socket of IPv6 sends to an address of IPv4 by IPv4';
  return split(
    walk,
    [
      { when: equals('dst', 0n), then: itself },
      { when: inRanges('dst', MAPPED), then: (on) => lost(on, node, `${node.name} sends by IPv4`, of4) },
      { when: all(CONNECTS, inRanges('dst', GROUPS)), then: noRoute },
    ],
    (on) => (sender.device === undefined ? zoned(on, node, sender, go) : sourced(on, node, sender, go)),
  );
}

/** Without a zone a socket connects to nothing of one link (EINVAL); what does not connect goes by the first route there is. */
function zoned(walk: Walk, node: Node, sender: Sender, go: Go): Steps {
  const loose = unknownBit({
    id: `${node.name} sends without a zone`,
    reason: `whether the program on ${node.name} sends to an address of one link without naming the link`,
  });
  const noRoute: Then = (on) => drop(on, node, 'no route');
  const here: Then = (on) => sourced(on, node, sender, go);
  const connects = equals('proto', PROTOCOL.TCP);
  const away: Then = (on) =>
    split(
      on,
      [
        { when: connects, then: noRoute },
        { when: loose, then: here },
      ],
      noRoute,
    );
  return split(walk, [{ when: inRanges('dst', ZONED), then: away }], here);
}

/** A source of :: is none. */
function sourced(walk: Walk, node: Node, sender: Sender, go: Go): Steps {
  if (!sender.bound) return routed(walk, node, sender, go);
  return split(
    walk,
    [{ when: equals('src', 0n), then: (on) => routed(on, node, { ...sender, bound: false }, go) }],
    (on) => routed(on, node, sender, go),
  );
}

const routed = (walk: Walk, node: Node, sender: Sender, go: Go): Steps =>
  outputRoute(walk, node, sender, (on, route) =>
    route.kind === 'send' ? aged(on, node, route, go) : failed(on, node, route),
  );

/** A stack's answers have the hop limit of the route, or of the device (ip6_dst_hoplimit). */
function aged(walk: Walk, node: Node, route: Send, go: Go): Steps {
  if (walk.leg !== 'answer' && walk.leg !== 'data answer') return go(walk, route);
  const limit = setting(walk.at, node, `net.ipv6.conf.${route.device}.hop_limit`);
  const known = route.hopLimit ?? (limit.kind === 'known' ? limit.value : undefined);
  const [steps, on] =
    known === undefined
      ? forgetting(walk, 'ttl', [[1, 255]], {
          id: `${node.name} ${route.device} hop_limit`,
          reason: `net.ipv6.conf.${route.device}.hop_limit of ${node.name} is not shown`,
        })
      : setTo(walk, { ttl: known });
  return [...steps, ...go(on, route)];
}

/** 33:33 and the last 32 bits of the group (ipv6_eth_mc_map). */
const GROUP_MAC = { kind: 'bits', terms: [{ slot: 'dst', mask: 0xffffffffn }], xor: 0x333300000000 } as const;

/** To a group on a device, and back to the sender's own stack if it is in the group (ip6_finish_output2). */
export function toGroup(walk: Walk, node: Node, name: string): Steps {
  const device = interfaceOf(node, name);
  const wire: Then = (on) => transmit(on, node, device, { to: { kind: 'group' } });
  // groups of scope 0 and 1 stay on the interface
  const out: Then = (on) =>
    split(
      on,
      [
        {
          when: any(inRanges('dst', groupsOf(0)), inRanges('dst', groupsOf(1))),
          then: (here) => drop(here, node, 'no port'),
        },
      ],
      wire,
    );
  // the copy passes POSTROUTING once more
  const back: Then = (on) => postrouting(on, node, { device: name }, (here) => looped(here, node, name));
  return set(walk, { macSrc: device.mac, macDst: GROUP_MAC }, (on) =>
    split(on, [{ when: joined(on, node, name), then: (here) => copies(here, [back, out]) }], out),
  );
}

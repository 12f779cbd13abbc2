import { all, any, equals, inRanges, not } from '../../ir/predicate.ts';
import type { Predicate, Steps } from '../../ir/program.ts';
import type { Node } from '../../network/network.ts';
import { rangesOf } from '../../packet/address.ts';
import { typesOf } from '../context.ts';
import { answerEcho, asksEcho, none } from '../exchange.ts';
import { flag } from '../settings.ts';
import { split, type Then, type Walk, type Way } from '../walk.ts';
import { LINK_LOCAL, LOOPBACK } from './addresses.ts';
import type { Sender } from './output.ts';

type By = Omit<Sender, 'bound'>;

/**
 * The device whose address a packet came for, where it came back by lo (rt6i_idev of the local route); else the one that
 * it came in by.
 */
function arrivedBy(
  walk: Walk,
  node: Node,
  device: string,
  mine: 'src' | 'dst',
  then: (walk: Walk, by: string) => Steps,
): Steps {
  if (device !== 'lo') return then(walk, device);
  const ways = node.routes.flatMap(({ table, type, destination, nextHops: [hop] }): readonly Way[] =>
    table === 255 && (type === 'local' || type === 'anycast') && hop !== undefined && hop.device !== 'lo'
      ? [{ when: inRanges(mine, rangesOf(destination)), then: (on) => then(on, hop.device) }]
      : [],
  );
  return split(walk, ways, (on) => then(on, 'lo'));
}

/** What a process sends to an address of one link leaves by the device that it was asked by (sin6_scope_id). */
export function toPeer(walk: Walk, node: Node, device: string, peer: 'src' | 'dst', answer: (by?: By) => Then): Steps {
  const mine = peer === 'src' ? 'dst' : 'src';
  const near: Then = (on) => arrivedBy(on, node, device, mine, (here, by) => answer({ device: by, must: false })(here));
  return split(walk, [{ when: inRanges(peer, LINK_LOCAL), then: near }], answer());
}

/** A reply leaves by the device of the request if nothing speaks against it (icmpv6_echo_reply: icmp6_iif); one to ::1 by lo. */
export function echo(walk: Walk, node: Node, device: string, bound: boolean): Steps {
  const by =
    (of: string): Then =>
    (on) =>
      answerEcho(on, node, bound, { device: of, must: false });
  return split(walk, [{ when: equals('src', LOOPBACK), then: by(device) }], (on) =>
    arrivedBy(on, node, device, 'dst', (here, of) => by(of)(here)),
  );
}

/** A group, or an address that several routers have: echo requests alone are answered, the latter perhaps from that address. */
export function toMany(walk: Walk, node: Node, device: string): Steps {
  const types = typesOf(node, undefined, 6);
  const of = (type: string): Predicate => inRanges('dst', types.get(type) ?? []);
  const ignored = any(
    flag(walk.at, node, 'net.ipv6.icmp.echo_ignore_all'),
    all(of('MULTICAST'), flag(walk.at, node, 'net.ipv6.icmp.echo_ignore_multicast')),
    all(of('ANYCAST'), flag(walk.at, node, 'net.ipv6.icmp.echo_ignore_anycast')),
  );
  const many = any(of('MULTICAST'), of('ANYCAST'));
  const own = all(of('ANYCAST'), flag(walk.at, node, 'net.ipv6.anycast_src_echo_reply'));
  return split(
    walk,
    [
      { when: any(not(asksEcho(walk)), not(many), ignored), then: (on) => none(on, 'it was sent to many') },
      { when: own, then: (on) => echo(on, node, device, true) },
    ],
    (on) => echo(on, node, device, false),
  );
}

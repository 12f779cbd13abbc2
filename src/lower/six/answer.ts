import { all, any, equals, FALSE, inRanges, not } from '../../ir/predicate.ts';
import type { Predicate, Steps } from '../../ir/program.ts';
import type { Node } from '../../network/network.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { typesOf } from '../context.ts';
import { answerEcho, asksEcho, none, ofUdp } from '../exchange.ts';
import { flag } from '../settings.ts';
import { split, type Then, type Walk } from '../walk.ts';
import { LINK_LOCAL, LOOPBACK } from './addresses.ts';
import type { Sender } from './output.ts';
import { answersBound, arrivedBy } from './socket.ts';

type By = Omit<Sender, 'bound'>;

/** What a process sends to an address of one link, or from one, leaves by the device that it was asked by (sin6_scope_id, inet6_bind). */
export function toPeer(
  walk: Walk,
  node: Node,
  device: string,
  peer: 'src' | 'dst',
  answer: (by?: By) => Then,
  boundTo?: string,
): Steps {
  if (boundTo !== undefined) return answer({ device: boundTo, must: true })(walk);
  const mine = peer === 'src' ? 'dst' : 'src';
  const near =
    (binds: (by: string) => Predicate): Then =>
    (on) =>
      arrivedBy(on, node, device, mine, (here, by) =>
        split(
          here,
          [{ when: binds(by), then: answer({ device: by, must: true }) }],
          answer({ device: by, must: false }),
        ),
      );
  const ways = [
    {
      when: all(equals('proto', PROTOCOL.UDP), inRanges(mine, LINK_LOCAL)),
      then: near((by) => answersBound(node, by)),
    },
    { when: inRanges(peer, LINK_LOCAL), then: near(() => FALSE) },
  ];
  return split(walk, ways, answer());
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

/** A group, or an address that several routers have: echo requests are answered, the latter perhaps from that address, and udp from that address alone (ipv6_chk_acast_addr_src). */
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
      { when: all(equals('proto', PROTOCOL.UDP), of('ANYCAST')), then: (on) => ofUdp(on, node, device) },
      { when: any(not(asksEcho(walk)), not(many), ignored), then: (on) => none(on, 'it was sent to many') },
      { when: own, then: (on) => echo(on, node, device, true) },
    ],
    (on) => echo(on, node, device, false),
  );
}

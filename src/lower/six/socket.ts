import { all, equals, inRanges, not, unknownBit } from '../../ir/predicate.ts';
import type { Predicate, Steps } from '../../ir/program.ts';
import type { Node } from '../../network/network.ts';
import { rangesOf } from '../../packet/address.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { asked } from '../asked.ts';
import { dropped, filter, split, type Then, type Walk, type Way } from '../walk.ts';
import { ZONED } from './addresses.ts';

/**
 * The asking socket is not bound to the device that the question names: to an address of one link it need not be, where
 * it does not connect (sin6_scope_id).
 */
export const isLoose = (node: Node, device: string): Predicate =>
  all(
    not(equals('proto', PROTOCOL.TCP)),
    inRanges(asked('dst'), ZONED),
    not(
      unknownBit({
        id: `${node.name} binds to ${device}`,
        reason: `whether the program on ${node.name} binds its socket to ${device}, or names it as the zone of the destination alone`,
      }),
    ),
  );

/**
 * The device whose address a packet came for, where it came back by lo (rt6i_idev of the local route); else the one that
 * it came in by.
 */
export function arrivedBy(
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

/** A socket that is bound to a device hears only what came in there (raw_v6_match, udp6_lib_lookup2). */
export const heard = (walk: Walk, node: Node, device: string, bound: string, then: Then): Steps =>
  arrivedBy(walk, node, device, 'dst', (on, by) =>
    by === bound ? then(on) : filter(on, isLoose(node, bound), dropped(node, 'no socket'), then),
  );

/** What answers udp from an address of one link is bound to that, and so to its device (inet6_bind), or names the device with each answer (IPV6_PKTINFO). */
export const answersBound = (node: Node, device: string): Predicate =>
  all(
    equals('proto', PROTOCOL.UDP),
    unknownBit({
      id: `${node.name} answers bound to ${device}`,
      reason: `whether what answers udp from an address of one link on ${node.name} is bound to its address, and so to ${device}`,
    }),
  );

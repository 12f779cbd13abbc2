import { all, any, equals, TRUE } from '../../ir/predicate.ts';
import type { Predicate, Steps } from '../../ir/program.ts';
import type { Listener, Node } from '../../network/network.ts';
import { none } from '../exchange.ts';
import { split, type Walk } from '../walk.ts';
import { arrivedBy } from './socket.ts';

/** What follows where a socket takes a packet, which may be bound to a device. */
export type Heard = (walk: Walk, boundTo?: string) => Steps;

/** Of several sockets the one with the address takes it, then the one with the device (inet6_lookup_listener, udp6_lib_lookup2). */
const ORDER = [
  { exact: true, bound: true },
  { exact: true, bound: false },
  { exact: false, bound: true },
  { exact: false, bound: false },
] as const;

const isExact = ({ address }: Listener): boolean => BigInt(address) !== 0n;

const takes = (one: Listener): Predicate =>
  all(equals('dport', one.port), isExact(one) ? equals('dst', one.address) : TRUE);

/** The socket, of those that `ss` shows, that takes a packet. */
export function listening(walk: Walk, node: Node, device: string, sockets: readonly Listener[], then: Heard): Steps {
  return arrivedBy(walk, node, device, 'dst', (here, by) => {
    const near = sockets.filter((one) => one.device === undefined || one.device === by);
    const ways = ORDER.map(({ exact, bound }) => ({
      when: any(...near.filter((one) => isExact(one) === exact && (one.device !== undefined) === bound).map(takes)),
      then: (on: Walk) => (bound ? then(on, by) : then(on)),
    }));
    return split(here, ways, (on) => none(on, 'nothing listens there'));
  });
}

import type { DropReason, Fate } from '../packet/fate.ts';
import type { Origin, Place } from '../packet/place.ts';

/** Why a node let a packet go no further, as the end of a sentence about it. */
const REASONS: Readonly<Record<DropReason, string>> = {
  rule: 'by a rule',
  'no route': 'no route to its destination',
  martian: 'martian: such an address cannot come in here',
  rp_filter: 'source validation (rp_filter)',
  'not forwarding': 'the node does not forward',
  ttl: 'time to live exceeded',
  'no neighbour': 'nobody says where the next hop is (no answer to ARP or neighbour discovery)',
  'not for me': 'a frame for another MAC address',
  'interface down': 'the interface is down',
  'no port': 'the bridge has no port to send it out by',
  'filtered by the link': "the virtual switch delivers only frames to the port's own address",
  checksum: 'bad checksum',
  fragment: 'it waits for the other fragments of its datagram',
  'no socket': 'it belongs to no socket that asked',
  loop: 'it goes round in a loop',
};

/** `compute-1/iptables-save.txt:76`. */
export const printPlace = ({ file, line }: Place): string => `${file}:${line}`;

/** `file:line: text`, as grep prints a line. */
export const printOrigin = ({ text, place }: Origin): string =>
  place === undefined ? text : `${printPlace(place)}: ${text}`;

/** What became of a packet, as the end of a sentence about it. */
export function describeFate(fate: Fate): string {
  switch (fate.kind) {
    case 'delivered':
      return `delivered to ${fate.node} (${fate.interface})`;
    case 'leaves':
      return `leaves the snapshot at ${fate.node}:${fate.interface}`;
    case 'dropped':
      return `dropped on ${fate.node}: ${REASONS[fate.reason]}`;
    case 'unknown':
      return `not known from ${fate.node} on: ${fate.unknown.reason}`;
    case 'none':
      return `none: ${fate.reason}`;
  }
}

/** What decided the fate, where one thing did. */
export function originOf(fate: Fate): Origin | undefined {
  switch (fate.kind) {
    case 'dropped':
      return fate.origin;
    case 'unknown':
      return fate.unknown.origin;
    case 'delivered':
    case 'leaves':
    case 'none':
      return undefined;
  }
}

/** The node where it ended; none where there was nothing to send. */
export const fateNode = (fate: Fate): string | undefined => (fate.kind === 'none' ? undefined : fate.node);

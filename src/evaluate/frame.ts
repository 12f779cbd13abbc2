import { type Address, BROADCAST_MAC, isGroupMac } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import { type Skb, write } from './skb.ts';

/** `skb->pkt_type`: whom a frame is for, as seen by the device that it came in at (include/uapi/linux/if_packet.h). */
export type PacketType = 'host' | 'broadcast' | 'multicast' | 'otherhost';

/** A MAC address; `undefined`: that of somebody out of sight. */
export type Mac = number | undefined;

/** What an ARP packet says (RFC 826), for Ethernet and IPv4. */
export interface Arp {
  readonly operation: number;
  readonly macSource: Mac;
  readonly source: Address;
  readonly macDestination: Mac;
  readonly destination: Address;
}

export const ARP_OPERATION = { REQUEST: 1, REPLY: 2 } as const;

/** A frame as rules of ebtables and arptables look at it and change it: a packet, or ARP. */
export interface Frame {
  macSource: Mac;
  macDestination: Mac;
  type: PacketType;
  mark: number;
  tag: number | undefined;
  /** Who has the address that is not known. */
  readonly stranger?: string;
  readonly packet?: Packet;
  arp?: Arp;
}

/** `eth_type_trans`, then `br_handle_frame`: the bridge's own address makes a frame of its ports the host's, too. */
export function typeAt(to: Mac, ...own: readonly number[]): PacketType {
  if (to === BROADCAST_MAC) return 'broadcast';
  if (to !== undefined && isGroupMac(to)) return 'multicast';
  return to !== undefined && own.includes(to) ? 'host' : 'otherhost';
}

/** The frame that a packet travels in; what a process sends is the host's own (a new skb's pkt_type is 0). */
export const frameOf = ({ packet, tag, type = 'host', stranger }: Skb): Frame => ({
  // 0 stands for the address of somebody out of sight, who has answered, or is answering, for his address
  macSource: packet.macSrc === 0 && stranger !== undefined ? undefined : packet.macSrc,
  macDestination: packet.macDst === 0 ? undefined : packet.macDst,
  type,
  mark: packet.mark,
  tag,
  ...(stranger && { stranger: stranger.name }),
  packet,
});

/** Puts what rules changed of a frame into its packet. */
export function writeBack(skb: Skb, { macSource = 0, macDestination = 0, mark, type }: Frame): void {
  skb.type = type;
  const { packet } = skb;
  if (packet.macSrc !== macSource || packet.macDst !== macDestination || packet.mark !== mark)
    write(skb, { macSrc: macSource, macDst: macDestination, mark });
}

import type { FrameTest, MaskedIp, MaskedMac } from '../network/frame-rules.ts';
import type { Interface } from '../network/network.ts';
import { type Address } from '../packet/address.ts';
import { bitAnd } from '../packet/bits.ts';
import { type Family, PROTOCOL } from '../packet/field.ts';
import { familyOfPacket, type Packet } from '../packet/packet.ts';
import type { Frame, Mac } from './frame.ts';

/** The devices that a hook knows: ports of the bridge for ebtables, any for arptables. */
export interface Devices {
  readonly in?: Interface;
  readonly out?: Interface;
  readonly bridge?: Interface;
}

/** Why a frame does not decide a test: nobody knows, or ebtables-legacy says yes and ebtables-nft no. */
export type Undecided = { readonly reason: string } | Sought | 'legacy only';

/** Somebody out of sight would have to have one of these addresses, or none of them. */
export interface Sought {
  readonly macs: readonly MaskedMac[];
  readonly inverted: boolean;
}

/** What a test found, before it is turned round: `absent` where the frame has no such part, which no `!` turns round. */
type Found = boolean | 'absent' | { readonly reason: string } | Pick<Sought, 'macs'>;

/** Whether a test of a rule holds (`ebt_basic_match`, the modules ebt_ip, ebt_arp, …, and `arp_packet_match`). */
export function testFrame(test: FrameTest, frame: Frame, devices: Devices): boolean | Undecided {
  const found = find(test, frame, devices);
  if (found === 'absent') return false;
  if (typeof found === 'object' && 'macs' in found) return { ...found, inverted: test.inverted };
  const result = typeof found === 'boolean' ? found !== test.inverted : found;
  return result === true && isDisputed(test, frame, devices) ? 'legacy only' : result;
}

/**
 * What holds in ebtables-legacy and not in ebtables-nft: pairs with an address are for IPv4 alone there (measured), and a
 * bridge is asked for where no port is known (`ebt_basic_match` skips the test, nft_meta_bridge compares with no name).
 */
function isDisputed(test: FrameTest, frame: Frame, devices: Devices): boolean {
  if (test.kind === 'logical in') return !test.inverted && devices.in === undefined;
  if (test.kind === 'logical out') return !test.inverted && devices.out === undefined;
  const among = test.kind === 'among source' || test.kind === 'among destination';
  return among && carried(frame) !== TYPE.IPV4 && test.pairs.some(({ address }) => address !== undefined);
}

function find(test: FrameTest, frame: Frame, devices: Devices): Found {
  if (isInside(test)) return frame.tag === undefined ? findInside(test, frame) : 'absent';
  switch (test.kind) {
    case 'protocol':
      return test.type === ethernetType(frame);
    case 'mac source':
      return macHolds(test.of, frame.macSource);
    case 'mac destination':
      return macHolds(test.of, frame.macDestination);
    case 'in':
    case 'out':
      return nameHolds(test.name, devices[test.kind]);
    case 'logical in':
      return devices.in === undefined ? !test.inverted : nameHolds(test.name, devices.bridge);
    case 'logical out':
      return devices.out === undefined ? !test.inverted : nameHolds(test.name, devices.bridge);
    case 'mark':
      return markHolds(test, frame.mark);
    case 'packet type':
      return test.type === frame.type;
    case 'among source':
      return isAmong(test.pairs, frame.macSource, packetOf(frame, 4)?.src ?? frame.arp?.source);
    case 'among destination':
      return isAmong(test.pairs, frame.macDestination, packetOf(frame, 4)?.dst ?? frame.arp?.destination);
    case 'vlan':
      return vlanHolds(test, frame);
    case 'unknown':
      return { reason: test.reason };
  }
}

type InsideTest = Extract<FrameTest, { kind: `${'ip' | 'ip6' | 'arp'} ${string}` }>;

const isInside = (test: FrameTest): test is InsideTest => /^(ip6?|arp) /.test(test.kind);

/** Tests of what an untagged frame carries. */
function findInside(test: InsideTest, frame: Frame): Found {
  const packet = packetOf(frame, test.kind.startsWith('ip6') ? 6 : 4);
  const { arp } = frame;
  switch (test.kind) {
    case 'ip source':
    case 'ip6 source':
      return packet === undefined ? 'absent' : ipHolds(test.of, packet.src);
    case 'ip destination':
    case 'ip6 destination':
      return packet === undefined ? 'absent' : ipHolds(test.of, packet.dst);
    case 'ip protocol':
    case 'ip6 protocol':
      return packet === undefined ? 'absent' : packet.proto === test.number;
    case 'ip tos':
    case 'ip6 tclass':
      return packet === undefined ? 'absent' : packet.tos === test.value;
    case 'ip sport':
    case 'ip6 sport':
      return packet === undefined || packet.fragment === 1 ? 'absent' : within(test.ports, packet.sport);
    case 'ip dport':
    case 'ip6 dport':
      return packet === undefined || packet.fragment === 1 ? 'absent' : within(test.ports, packet.dport);
    case 'ip icmp type':
    case 'ip6 icmp type':
      if ((packet?.proto !== PROTOCOL.ICMP && packet?.proto !== PROTOCOL.ICMPV6) || packet.fragment === 1)
        return 'absent';
      return within(test.types, packet.icmpType) && within(test.codes, packet.icmpCode);
    case 'arp operation':
      return arp === undefined ? 'absent' : arp.operation === test.operation;
    case 'arp hardware type':
      return arp === undefined ? 'absent' : test.type === ETHERNET;
    case 'arp protocol type':
      return arp === undefined ? 'absent' : test.type === TYPE.IPV4;
    case 'arp hardware length':
      return arp === undefined ? 'absent' : test.bytes === 6;
    case 'arp source':
      return arp === undefined ? 'absent' : ipHolds(test.of, arp.source);
    case 'arp destination':
      return arp === undefined ? 'absent' : ipHolds(test.of, arp.destination);
    case 'arp mac source':
      return arp === undefined ? 'absent' : macHolds(test.of, arp.macSource);
    case 'arp mac destination':
      return arp === undefined ? 'absent' : macHolds(test.of, arp.macDestination);
    case 'arp gratuitous':
      return arp === undefined ? 'absent' : arp.source === arp.destination;
  }
}

const ETHERNET = 1; // ARPHRD_ETHER
const TYPE = { IPV4: 0x0800, ARP: 0x0806, VLAN: 0x8100, IPV6: 0x86dd } as const;

const packetOf = ({ packet }: Frame, family: Family): Packet | undefined =>
  packet !== undefined && familyOfPacket(packet) === family ? packet : undefined;

function carried(frame: Frame): number {
  if (frame.arp !== undefined) return TYPE.ARP;
  return packetOf(frame, 4) === undefined ? TYPE.IPV6 : TYPE.IPV4;
}

const ethernetType = (frame: Frame): number => (frame.tag === undefined ? carried(frame) : TYPE.VLAN);

const within = ([low, high]: readonly [number, number], value: number): boolean => low <= value && value <= high;
const ipHolds = ({ address, mask }: MaskedIp<Address>, value: Address): boolean =>
  typeof value === typeof mask && bitAnd(value, mask) === bitAnd(address, mask);

/** A hook without such a device has no name to compare. */
const nameHolds = (pattern: string, { name } = { name: '' } as Pick<Interface, 'name'>): boolean =>
  pattern.endsWith('+') ? name !== '' && name.startsWith(pattern.slice(0, -1)) : name === pattern;

/** `ether_addr_equal_masked`. */
const macHolds = (of: MaskedMac, mac: Mac): Found =>
  mac === undefined ? { macs: [of] } : bitAnd(mac, of.mask) === bitAnd(of.address, of.mask);

const markHolds = (test: Extract<FrameTest, { kind: 'mark' }>, mark: number): boolean =>
  test.any ? bitAnd(mark, test.mask) !== 0 : bitAnd(mark, test.mask) === test.value;

const EVERY_BIT = 0xffffffffffff;

type Pairs = Extract<FrameTest, { kind: 'among source' | 'among destination' }>['pairs'];

/** `ebt_mac_wormhash_contains`: a pair without an address is the MAC address's alone; 0.0.0.0 is none. */
function isAmong(pairs: Pairs, mac: Mac, ip: Address | undefined): Found {
  const fitting = pairs.filter(({ address }) => address === undefined || address === 0 || address === ip);
  if (mac === undefined && fitting.length > 0)
    return { macs: fitting.map((pair) => ({ address: pair.mac, mask: EVERY_BIT })) };
  return fitting.some((pair) => pair.mac === mac);
}

/** The tag is what a VLAN device gave it: priority 0. */
function vlanHolds({ tag, value }: Extract<FrameTest, { kind: 'vlan' }>, frame: Frame): Found {
  if (frame.tag === undefined) return 'absent';
  const held = { id: frame.tag, priority: 0, type: carried(frame) };
  return held[tag] === value;
}

import { all, any, FALSE, not, TRUE, unknownBit } from '../ir/predicate.ts';
import type { Predicate } from '../ir/program.ts';
import type { FrameRule, FrameTest, MaskedMac } from '../network/frame-rules.ts';
import type { Interface, Node } from '../network/network.ts';
import type { Unknown } from '../packet/place.ts';

/** Where a frame is asked by ebtables or arptables: its ports, and the bridge, if it is on one. */
export interface FramePlace {
  readonly node: Node;
  readonly table: string;
  readonly chain: string;
  readonly bridge?: Interface;
  /** The port that a bridged frame came in by, where rules don't see it as well. */
  readonly port?: string;
  readonly in?: string;
  readonly out?: string;
  readonly tag?: number;
}

type Of<Kind extends FrameTest['kind']> = Extract<FrameTest, { kind: Kind }>;

/** Tests of the part of a frame that is IPv4 or IPv6, and of the part that is ARP. */
export type IpTest = Extract<FrameTest, { kind: `${'ip' | 'ip6'} ${string}` }>;
export type ArpTest = Extract<FrameTest, { kind: `arp ${string}` }>;
export type PacketType = Of<'packet type'>['type'];
export type Side = 'source' | 'destination';

/** What a frame holds, for the tests that look into it. */
export interface Contents {
  /** 0x0800, 0x0806 or 0x86dd, under a tag too. */
  readonly type: number;
  readonly mac: (side: Side, of: MaskedMac) => Predicate;
  /** The address of the packet, or the one that ARP tells. */
  readonly address: (side: Side, value: number) => Predicate;
  readonly mark: (test: Of<'mark'>) => Predicate;
  readonly packetType: (type: PacketType) => Predicate;
  /** The test itself, its `!` applied: only the test knows what that means. FALSE where there is no such part. */
  readonly ip: (test: IpTest) => Predicate;
  readonly arp: (test: ArpTest) => Predicate;
}

/** How unknowns of a rule are named at one visit. */
export type Namer = (rule: FrameRule, reason: string) => Unknown;

/** The frames that a rule matches: those that all of its tests hold for (ebt_basic_match, EBT_MATCH_ITERATE). */
export function ruleMatches(rule: FrameRule, place: FramePlace, of: Contents, name: Namer): Predicate {
  let so: Predicate = TRUE;
  for (const test of rule.tests) {
    so = all(
      so,
      testHolds(test, place, of, (reason) => name(rule, reason)),
    );
    if (so.kind === 'false') return so;
  }
  return so;
}

const turn = (of: Predicate, { inverted }: FrameTest): Predicate => (inverted ? not(of) : of);
const truth = (value: boolean, test: FrameTest): Predicate => (value === test.inverted ? FALSE : TRUE);

function testHolds(test: FrameTest, place: FramePlace, of: Contents, unknown: (reason: string) => Unknown): Predicate {
  switch (test.kind) {
    case 'protocol':
      return truth(test.type === (place.tag === undefined ? of.type : TAGGED), test);
    case 'mac source':
      return turn(of.mac('source', test.of), test);
    case 'mac destination':
      return turn(of.mac('destination', test.of), test);
    case 'in':
      return truth(fits(test.name, place.in), test);
    case 'out':
      return truth(fits(test.name, place.out), test);
    case 'logical in':
      return logical(test, place, place.in);
    case 'logical out':
      return logical(test, place, place.out);
    case 'ip source':
    case 'ip destination':
    case 'ip protocol':
    case 'ip tos':
    case 'ip sport':
    case 'ip dport':
    case 'ip icmp type':
    case 'ip6 source':
    case 'ip6 destination':
    case 'ip6 protocol':
    case 'ip6 tclass':
    case 'ip6 sport':
    case 'ip6 dport':
    case 'ip6 icmp type':
      return place.tag === undefined ? of.ip(test) : FALSE;
    case 'arp operation':
    case 'arp hardware type':
    case 'arp protocol type':
    case 'arp hardware length':
    case 'arp source':
    case 'arp destination':
    case 'arp mac source':
    case 'arp mac destination':
    case 'arp gratuitous':
      return place.tag === undefined ? of.arp(test) : FALSE;
    case 'mark':
      return turn(of.mark(test), test);
    case 'packet type':
      return turn(of.packetType(test.type), test);
    case 'among source':
      return amongHolds(test, place, of, 'source');
    case 'among destination':
      return amongHolds(test, place, of, 'destination');
    case 'vlan':
      return place.tag === undefined ? FALSE : truth(tagHolds(test, place.tag, of.type), test);
    case 'unknown':
      return unknownBit(unknown(test.reason));
  }
}

/** The ethernet type of a frame with a VLAN tag (ETH_P_8021Q): what it carries is not looked at. */
const TAGGED = 0x8100;

/** ebt_dev_check: a trailing `+` is a prefix; no device at all is no match. */
const fits = (pattern: string, name: string | undefined): boolean =>
  name !== undefined && (pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern);

/** Priorities of own tags are 0 (no `egress-qos-map` is shown). */
function tagHolds({ tag, value }: Of<'vlan'>, id: number, type: number): boolean {
  switch (tag) {
    case 'id':
      return value === id;
    case 'priority':
      return value === 0;
    case 'type':
      return value === type;
  }
}

/**
 * Without a port on that side ebtables-legacy does not test at all, `!` or not (ebt_basic_match); ebtables-nft compares
 * with no name (nft_meta_bridge_get_eval).
 */
function logical(test: Logical, { node, bridge }: FramePlace, port: string | undefined): Predicate {
  if (port !== undefined) return truth(fits(test.name, bridge?.name), test);
  return test.inverted ? TRUE : isLegacy(node);
}

type Logical = Extract<FrameTest, { readonly name: string }>;

/** Pairs with addresses are for IPv4 alone in ebtables-nft: measured, ARP fits neither them nor their `!`. */
function amongHolds(test: Among, place: FramePlace, of: Contents, side: Side): Predicate {
  const so = turn(among(test, of, side), test);
  const plain = of.type === IPV4 && place.tag === undefined;
  return plain || test.pairs.every(({ address }) => address === undefined) ? so : all(isLegacy(place.node), so);
}

const IPV4 = 0x0800;

type Among = Of<'among source' | 'among destination'>;

/** ebt_mac_wormhash_contains: a pair without an address stands for all of them; 0.0.0.0 is none. */
const among = ({ pairs }: Among, of: Contents, side: Side): Predicate =>
  any(
    ...pairs.map(({ mac, address = 0 }) =>
      all(of.mac(side, { address: mac, mask: 2 ** 48 - 1 }), address === 0 ? TRUE : of.address(side, address)),
    ),
  );

/** Which of the two programs has loaded a node's rules: a few things are different. */
export function isLegacy({ name, frameFlavour }: Node): Predicate {
  if (frameFlavour !== undefined) return frameFlavour === 'legacy' ? TRUE : FALSE;
  return unknownBit({
    id: `${name} has ebtables-legacy`,
    reason: `whether ebtables of ${name} is ebtables-legacy or ebtables-nft, which order OUTPUT and read tests differently (the head of \`ebtables-save\` says it)`,
  });
}

import type { Predicate } from '../ir/program.ts';
import type { Family, Field } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';
import type { Unknown } from '../packet/place.ts';
import type { Range, Ranges } from '../packet/ranges.ts';
import type { Scalar } from '../packet/scalar.ts';

export type HookName = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

/**
 * Where a rule is asked, as far as it is the same for every packet that is asked there: both meanings of an extension
 * get the same one. Interfaces are names; absent where the hook has none.
 */
export interface RuleContext {
  /** Of the packets; absent: 4. */
  readonly family?: Family;
  readonly node: string;
  readonly hook: HookName;
  readonly table: string;
  readonly in?: string;
  readonly out?: string;
  /** Bridge ports of a bridged packet (`-m physdev`), set exactly where br_netfilter has them. */
  readonly physIn?: string;
  readonly physOut?: string;
  /** The packet crosses the bridge (`--physdev-is-bridged`). */
  readonly bridged: boolean;
  /** It comes back from the node itself: by lo, or as the sender's own copy of a broadcast (PACKET_LOOPBACK). */
  readonly looped?: true;
  /** Later fragments come by, and their payload may be taken for a header (iptables-nft). */
  readonly misread?: true;
  /** What is not an echo has the length that its program gives it: an answer, and a connection beyond its SYN. */
  readonly lengthOpen?: true;
  /** Types of addresses as the node's routing sees them (`-m addrtype`), optionally limited to one interface. */
  readonly addressTypes: (limitTo?: string) => AddressTypes;
  /** A set by name; absent if the capture does not hold it. */
  readonly set: (name: string) => ContextSet | undefined;
  /** Primary addresses of an interface, in order (MASQUERADE, REDIRECT). */
  readonly addressesOf: (device: string) => readonly Scalar[];
  /** The group of a device (`ip link set … group`); absent where no capture shows its number. */
  readonly groupOf: (device: string | undefined) => number | undefined;
  /** Takes for granted what no capture shows, and writes it down; false where nothing may be taken for granted. */
  readonly assume?: (text: string) => boolean;
  /** Names one thing that can't be known at this rule; the walk makes `id` unique a rule, an occurrence and a visit. */
  readonly unknown: (reason: string) => Unknown;
}

/** What is asked of the way back to a packet's source (`struct xt_rpfilter_info`). */
export interface WayBack {
  /** Any way will do, not just one by the device that the packet came in by. */
  readonly loose: boolean;
  /** The packet's mark chooses among routes, not the mark 0. */
  readonly marked: boolean;
  /** The source may be the node's own address. */
  readonly local: boolean;
  /** Whether there is no such way is the question. */
  readonly inverted: boolean;
}

/** What is different for each packet that is asked there. */
export interface PacketContext extends RuleContext {
  /** The answer; unknown (the question turned round or not) where routes are missing that may decide. */
  readonly leadsBack: (by: WayBack, packet: Packet) => Matched;
}

/** The same of all packets together. */
export interface ClassContext extends RuleContext {
  readonly leadsBack: (by: WayBack) => Predicate;
}

/** A partition of all addresses by type: LOCAL, BROADCAST, MULTICAST, UNICAST, BLACKHOLE, UNREACHABLE, PROHIBIT, … */
export type AddressTypes = ReadonlyMap<string, Ranges<Scalar>>;

/** The shape of an ipset as the `set` match and the SET target need it (`IpSet` of network/ruleset.ts fits). */
export interface ContextSet {
  readonly name: string;
  readonly type: string;
  readonly entries: readonly {
    readonly nomatch: boolean;
    readonly parts: readonly /** The field's value, masked first where a mask is given, lies in the ranges. */
    (
      | { readonly kind: 'address'; readonly mask?: Scalar; readonly ranges: Ranges<Scalar> }
      | { readonly kind: 'mac' | 'mark'; readonly mask?: number; readonly ranges: Ranges }
      | { readonly kind: 'port'; readonly protocol?: number; readonly ranges: Ranges }
      | { readonly kind: 'interface'; readonly name: string; readonly physical: boolean }
      | { readonly kind: 'set'; readonly name: string }
    )[];
  }[];
}

/** A match's answer on one packet: yes, no, or not to be known. */
export type Matched = boolean | Unknown;

/** How nat is to translate the first packet of a flow (`struct nf_nat_range2`). */
export interface NatRange {
  readonly manip: 'source' | 'destination';
  /** Absent: the address stays. One address (low = high) or a range that the kernel picks from by hash. */
  readonly addresses?: Range<Scalar>;
  /** Absent: the port stays if it is free. */
  readonly ports?: Range;
  /** `--to-destination A:10-20/5`: ports are shifted by `dport - base`. */
  readonly portBase?: number;
  /** NETMAP: the host bits stay, the network bits are those of `addresses[0]`. */
  readonly netmapMask?: Scalar;
  /** MASQUERADE: the address is the outgoing interface's primary one towards the next hop. */
  readonly masquerade?: boolean;
  /** The kernel may pick any port of the range (`--random`, `--random-fully`), even where the old one would do. */
  readonly random?: boolean;
}

/** What a target writes: all of it is read from the packet as it was. */
export interface Change<V> {
  readonly fields?: readonly { readonly field: Field; readonly value: V }[];
  /** Fields that get a value which nobody knows, somewhere in the ranges (a hash of the flow). */
  readonly forgotten?: readonly { readonly field: Field; readonly ranges: Ranges<Scalar>; readonly unknown: Unknown }[];
  /** The packets that are changed so, where not all are. Said by a lowered effect: an applied one knows its packet. */
  readonly when?: Predicate;
  /** What is written to the packets outside of `when`. */
  readonly otherwise?: readonly { readonly field: Field; readonly value: V }[];
}

/**
 * What a target does, as data that both the evaluator (values as numbers) and the lowering (values as `Value`) carry
 * out. `V` is `number` or `Value`.
 */
export type Effect<V> =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'return' }
  /** The next rule is asked; fields are written first (marks, tos, …). Nothing written: LOG and its like. */
  | ({ readonly kind: 'continue' } & Change<V>)
  /** DROP, and this is sent back (`icmp-port-unreachable`, `tcp-reset`, …). */
  | { readonly kind: 'reject'; readonly with: string }
  /** ACCEPT after translation. */
  | { readonly kind: 'nat'; readonly range: NatRange }
  /** `-j CT --notrack`: the packet is UNTRACKED here; the next rule is asked. */
  | { readonly kind: 'notrack' }
  /** `-j CT --zone N`. */
  | { readonly kind: 'zone'; readonly zone: number }
  /** Whether it goes on can't be known: the packet, as it is, may be dropped, accepted or go on to the next rule. */
  | { readonly kind: 'unknown'; readonly unknown: Unknown }
  /** What becomes of the packet can't be known at all: it may also be changed, copied or answered. */
  | { readonly kind: 'lost'; readonly unknown: Unknown };

/** A line for the kernel to judge: `accepted` unless it says that it is refused. */
export interface Example {
  readonly rule: string;
  readonly refused?: boolean;
  /** How it is saved back, if not word for word. */
  readonly saved?: string;
}

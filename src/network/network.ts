import type { Address, Prefix } from '../packet/address.ts';
import type { Family } from '../packet/field.ts';
import type { Assumption, Place } from '../packet/place.ts';
import type { ArpRules, FrameFlavour, FrameRules } from './frame-rules.ts';
import type { IpSet, Ruleset } from './ruleset.ts';
import type { Known } from './unknown.ts';

export interface InterfaceAddress extends Prefix {
  /** The address itself (`address` of the prefix has its host bits cut off). */
  readonly local: Address;
  /** `scope` as iproute2 numbers it: global 0, site 200, link 253, host 254. */
  readonly scope: number;
  readonly broadcast?: number;
  readonly secondary: boolean;
  /** Of IPv6: not to be used as a source if another will do; not yet, or never, to be used at all. */
  readonly deprecated?: true;
  readonly tentative?: true;
  /** Of IPv6: made for privacy (RFC 8981), preferred or not as `use_tempaddr` says. */
  readonly temporary?: true;
  readonly place: Place;
}

export type InterfaceKind = 'loopback' | 'ethernet' | 'bridge' | 'vlan' | 'bond' | 'dummy' | 'veth' | 'tun' | 'other';

export interface Interface {
  readonly name: string;
  readonly kind: InterfaceKind;
  /** Administratively up (the `UP` flag). A bridge port that is down is a disabled port. */
  readonly up: boolean;
  /** `false` where the capture says NO-CARRIER. */
  readonly carrier: boolean;
  readonly mac: number;
  readonly addresses: readonly InterfaceAddress[];
  /** The bridge (or bond) that it is a port of. */
  readonly master?: string;
  readonly hairpin: Known<boolean>;
  /** The user's own promiscuous flag. */
  readonly promisc: boolean;
  readonly vlan?: { readonly parent: string; readonly id: number };
  readonly mtu: number;
  /** The number of its group (`ip link set … group`); absent where it is shown by a name of the host's own, or not at all. */
  readonly group?: number;
  readonly place: Place;
  /**
   * Why nothing can be told of frames here: what the interface (or one on top of it) does with them is not modelled. A
   * frame that comes in or leaves by it is lost to sight, and whatever asks with ARP here may be answered.
   */
  readonly undecided?: string;
}

export type RouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'multicast'
  | 'anycast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'throw';

export interface NextHop {
  readonly via?: Address;
  readonly device: string;
  readonly weight: number;
}

export interface Route {
  readonly table: number; // 255 local, 254 main, 253 default
  readonly type: RouteType;
  readonly destination: Prefix;
  /** One, but for multipath routes and for the types that lead nowhere (none). */
  readonly nextHops: readonly NextHop[];
  /** The preferred source address. */
  readonly source?: Address;
  readonly metric: number;
  readonly tos: number;
  readonly scope: number; // as `InterfaceAddress.scope`
  readonly onlink: boolean;
  /** Of IPv6: the hop limit of what the node sends by it (RTAX_HOPLIMIT); absent: the device's. */
  readonly hopLimit?: number;
  /** The route as `ip route` prints it. */
  readonly text: string;
  /** Absent where it follows from an address. */
  readonly place?: Place;
}

export interface PolicyRule {
  readonly priority: number;
  readonly inverted: boolean;
  readonly from?: Prefix;
  readonly to?: Prefix;
  readonly iif?: string;
  readonly oif?: string;
  readonly mark?: { readonly value: number; readonly mask: number };
  readonly tos?: number;
  readonly protocol?: number;
  readonly sport?: readonly [low: number, high: number];
  readonly dport?: readonly [low: number, high: number];
  readonly action:
    | { readonly kind: 'table'; readonly table: number; readonly suppressPrefixLength?: number }
    | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' };
  readonly text: string;
  readonly place?: Place;
  /** Why nobody can tell what it does: a lookup that comes to it is unknown, and its selectors and action say nothing. */
  readonly undecided?: string;
}

/** A static or learned entry of the neighbour table. */
export interface Neighbour {
  readonly address: Address;
  readonly device: string;
  readonly mac?: number;
  /** `PERMANENT`, `REACHABLE`, `STALE`, `FAILED`, `INCOMPLETE`, …; only PERMANENT (and NOARP) decides anything. */
  readonly state: string;
  readonly place: Place;
}

/** A socket that waits (`ss -l`). `address` 0 is the wildcard of its family. */
export interface Listener {
  readonly protocol: number;
  readonly address: Address;
  readonly port: number;
  readonly device?: string;
  readonly place: Place;
}

export interface Setting {
  readonly value: string;
  readonly place: Place;
}

/** A dnsmasq that runs on the node: what it listens on, whom it serves. */
export interface DhcpServer {
  readonly addresses: readonly number[];
  readonly interfaces: readonly string[];
  readonly ranges: readonly { readonly low: number; readonly high: number; readonly static: boolean }[];
  readonly hosts: readonly {
    readonly mac: number;
    readonly address: number;
    readonly name?: string;
    readonly place: Place;
  }[];
  readonly place: Place;
}

/** Something that was read and takes no part in the model, with the reason and what it could change. */
export interface Unmodelled {
  readonly what: string;
  readonly reason: string;
  readonly place: Place;
  /**
   * What it decides on this node, where leaving it out could make an answer wrong: `ip` any IPv4 packet that passes a
   * hook of the node, `bridge` any frame that comes in or goes out by a bridge of the node, ARP included, `arp` any ARP
   * frame that it sends, takes or forwards. An answer whose packets pass there is unknown. Absent: it changes only what
   * `reason` says.
   */
  readonly decides?: 'ip' | 'bridge' | 'arp';
}

/** What a node is to packets of IPv6, where that is not what it is to IPv4; see the members of {@link Node}. */
export interface SixNode
  extends Pick<Node, 'routes' | 'rules' | 'neighbours' | 'ruleset' | 'listeners' | 'undecided' | 'shownRules'> {
  /** By interface; link-local ones have scope 253, `::1` has 254. */
  readonly addresses: ReadonlyMap<string, readonly InterfaceAddress[]>;
  /** What packets of IPv6 meet; absent: what those of IPv4 do. */
  readonly unmodelled?: readonly Unmodelled[];
  /** Sets of IPv4 hold nothing here, as those of IPv6 hold nothing for IPv4; absent: none of either. */
  readonly sets?: Node['sets'];
  /** Beside those of the node. */
  readonly assumptions: readonly Assumption[];
}

export interface Node {
  readonly name: string;
  /** In the order of the capture (the kernel's index). `lo` is always among them. */
  readonly interfaces: readonly Interface[];
  /** Every table, local and broadcast routes included (derived from the addresses where not shown). */
  readonly routes: readonly Route[];
  /** By priority; the kernel's three where no capture shows them. */
  readonly rules: readonly PolicyRule[];
  readonly neighbours: readonly Neighbour[];
  readonly ruleset: Known<Ruleset>;
  readonly sets: ReadonlyMap<string, IpSet>;
  /** What `ebtables-save` showed, and what libvirt makes of a guest's filters; absent: no rules. */
  readonly frameRules?: FrameRules;
  /** As the head of `ebtables-save` says; absent: nobody knows. */
  readonly frameFlavour?: FrameFlavour;
  /** What `arptables-save` showed; absent: no rules. */
  readonly arpRules?: ArpRules;
  /** What `sysctl -a` showed, by key; read it through `sysctl()` only. */
  readonly settings: ReadonlyMap<string, Setting>;
  /** `sysctl.txt` is the whole of `sysctl -a`. */
  readonly settingsComplete: boolean;
  /** `assume: kernel-defaults` holds for this node. */
  readonly kernelDefaults: boolean;
  readonly listeners: Known<readonly Listener[]>;
  readonly dhcpServers: readonly DhcpServer[];
  readonly unmodelled: readonly Unmodelled[];
  readonly assumptions: readonly Assumption[];
  /**
   * What no capture of the node decides, with the reason: its interfaces (then `interfaces` holds only those that other
   * captures name) or its routes (then `routes` holds only some of them). A route lookup on such a node is unknown: what
   * is not shown could come before any route that is. Only its own addresses and broadcasts are trusted, where the rule
   * of priority 0 finds them in table local: nothing comes before a route to one address there. With `interfaces`
   * whatever comes to the node or is sent by it is unknown, and it may answer for any address.
   */
  readonly undecided?: ReadonlyMap<'interfaces' | 'routes', string>;
  /** Absent where no capture shows anything of IPv6. Read through `inFamily()` only. */
  readonly six?: SixNode;
  /** The tables that are shown where others are not, and `ruleset` is therefore unknown: to look at, not to decide with. */
  readonly shownRules?: Ruleset;
}

export interface LinkEnd {
  readonly node: string;
  readonly interface: string;
  /** A virtual switch that delivers to this end only frames to its own address (and broadcast and multicast). */
  readonly ownAddressOnly: boolean;
}

/** A layer-2 segment: what one end sends, all other ends may receive. */
export interface Link {
  readonly name: string;
  readonly ends: readonly LinkEnd[];
  readonly place: Place;
}

export interface Network {
  /** Whose packets it is seen by (`inFamily()`); absent: 4. */
  readonly family?: Family;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly links: readonly Link[];
  /** Names given in network.yaml, each for a node. */
  readonly names: ReadonlyMap<string, string>;
  /** Every file that was looked at, with what it was read as. */
  readonly inventory: readonly InventoryItem[];
}

export interface InventoryItem {
  readonly file: string;
  /** `read`: it took part; `other form`: agreed with the form that was read; `not modelled`: understood, takes no part; `unknown`: no reader. */
  readonly status: 'read' | 'other form' | 'not modelled' | 'unknown';
  readonly what: string;
}

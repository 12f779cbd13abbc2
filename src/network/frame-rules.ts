import type { Address } from '../packet/address.ts';
import type { Place } from '../packet/place.ts';
import type { Range } from '../packet/ranges.ts';

/** Tables of ebtables, in the order in which a frame meets them (`br_handle_frame`, `br_netfilter_hooks.c`). */
export const FRAME_TABLES = ['broute', 'nat', 'filter'] as const;
export type FrameTableName = (typeof FRAME_TABLES)[number];

/** A MAC address of a rule: what the frame's address holds under the mask. */
export interface MaskedMac {
  readonly address: number;
  readonly mask: number;
}

/** An address of a rule, likewise; of IPv4 unless it says otherwise. */
export interface MaskedIp<A extends Address = number> {
  readonly address: A;
  readonly mask: A;
}

/**
 * One test of a rule of ebtables or arptables; a rule matches where all of its tests hold. `inverted` turns a test
 * round, where the part of the frame that it looks at is there; where it is not (no ARP, no IPv4), it does not hold.
 */
export type FrameTest = {
  readonly inverted: boolean;
} /** The ethernet type: 0x0800 IPv4, 0x0806 ARP, 0x86dd IPv6, 0x8100 a tagged frame. `length`: an 802.3 length field. */ & (
  | { readonly kind: 'protocol'; readonly type: number | 'length' }
  | { readonly kind: 'mac source' | 'mac destination'; readonly of: MaskedMac }
  /** A port (`-i`, `-o`), or the bridge itself (`--logical-in`, `--logical-out`); a trailing `+` makes a prefix. */
  | { readonly kind: 'in' | 'out' | 'logical in' | 'logical out'; readonly name: string }
  /** `--ip-src`, `--ip-dst`; arptables' `-s`, `-d` are `arp source` and `arp destination`. */
  | { readonly kind: 'ip source' | 'ip destination'; readonly of: MaskedIp }
  | { readonly kind: 'ip6 source' | 'ip6 destination'; readonly of: MaskedIp<bigint> }
  | { readonly kind: 'ip protocol' | 'ip6 protocol'; readonly number: number }
  /** The whole byte: DSCP and ECN. */
  | { readonly kind: 'ip tos' | 'ip6 tclass'; readonly value: number }
  | { readonly kind: 'ip sport' | 'ip dport' | 'ip6 sport' | 'ip6 dport'; readonly ports: Range }
  | { readonly kind: 'ip icmp type' | 'ip6 icmp type'; readonly types: Range; readonly codes: Range }
  | { readonly kind: 'arp operation'; readonly operation: number }
  | { readonly kind: 'arp hardware type'; readonly type: number }
  | { readonly kind: 'arp protocol type'; readonly type: number }
  /** Lengths of the hardware and protocol addresses (arptables' `--h-length`). */
  | { readonly kind: 'arp hardware length'; readonly bytes: number }
  | { readonly kind: 'arp source' | 'arp destination'; readonly of: MaskedIp }
  | { readonly kind: 'arp mac source' | 'arp mac destination'; readonly of: MaskedMac }
  | { readonly kind: 'arp gratuitous' }
  | {
      readonly kind: 'mark';
      readonly value: number;
      readonly mask: number /** `/MASK` alone: any bit of it. */;
      readonly any: boolean;
    }
  | { readonly kind: 'packet type'; readonly type: 'host' | 'broadcast' | 'multicast' | 'otherhost' }
  /** `among`: pairs of a MAC address and, where given, an address. */
  | {
      readonly kind: 'among source' | 'among destination';
      readonly pairs: readonly { readonly mac: number; readonly address?: number }[];
    }
  /** A test that only tagged frames can meet (`--vlan-…`). */
  | { readonly kind: 'vlan'; readonly tag: 'id' | 'priority' | 'type'; readonly value: number }
  /** `limit`, or anything that is read and that no frame decides. */
  | { readonly kind: 'unknown'; readonly reason: string }
);

export type FrameVerdict = 'ACCEPT' | 'DROP' | 'CONTINUE' | 'RETURN';

/** What a rule does with a frame that it matches; the targets that change a frame say what follows in `then`. */
export type FrameAction =
  | { readonly kind: 'verdict'; readonly verdict: FrameVerdict }
  | { readonly kind: 'jump'; readonly chain: string }
  | {
      readonly kind: 'mark';
      readonly how: 'set' | 'or' | 'and' | 'xor';
      readonly value: number;
      readonly then: FrameVerdict;
    }
  | { readonly kind: 'dnat' | 'snat'; readonly mac: number; readonly arp: boolean; readonly then: FrameVerdict }
  /** The frame's destination becomes the port's own bridge. */
  | { readonly kind: 'redirect'; readonly then: FrameVerdict }
  /** Answers an ARP request itself. */
  | { readonly kind: 'arpreply'; readonly mac: number; readonly then: FrameVerdict }
  /** arptables' `mangle`. */
  | {
      readonly kind: 'mangle';
      readonly macSource?: number;
      readonly macDestination?: number;
      readonly source?: number;
      readonly destination?: number;
      readonly then: FrameVerdict;
    }
  /** Something that nobody has modelled: what becomes of the frame is not known. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface FrameRule {
  /** Its position in its chain, counted from 1. */
  readonly number: number;
  readonly tests: readonly FrameTest[];
  readonly action: FrameAction;
  /** The rule as `ebtables-save` (or `arptables-save`) prints it. */
  readonly text: string;
  readonly place: Place;
}

export interface FrameChain {
  readonly name: string;
  /** Where a frame that reaches the end goes on: built-in chains ACCEPT or DROP, own chains also RETURN. */
  readonly policy: FrameVerdict;
  readonly builtIn: boolean;
  readonly rules: readonly FrameRule[];
  readonly place: Place;
}

/** Whose rules of ebtables are: those of the kernel's own tables, or of nf_tables. They differ where docs/path.md says. */
export type FrameFlavour = 'legacy' | 'nf_tables';

/** `ebtables`: chains by table. PREROUTING and POSTROUTING are nat's, BROUTING is broute's, OUTPUT is in nat and filter. */
export type FrameRules = ReadonlyMap<FrameTableName, ReadonlyMap<string, FrameChain>>;

/** `arptables`: the chains INPUT, OUTPUT, FORWARD of its one table and their own. */
export type ArpRules = ReadonlyMap<string, FrameChain>;

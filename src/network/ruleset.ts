import type { Address } from '../packet/address.ts';
import type { Place } from '../packet/place.ts';
import type { Ranges } from '../packet/ranges.ts';

export const TABLES = ['raw', 'mangle', 'nat', 'filter', 'security'] as const;
export type TableName = (typeof TABLES)[number];

export const HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const;
/** A netfilter hook, by the name of the built-in chains on it. */
export type Hook = (typeof HOOKS)[number];

/** What an extension's own parser made of its options; only the extension knows its shape. */
export type Options = Readonly<Record<string, unknown>>;

/** An interface name of a rule (`-i`, `-o`); a trailing `+` makes it a prefix. */
export interface InterfacePattern {
  readonly text: string;
  readonly inverted: boolean;
}

/** An address of a rule: value and mask (which need not be contiguous). */
export interface MaskedAddress {
  readonly address: Address;
  readonly mask: Address;
  readonly inverted: boolean;
}

/** The part of a rule that needs no extension: `-s -d -p -i -o -f`. */
export interface Header {
  readonly source?: MaskedAddress;
  readonly destination?: MaskedAddress;
  readonly protocol?: { readonly number: number; readonly inverted: boolean };
  readonly in?: InterfacePattern;
  readonly out?: InterfacePattern;
  /** `-f`: only later fragments. */
  readonly fragment?: { readonly inverted: boolean };
}

/** One `-m NAME …` of a rule. `options` is absent where no extension of that name is known: then it is an unknown. */
export interface MatchUse {
  readonly name: string;
  readonly options?: Options;
  /** The match as the rule's author wrote it, canonically printed. */
  readonly text: string;
}

/** What a rule does with a packet that it matches. */
export type Action =
  | { readonly kind: 'none' } // a rule without a target only counts
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'goto'; readonly chain: string }
  /** An extension, the built-in verdicts ACCEPT, DROP, RETURN and QUEUE included. */
  | { readonly kind: 'target'; readonly name: string; readonly options?: Options; readonly text: string };

export interface Rule {
  /** Its position in its chain, counted from 1, as `iptables -L --line-numbers` counts. */
  readonly number: number;
  readonly header: Header;
  readonly matches: readonly MatchUse[];
  readonly action: Action;
  /** The rule as `iptables-save` prints it, from `-A`. */
  readonly text: string;
  readonly place: Place;
}

export interface Chain {
  readonly name: string;
  /** Only built-in chains have one. */
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly rules: readonly Rule[];
  readonly place: Place;
}

export interface Table {
  readonly name: TableName;
  readonly chains: ReadonlyMap<string, Chain>;
}

/** The rules of one address family on one node. A table that is absent holds no rules. */
export interface Ruleset {
  readonly tables: ReadonlyMap<TableName, Table>;
  /**
   * Ports, flags and icmp types are asked of the kernel's own matches, as the capture's head says. Otherwise nf_tables may
   * be asked (iptables-nft 1.8.8), which takes the payload of a later fragment for a header.
   */
  readonly ownMatches?: true;
}

export const EMPTY_RULESET: Ruleset = { tables: new Map() };

/** A set as `ipset save` prints it. Each entry is one value a dimension, in the order of the type's name. */
export interface IpSet {
  readonly name: string;
  /** `hash:ip`, `hash:net,port`, `bitmap:port`, `list:set`, … */
  readonly type: string;
  /** `family inet6`: no packet of IPv4 is in it; absent: no packet of IPv6, where the type has addresses. */
  readonly family?: 6;
  readonly entries: readonly SetEntry[];
  readonly place: Place;
}

export interface SetEntry {
  /** One dimension each: addresses, ports (with their protocol), MAC addresses, marks; an interface or a set by name. */
  readonly parts: readonly SetPart[];
  /** `nomatch`: what the entry holds is an exception. */
  readonly nomatch: boolean;
}

export type SetPart =
  /** `mask`: the packet's address is masked first (`create … bitmask`). */
  | { readonly kind: 'address'; readonly mask?: Address; readonly ranges: Ranges<Address> }
  | { readonly kind: 'port'; readonly protocol?: number; readonly ranges: Ranges }
  | { readonly kind: 'mac'; readonly ranges: Ranges }
  /** `mask`: the packet's mark is masked first (`create … markmask`). */
  | { readonly kind: 'mark'; readonly mask?: number; readonly ranges: Ranges }
  | { readonly kind: 'interface'; readonly name: string; readonly physical: boolean }
  | { readonly kind: 'set'; readonly name: string };

import type { InterfaceAddress, InterfaceKind, Unmodelled } from '../../network/network.ts';
import type { Known } from '../../network/unknown.ts';
import type { Place } from '../../packet/place.ts';

/** Why no capture of interfaces is without one. */
export const LOOPBACK = '`ip` lists `lo` on every host';

/** An address as a listing shows it; the kernel makes no connected route for one with `noprefixroute`. */
export interface SeenAddress extends InterfaceAddress {
  readonly noPrefixRoute: boolean;
  /** Of IPv6: the address of the other end. The prefix is that of the address itself, unlike that of IPv4. */
  readonly peer?: bigint;
}

/** An interface as one listing shows it: what the listing leaves open is absent. */
export interface SeenInterface {
  readonly name: string;
  /** What stands behind `@`: the lower device or the other end of a pair (`if7` where it is elsewhere). */
  readonly lower?: string;
  /** Absent in a listing that lost them. */
  readonly flags?: ReadonlySet<string>;
  /** `operstate`: UP, DOWN, UNKNOWN, … */
  readonly state?: string;
  /** Only with `-d`, but for `lo`. */
  readonly kind?: InterfaceKind;
  readonly mac?: number;
  readonly mtu: number;
  /** Absent for a name out of the host's /etc/iproute2/group. */
  readonly group?: number;
  readonly master?: { readonly name: string; readonly place: Place };
  readonly vlan?: number;
  readonly hairpin?: boolean;
  /** State of a bridge port: `forwarding`, `blocking`, … */
  readonly portState?: string;
  /** Of IPv4. */
  readonly addresses: readonly SeenAddress[];
  /** Of IPv6, in the kernel's order; absent where the listing does not show them (`ip -4 addr`), unknown where one cannot be read. */
  readonly six?: Known<readonly SeenAddress[]>;
  readonly unmodelled: readonly Unmodelled[];
  readonly place: Place;
}

/** Scopes by the names of iproute2 (`/etc/iproute2/rt_scopes`). */
export const SCOPE: Readonly<Record<string, number>> = {
  global: 0,
  universe: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
};

export const scopeName = (scope: number): string =>
  ['global', 'site', 'link', 'host', 'nowhere'].find((name) => SCOPE[name] === scope) ?? String(scope);

/** Advice where a scope is none of them. */
export const SCOPES = 'known here: global, site, link, host, or a number up to 255';

export const parseScope = (text: string): number | undefined =>
  (Object.hasOwn(SCOPE, text) ? SCOPE[text] : undefined) ??
  (/^\d{1,3}$/.test(text) && Number(text) < 256 ? Number(text) : undefined);

/** `default` is iproute2's own name of group 0 (rtnl_group_n2a). */
export const parseGroup = (text: string): number | undefined =>
  text === 'default' ? 0 : /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 ? Number(text) : undefined;

/** Kinds as `ip -d link` names them; any other is `other`. */
const KINDS: Readonly<Record<string, InterfaceKind>> = {
  bridge: 'bridge',
  vlan: 'vlan',
  bond: 'bond',
  dummy: 'dummy',
  veth: 'veth',
  tun: 'tun',
};

export const kindOf = (name: string): InterfaceKind =>
  (Object.hasOwn(KINDS, name) ? KINDS[name] : undefined) ?? 'other';

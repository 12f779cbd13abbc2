import type { ArpRules } from '../../network/frame-rules.ts';
import type { Listener, Neighbour, Unmodelled } from '../../network/network.ts';
import type { IpSet, Ruleset, TableName } from '../../network/ruleset.ts';
import type { Known } from '../../network/unknown.ts';
import type { SeenBridge } from '../bridge/brctl.ts';
import type { SeenHairpin } from '../bridge/hairpin.ts';
import type { SeenPort } from '../bridge/link.ts';
import type { DhcpHost, SeenDnsmasq } from '../dnsmasq/options.ts';
import type { NftChain } from '../foreign/nft.ts';
import type { SeenFrames } from '../frames/ebtables.ts';
import type { NovaFlag } from '../host/nova.ts';
import type { SeenSettings } from '../host/sysctl.ts';
import type { Resolver, Stanza } from '../host/text.ts';
import type { FamilyRoutes, SeenRoutes } from '../ip/route.ts';
import type { SeenRules } from '../ip/rule.ts';
import type { SeenInterface } from '../ip/seen.ts';
import type { GuestCard } from '../libvirt/domain.ts';
import type { NwFilter } from '../libvirt/nwfilter.ts';

/** What the captures of a node are about, and what their readers make of them. */
export interface Facts {
  readonly interfaces: readonly SeenInterface[];
  readonly routes: SeenRoutes;
  readonly routes6: Known<FamilyRoutes>;
  readonly policy: SeenRules;
  readonly policy6: Known<SeenRules>;
  readonly neighbours: readonly Neighbour[];
  readonly ports: readonly SeenPort[];
  readonly bridges: readonly SeenBridge[];
  readonly hairpin: SeenHairpin;
  readonly forwarding: readonly Unmodelled[];
  readonly vlans: readonly Unmodelled[];
  readonly ruleset: Ruleset;
  readonly table: { readonly name: TableName; readonly ruleset: Ruleset };
  readonly sets: ReadonlyMap<string, IpSet>;
  readonly ebtables: SeenFrames;
  readonly arptables: ArpRules;
  readonly ruleset6: Known<Ruleset>;
  readonly table6: { readonly name: TableName; readonly ruleset: Known<Ruleset> };
  readonly nft: readonly NftChain[];
  readonly settings: SeenSettings;
  readonly listeners: readonly Listener[];
  readonly dnsmasq: readonly SeenDnsmasq[];
  readonly dnsmasqHosts: readonly DhcpHost[];
  readonly dnsmasqConf: SeenDnsmasq;
  readonly nova: ReadonlyMap<string, NovaFlag>;
  readonly stanzas: readonly Stanza[];
  readonly resolver: Resolver;
  readonly cards: readonly GuestCard[];
  readonly filters: readonly NwFilter[];
}

export type Thing = keyof Facts;

/** One file's reading of one thing. */
export interface Reading<T extends Thing> {
  readonly file: string;
  readonly value: Facts[T];
  /** How many lines of the file are no part of what it holds (prompts, prose). */
  readonly strange: number;
  /** Rules of which the file says only that they are there. */
  readonly hidden?: readonly Unmodelled[];
}

/** The readings of a node by thing, those that win first. */
export type Readings = { readonly [T in Thing]?: readonly Reading<T>[] };

/** What won of a thing. */
export const first = <T extends Thing>(readings: Readings, thing: T): Facts[T] | undefined =>
  (readings[thing] as readonly Reading<T>[] | undefined)?.[0]?.value;

/** All readings of a thing. */
export const every = <T extends Thing>(readings: Readings, thing: T): readonly Reading<T>[] =>
  (readings[thing] as readonly Reading<T>[] | undefined) ?? [];

/** What a node is put together from, where a line that is lost could change an answer. */
export const LISTINGS: readonly Thing[] = [
  'interfaces',
  'routes',
  'policy',
  'neighbours',
  'ports',
  'bridges',
  'ruleset',
  'table',
  'sets',
  'ebtables',
  'arptables',
  'nft',
  'settings',
  'listeners',
  'dnsmasq',
  'dnsmasqHosts',
  'dnsmasqConf',
];

/** The same, of IPv6 alone. */
export const SIX_LISTINGS = ['routes6', 'policy6', 'ruleset6', 'table6'] as const satisfies readonly Thing[];

import type { FrameChain, FrameRules } from '../../network/frame-rules.ts';
import type { Interface, Node, Unmodelled } from '../../network/network.ts';
import { printMac } from '../../packet/address.ts';
import type { Assumption } from '../../packet/place.ts';
import { type Compiled, compileFilter, type FilteredPort } from '../libvirt/compile.ts';
import type { GuestCard } from '../libvirt/domain.ts';
import type { Desk } from './desk.ts';
import { first, type Readings } from './facts.ts';
import { cardsOf, checkFilters, finder, shown, unused } from './filters.ts';

/** The rules of ebtables and arptables of a node, and what is to be said of them. */
export interface AssembledFrames {
  readonly rules: Pick<Node, 'frameRules' | 'frameFlavour' | 'arpRules'>;
  readonly unmodelled: readonly Unmodelled[];
  readonly assumptions: readonly Assumption[];
}

interface Site {
  readonly node: string;
  readonly readings: Readings;
  readonly interfaces: readonly Interface[];
  readonly ruleset: Node['ruleset'];
  readonly desk: Desk;
  /** Whether any capture shows the node: one that is described by hand has no such rules. */
  readonly captured: boolean;
  readonly kernelDefaults: boolean;
}

/** Puts together what the captures show of ebtables and arptables and what libvirt makes of guests' filters; a capture wins. */
export function assembleFrames(site: Site): AssembledFrames {
  checkFilters(site.readings, site.desk);
  const { rules: captured, flavour } = first(site.readings, 'ebtables') ?? {};
  const arpRules = first(site.readings, 'arptables');
  const filtered = portsOf(site);
  const made = filtered.ports.map((port) => ({ port, compiled: compileFilter(port, finder(site.readings)) }));
  for (const { port, compiled } of captured === undefined ? [] : made)
    checkChains(port, compiled, captured as FrameRules, site);
  const frameRules = captured ?? merged(made.map(({ compiled }) => compiled.chains));
  return {
    rules: {
      ...(frameRules !== undefined && { frameRules }),
      ...(flavour !== undefined && { frameFlavour: flavour }),
      ...(arpRules !== undefined && { arpRules }),
    },
    unmodelled: [
      ...(captured === undefined ? filtered.nowhere.map(unplaced) : []),
      ...made.flatMap(({ port, compiled }) => ofIptables(port, compiled, site.ruleset)),
      ...unused(site.readings),
    ],
    assumptions: [
      ...(captured === undefined ? assumed(site, filtered.nowhere, made) : []),
      ...(site.captured ? silent(site, frameRules, arpRules) : []),
    ],
  };
}

/** The guests' cards with filters, by their ports; and those whose port is not to be found. */
function portsOf({ readings, interfaces }: Site): { ports: readonly FilteredPort[]; nowhere: readonly GuestCard[] } {
  const [ports, nowhere]: [FilteredPort[], GuestCard[]] = [[], []];
  for (const card of cardsOf(readings)) {
    if (card.filter === undefined) continue;
    const port = card.port ?? portOf(card, interfaces);
    if (port === undefined) nowhere.push(card);
    // a guest may be captured twice, as its template and as it runs
    else if (!ports.some((one) => one.port === port)) ports.push({ card, filter: card.filter, port });
  }
  return { ports, nowhere };
}

/** libvirt gives the host's end of a guest's card the guest's address with 0xfe as its first byte (virNetDevTapCreateInBridgePort). */
function portOf({ mac, bridge }: GuestCard, interfaces: readonly Interface[]): string | undefined {
  if (mac === undefined) return undefined;
  const own = 0xfe * 2 ** 40 + (mac % 2 ** 40);
  const [port, ...others] = interfaces.filter(
    (one) => one.mac === own && one.master !== undefined && (bridge === undefined || one.master === bridge),
  );
  return others.length === 0 ? port?.name : undefined;
}

/** The chains of all guests in one table nat; those of the hooks hold the rules of each. */
function merged(all: readonly ReadonlyMap<string, FrameChain>[]): FrameRules | undefined {
  if (all.length === 0) return undefined;
  const chains = new Map<string, FrameChain>();
  for (const [name, chain] of all.flatMap((one) => [...one])) {
    const rules = [...(chains.get(name)?.rules ?? []), ...chain.rules];
    chains.set(name, { ...chain, rules: rules.map((rule, i) => ({ ...rule, number: i + 1 })) });
  }
  return new Map([['nat', chains]]);
}

/** A capture that lacks what libvirt makes of a filter, or has what it does not make, is believed, and said. */
function checkChains(
  { port, filter }: FilteredPort,
  { chains, unknown }: Compiled,
  captured: FrameRules,
  { desk }: Site,
): void {
  const there = captured.get('nat');
  const mine = (name: string): boolean => new RegExp(`^(libvirt-[IO]-${port}|[IO]-${port}-.*)$`).test(name);
  if (unknown !== undefined) return;
  for (const name of chains.keys())
    if (mine(name) && there?.has(name) !== true)
      desk.note(
        filter.place,
        `libvirt makes chain \`${name}\` of filter ${filter.name}, and the capture of ebtables has none`,
        BELIEVED,
      );
  for (const [name, { place }] of there ?? [])
    if (mine(name) && !chains.has(name))
      desk.note(place, `libvirt makes no chain \`${name}\` of filter ${filter.name}`, BELIEVED);
}

const BELIEVED = 'the capture of ebtables counts: take both at one moment';

/** Rules of filters that pass for rules of iptables: the capture of iptables shows them, in chains of the port. */
function ofIptables(
  { port, filter, card }: FilteredPort,
  { ofIptables: rules }: Compiled,
  ruleset: Node['ruleset'],
): readonly Unmodelled[] {
  const [rule] = rules;
  if (rule === undefined) return [];
  const chains = ruleset.kind === 'known' ? ruleset.value.tables.get('filter')?.chains : undefined;
  if (ruleset.kind === 'unknown' || ['FI', 'FO', 'HI'].some((prefix) => chains?.has(`${prefix}-${port}`))) return [];
  return [
    {
      what: `filter ${filter.name} of ${card.domain}: a rule for ${rule.protocol}`,
      reason: `libvirt makes a rule of iptables of it, and no capture shows a chain FI-${port}, FO-${port} or HI-${port}`,
      place: rule.place,
      decides: 'ip',
    },
  ];
}

const unplaced = ({ filter, domain }: GuestCard): Unmodelled => ({
  what: `filter ${filter?.name ?? ''} of ${domain}`,
  reason: "no port of the node is this guest's",
  place: filter?.place ?? { file: '', line: 1, column: 1 },
});

type Made = readonly { readonly port: FilteredPort; readonly compiled: Compiled }[];

/** No capture of ebtables or arptables: there are no rules for frames on a host with a bridge, and none for ARP. */
function silent(
  { node, interfaces, kernelDefaults }: Site,
  frameRules: FrameRules | undefined,
  arpRules: Node['arpRules'] | undefined,
): readonly Assumption[] {
  const hasBridge = interfaces.some(({ kind }) => kind === 'bridge');
  const tools = [...(hasBridge && frameRules === undefined ? ['ebtables'] : []), ...(arpRules ? [] : ['arptables'])];
  const why = kernelDefaults ? '(kernel default: no capture shows them)' : '(no capture shows them)';
  return tools.map((tool) => ({ node, text: `no rules of ${tool} ${why}` }));
}

/** What follows where no capture shows the rules of ebtables themselves. */
function assumed({ node, readings }: Site, nowhere: readonly GuestCard[], made: Made): readonly Assumption[] {
  const texts: string[] = [];
  if (nowhere.length > 0)
    texts.push(`what guests send is let through: no port is that of ${[...new Set(nowhere.map(nameOf))].join(', ')}`);
  const known = made.filter(({ compiled }) => compiled.unknown === undefined);
  if (known.length > 0) {
    const ports = known.map(({ port }) => port.port).join(', ');
    texts.push(`the rules of ebtables are those that libvirt makes of the filters of ${ports} (no capture shows them)`);
  }
  const own = [...new Set(known.flatMap(({ compiled }) => [...compiled.filters]))].filter(
    (name) => shown(readings, name) === undefined,
  );
  if (own.length > 0)
    texts.push(`filters ${own.toSorted().join(', ')} are as libvirt brings them along (no capture shows them)`);
  return texts.map((text) => ({ node, text }));
}

const nameOf = ({ domain, mac }: GuestCard): string => (mac === undefined ? domain : `${domain} (${printMac(mac)})`);

import type { XmlElement } from '@rgrove/parse-xml';
import type { Place } from '../../packet/place.ts';
import type { Result } from '../located.ts';
import { didYouMean } from '../nearest.ts';
import { Source } from '../source.ts';
import { parametersOf } from './parameter.ts';
import { elements, parseXmlText, spanOf } from './xml.ts';

/** Values by variable; one with several makes a rule of each. */
export type Parameters = ReadonlyMap<string, readonly string[]>;

/** What a rule asks of a frame; with `match='no'` the attribute must not hold. */
export interface NwAttribute {
  readonly name: string;
  /** As it is written: it may be a variable (`$IP`, `$IP[0]`, `$IP[@1]`). */
  readonly value: string;
  readonly inverted: boolean;
}

export interface NwRule {
  readonly kind: 'rule';
  readonly action: NwAction;
  /** `out`: what the guest sends; `in`: what it is sent. */
  readonly direction: 'in' | 'out' | 'inout';
  readonly priority: number;
  /** The element that says what it matches; `none`: every frame. */
  readonly protocol: NwProtocol;
  readonly attributes: readonly NwAttribute[];
  /** Why it is not known whether this libvirt has the rule. */
  readonly unsure?: string;
  readonly place: Place;
}

/** Another filter that is brought in; its variables give way to those of the guest. */
export interface NwReference {
  readonly kind: 'filter';
  readonly name: string;
  readonly parameters: Parameters;
  readonly place: Place;
}

/** A filter of libvirt: rules that stand in one chain, and other filters. */
export interface NwFilter {
  readonly name: string;
  /** `root`, or a name that begins with the protocol whose frames get there. */
  readonly chain: string;
  readonly priority: number;
  readonly entries: readonly (NwRule | NwReference)[];
  readonly place: Place;
}

const ACTIONS = ['drop', 'accept', 'reject', 'return', 'continue'] as const;
export type NwAction = (typeof ACTIONS)[number];
const DIRECTIONS = ['in', 'out', 'inout'] as const;

/** Elements of rules that libvirt makes ebtables rules of, and those that become rules of iptables (nwfilter_conf.c: virAttr). */
export const FRAME_PROTOCOLS = ['none', 'mac', 'vlan', 'stp', 'arp', 'rarp', 'ip', 'ipv6'] as const;
export const IP_PROTOCOLS = ['tcp', 'icmp', 'igmp', 'udp', 'udplite', 'esp', 'ah', 'sctp', 'all'] as const;
// biome-ignore format: a table
const IP6_PROTOCOLS = ['tcp-ipv6', 'icmpv6', 'udp-ipv6', 'udplite-ipv6', 'esp-ipv6', 'ah-ipv6', 'sctp-ipv6', 'all-ipv6'] as const;
const PROTOCOLS = [...FRAME_PROTOCOLS, ...IP_PROTOCOLS, ...IP6_PROTOCOLS] as const;
export type NwProtocol = (typeof PROTOCOLS)[number];

/** Chains by the beginning of their names, with the priority that they have where none is given (nwfilter_conf.h). */
// biome-ignore format: a table
export const CHAIN_PRIORITIES: Readonly<Record<string, number>> = {
  root: 0, mac: -800, vlan: -750, stp: 0, ipv4: -700, ipv6: -600, arp: -500, rarp: -400,
};

const USUAL_PRIORITY = 500;

/** Reads nwfilter XML, one or more filters, and says what libvirt would refuse. */
export function parseNwFilter(text: string, file: string): Result<readonly NwFilter[]> {
  const source = new Source(text, file);
  const filters = parseXmlText(source).flatMap((filter): readonly NwFilter[] => {
    if (filter.name === 'filter') return [readFilter(source, filter)];
    source.note(
      spanOf(source, filter),
      `\`${filter.name}\` is no filter of libvirt`,
      'give the output of `virsh nwfilter-dumpxml`',
    );
    return [];
  });
  return source.result(filters);
}

function readFilter(source: Source, filter: XmlElement): NwFilter {
  const { name = '', chain = 'root', priority } = filter.attributes;
  const place = source.place(spanOf(source, filter));
  return {
    name,
    chain,
    priority: priorityOf(source, filter, chain, priority),
    entries: elements(filter).flatMap((entry) => readEntry(source, entry)),
    place,
  };
}

/** The beginning of a chain's name that says whose frames get there. */
export const prefixOf = (chain: string): string | undefined =>
  Object.keys(CHAIN_PRIORITIES).find((prefix) => (prefix === 'root' ? chain === prefix : chain.startsWith(prefix)));

function priorityOf(source: Source, filter: XmlElement, chain: string, text: string | undefined): number {
  const prefix = prefixOf(chain);
  if (prefix === undefined)
    source.error(
      spanOf(source, filter),
      `\`${chain}\` is no chain of a filter`,
      `root, or a name that begins with one of ${Object.keys(CHAIN_PRIORITIES).slice(1).join(', ')}`,
    );
  const usual = CHAIN_PRIORITIES[prefix ?? 'root'] ?? 0;
  // without `chain` libvirt reads no priority either
  if (text === undefined || filter.attributes['chain'] === undefined) return usual;
  const priority = Number(text);
  if (Number.isInteger(priority) && Math.abs(priority) <= 1000) return priority;
  source.error(spanOf(source, filter), `\`${text}\` is no priority`, 'a whole number from -1000 to 1000');
  return usual;
}

function readEntry(source: Source, entry: XmlElement): readonly (NwRule | NwReference)[] {
  if (entry.name === 'rule') return readRule(source, entry);
  if (entry.name !== 'filterref') return [];
  const place = source.place(spanOf(source, entry));
  return [{ kind: 'filter', name: entry.attributes['filter'] ?? '', parameters: parametersOf(entry), place }];
}

function readRule(source: Source, rule: XmlElement): readonly NwRule[] {
  const action = choose(source, rule, 'action', ACTIONS);
  const direction = choose(source, rule, 'direction', DIRECTIONS);
  if (action === undefined || direction === undefined) return [];
  const priority = Number(rule.attributes['priority'] ?? USUAL_PRIORITY);
  const first = elements(rule).find(({ name }) => isProtocol(name));
  // only elements of the first one's kind count, and each adds to what the others say
  const same = elements(rule).filter(({ name }) => name === first?.name);
  return [
    {
      kind: 'rule',
      action,
      direction,
      priority: Number.isInteger(priority) && Math.abs(priority) <= 1000 ? priority : USUAL_PRIORITY,
      protocol: (first?.name as NwProtocol | undefined) ?? 'none',
      attributes: same.flatMap(attributesOf),
      place: source.place(spanOf(source, rule)),
    },
  ];
}

const isProtocol = (name: string): boolean => (PROTOCOLS as readonly string[]).includes(name);

const attributesOf = ({ attributes: { match, ...others } }: XmlElement): readonly NwAttribute[] =>
  Object.entries(others).map(([name, value]) => ({ name, value: value.trim(), inverted: match === 'no' }));

function choose<T extends string>(source: Source, rule: XmlElement, name: string, from: readonly T[]): T | undefined {
  const text = rule.attributes[name];
  const chosen = from.find((one) => one === text);
  if (text === undefined)
    source.error(spanOf(source, rule), `a rule without \`${name}\``, `${name}: ${from.join(', ')}`);
  else if (chosen === undefined)
    source.error(spanOf(source, rule), `\`${text}\` is no ${name} of a rule`, didYouMean(text, from));
  return chosen;
}

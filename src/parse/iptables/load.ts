import type { Family } from '../../extension/codec/codec.ts';
import { PASSIVE_TARGETS } from '../../extension/passive.ts';
import { findMatch, findTarget } from '../../extension/registry.ts';
import { UNDECIDABLE_MATCHES, UNDECIDABLE_TARGETS } from '../../extension/undecidable.ts';
import type { Word } from '../source.ts';
import type { Loaded } from './draft.ts';

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** Whether `-j NAME` can name a target, written or not. */
export const isTarget = (name: string, family: Family): boolean =>
  findTarget(name, family) !== undefined || PASSIVE_TARGETS.has(name) || Object.hasOwn(UNDECIDABLE_TARGETS, name);

/** xtables.c: xtables_find_match */
const ALIASES: Readonly<Record<string, string>> = { icmpv6: 'icmp6', 'ipv6-icmp': 'icmp6' };

/** `-m NAME`: what is known of it. */
export function loadMatch(at: Word, family: Family, written = at.text): Loaded {
  const name = own(ALIASES, written) ?? written;
  const definition = findMatch(name, family);
  const lengths = own(UNDECIDABLE_MATCHES, name)?.options;
  return { kind: 'match', name, at, given: {}, verbatim: [], ...part({ definition, lengths }) };
}

/** `-j NAME` of a target: what is known of it. */
export function loadTarget(at: Word, family: Family): Loaded {
  const definition = findTarget(at.text, family);
  const lengths = PASSIVE_TARGETS.get(at.text) ?? own(UNDECIDABLE_TARGETS, at.text)?.options;
  return { kind: 'target', name: at.text, at, given: {}, verbatim: [], ...part({ definition, lengths }) };
}

/** Only the members that are there. */
const part = ({
  definition,
  lengths,
}: {
  definition: Loaded['definition'] | undefined;
  lengths: Loaded['lengths'] | undefined;
}): Pick<Loaded, 'definition' | 'lengths'> => ({
  ...(definition === undefined ? {} : { definition }),
  ...(definition !== undefined || lengths === undefined ? {} : { lengths }),
});

/** The match that `-p NUMBER` stands ready to load when one of its options is met (`find_proto`). */
const OF_PROTOCOL: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [33, 'dccp'],
  [50, 'esp'],
  [51, 'ah'],
  [58, 'icmp6'],
  [108, 'ipcomp'],
  [132, 'sctp'],
  [136, 'udplite'],
]);

export const matchOfProtocol = (protocol: number): string | undefined => OF_PROTOCOL.get(protocol);

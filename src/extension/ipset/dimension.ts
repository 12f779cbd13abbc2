import { size } from '../../packet/ranges.ts';
import type { ContextSet, RuleContext } from '../definition.ts';

export type SetEntry = ContextSet['entries'][number];
export type SetPart = SetEntry['parts'][number];
export type Direction = 'src' | 'dst';

/** What a set is asked with: `--match-set NAME src,dst …`. */
export interface SetQuestion {
  readonly directions: readonly Direction[];
  /** `--return-nomatch`: the answer is yes where a `nomatch` entry decides, and nowhere else. */
  readonly returnNomatch: boolean;
}

/** The dimensions of a type by its name: `hash:ip,port` has two; `list:set` has one. */
export const dimensions = (type: string): number => type.split(',').length;

const CONTENTS = '-m set: what a set holds is known if a capture shows it and no rule changes it';
const PORT_OF_BRIDGE = '-m set: an entry of a set names a bridge port, which no capture shows for packets';
const NO_MAC =
  '-m set: a set of MAC addresses is asked where packets leave: whether they came in by Ethernet is not known';

/** Every reason why nobody can tell whether a set holds a packet; the name of the set stands behind the first. */
export const DOUBTS: readonly string[] = [CONTENTS, PORT_OF_BRIDGE, NO_MAC];

/** Why nobody can tell whether a set holds a packet at this rule; `undefined` if one can. */
export function doubtOf(name: string, context: RuleContext): string | undefined {
  const set = context.set(name);
  if (set === undefined) return `${CONTENTS} (${name})`;
  const parts = set.entries.flatMap((entry) => entry.parts);
  return parts.map((part) => doubtOfPart(part, context)).find((doubt) => doubt !== undefined);
}

function doubtOfPart(part: SetPart, context: RuleContext): string | undefined {
  if (part.kind === 'set') return doubtOf(part.name, context);
  if (part.kind === 'interface' && part.physical) return PORT_OF_BRIDGE;
  return part.kind === 'mac' && context.hook === 'POSTROUTING' ? NO_MAC : undefined;
}

/** The entries of a set that is known to be there. @throws Error if it is not: {@link doubtOf} comes first */
export function setOf(name: string, context: RuleContext): ContextSet {
  const set = context.set(name);
  if (set === undefined) throw new Error(`no set ${name}`);
  return set;
}

/** The sets that a `list:set` holds, in its order. */
export const membersOf = ({ entries }: ContextSet): readonly string[] =>
  entries.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'set' ? part.name : [])));

/** How many values each part that is an address holds. */
const sizesOf = ({ parts }: Stop): readonly number[] =>
  parts.flatMap((part) => (part.kind === 'address' ? size(part.ranges) : []));

/**
 * Entries in the order in which the kernel looks for them: by the length of the first prefix, then of the second,
 * longest first (`mtype_test_cidrs`).
 */
export function bySpecificity<T extends Stop>(entries: readonly T[]): readonly T[] {
  return entries.toSorted((a, b) => {
    const [left, right] = [sizesOf(a), sizesOf(b)];
    return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
  });
}

/** What a lookup comes to: an entry that holds or bars what it matches, or (`nomatch` undefined) the end of the search. */
export interface Stop {
  readonly parts: SetEntry['parts'];
  readonly nomatch: boolean | undefined;
}

/**
 * Where a lookup ends, in the order of the search. With interfaces it looks at no shorter prefix once it has found one
 * that the address is in, be it of other interfaces only (`mtype_test_cidrs`: `!multi`).
 */
export function stopsOf({ type, entries }: ContextSet): readonly Stop[] {
  if (type !== 'hash:net,iface') return bySpecificity(entries);
  const ends = entries.map(({ parts }) => ({ parts: parts.slice(0, 1), nomatch: undefined }));
  return bySpecificity([...entries, ...ends]);
}

/** The interface that a part of that direction is compared with; the kernel refuses to answer where there is none. */
export const deviceOf = (direction: Direction, context: RuleContext): string | undefined =>
  direction === 'src' ? context.in : context.out;

/** Whether a packet came in with a MAC header: its own packets have none, and loopback's are no Ethernet. */
export const hasMac = ({ hook, in: device }: RuleContext): boolean => hook !== 'OUTPUT' && device !== 'lo';

/** Protocols whose port a set knows; of any other the port counts as 0 (`ip_set_get_ip4_port`). */
export const PORTED: readonly number[] = [6, 17, 132, 136];
export const ICMP = 1;

/** hash:net,port and its like name a protocol in every entry; bitmap:port means tcp and udp. */
export const protocolsOf = (protocol: number | undefined): readonly number[] =>
  protocol === undefined ? [6, 17] : [protocol];

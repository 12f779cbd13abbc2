import type { Network } from '../../../src/network/network.ts';
import type { Hook, TableName } from '../../../src/network/ruleset.ts';
import { parseSnapshot } from '../../../src/parse/snapshot.ts';
import type { Question } from './probe.ts';
import { snapshotOf } from './snapshot.ts';
import { CHAINS } from './table.ts';
import { bridge, FORWARDING, hostOf, nodeOf, plug, port, type World, type WorldTable } from './world.ts';

/** Rules by table: `-A CHAIN …` lines. */
type Rules = Readonly<Partial<Record<TableName, readonly string[]>>>;

/** How the whole datagram fares, how it fares in two fragments, and where the later one alone ends. */
export interface Fragmented {
  readonly name: string;
  readonly world: World;
  readonly question: Question;
  readonly whole: boolean;
  readonly inTwo: boolean;
  readonly later: Later;
}

const tablesOf = (rules: Rules): Readonly<Partial<Record<TableName, WorldTable>>> =>
  Object.fromEntries(
    (Object.entries(rules) as [TableName, readonly string[]][]).map(([name, lines]) => [
      name,
      {
        policies: Object.fromEntries(CHAINS[name].map((hook: Hook) => [hook, 'ACCEPT' as const])),
        chains: [],
        rules: lines,
      },
    ]),
  );

/** Counts later fragments at the receiver, before anything else could take them away. */
const COUNTS: Rules = { raw: ['-A PREROUTING -f'] };

const routed = ({ a = {}, m = {}, b = {} }: Readonly<Record<string, Rules>>): World => ({
  nodes: {
    a: hostOf('10.1.0.2/24', '10.1.0.1', { tables: tablesOf(a) }),
    m: nodeOf({ eth0: plug('10.1.0.1/24'), eth1: plug('10.2.0.1/24') }, { settings: FORWARDING, tables: tablesOf(m) }),
    b: hostOf('10.2.0.2/24', '10.2.0.1', { tables: tablesOf({ ...COUNTS, ...b }) }),
  },
  links: { left: ['a:eth0', 'm:eth0'], right: ['m:eth1', 'b:eth0'] },
  filtered: [],
});

const bridged = ({ a = {}, m = {}, b = {} }: Readonly<Record<string, Rules>>, seen: 0 | 1): World => ({
  nodes: {
    a: hostOf('10.2.0.3/24', '10.2.0.1', { tables: tablesOf(a) }),
    m: nodeOf(
      { br0: bridge(), tap1: port('br0'), tap2: port('br0') },
      { settings: { 'net.bridge.bridge-nf-call-iptables': seen }, tables: tablesOf(m) },
    ),
    b: hostOf('10.2.0.2/24', '10.2.0.1', { tables: tablesOf({ ...COUNTS, ...b }) }),
  },
  links: { left: ['a:eth0', 'm:tap1'], right: ['m:tap2', 'b:eth0'] },
  filtered: [],
});

const TRACKS = '-A INPUT -m conntrack --ctstate NEW';
const NO_OTHER = ['-A FORWARD -p udp -m udp --dport 53 -j ACCEPT', '-A FORWARD -p udp -j DROP'];

/** The whole datagram, and the same in two fragments. */
type Fares = '++' | '+-' | '--';
/** Where the later fragment alone ends, and whether it waits there for the rest. */
type Later = `${'a' | 'm' | 'b'} ${'waits' | 'rule'}`;
type Row = readonly [
  name: string,
  rules: Readonly<Record<string, Rules>>,
  fares: Fares,
  later: Later,
  unseen: Fares,
  laterUnseen: Later,
];

/** Rules of the node in the middle, of the sender `a` and of the receiver `b`; what a kernel did, then what it did with bridge-nf-call-iptables off. */
// biome-ignore format: a table
const ROWS: readonly Row[] = [
  ['nothing', {}, '++', 'b waits', '++', 'b waits'],
  ['a port is refused', { m: { filter: ['-A FORWARD -p udp -m udp --dport 53 -j DROP'] } }, '--', 'b waits', '++', 'b waits'],
  ['other ports are refused', { m: { filter: ['-A FORWARD -p udp -m udp ! --dport 53 -j DROP'] } }, '++', 'b waits', '++', 'b waits'],
  ['ports are listed', { m: { filter: ['-A FORWARD -p udp -m multiport ! --dports 53 -j DROP'] } }, '++', 'b waits', '++', 'b waits'],
  ['only a port is allowed', { m: { filter: NO_OTHER } }, '+-', 'm rule', '++', 'b waits'],
  ['only a port is allowed, tracked', { m: { filter: [...NO_OTHER, TRACKS] } }, '++', 'm waits', '++', 'b waits'],
  ['later fragments are refused', { m: { filter: ['-A FORWARD -f -j DROP'] } }, '+-', 'm rule', '++', 'b waits'],
  ['later fragments are refused, tracked', { m: { filter: ['-A FORWARD -f -j DROP', TRACKS] } }, '++', 'm waits', '++', 'b waits'],
  ['all others are refused', { m: { filter: ['-A FORWARD ! -f -j DROP'] } }, '--', 'b waits', '++', 'b waits'],
  ['raw refuses them', { m: { raw: ['-A PREROUTING -f -j DROP'] } }, '+-', 'm rule', '++', 'b waits'],
  ['raw refuses them, tracked', { m: { raw: ['-A PREROUTING -f -j DROP'], filter: [TRACKS] } }, '++', 'm waits', '++', 'b waits'],
  ['untracked', { m: { raw: ['-A PREROUTING -j CT --notrack'], filter: ['-A FORWARD -f -j DROP'] } }, '+-', 'm rule', '++', 'b waits'],
  ['untracked among tracked', { m: { raw: ['-A PREROUTING -j CT --notrack'], filter: ['-A FORWARD -f -j DROP', TRACKS] } }, '++', 'm waits', '++', 'b waits'],
  ['a socket is asked for', { m: { mangle: ['-A PREROUTING -p udp -m socket', '-A FORWARD -f -j DROP'] } }, '++', 'm waits', '++', 'b waits'],
  ['nat that tracks nothing', { m: { nat: ['-A POSTROUTING -j ACCEPT'], filter: ['-A FORWARD -f -j DROP'] } }, '+-', 'm rule', '++', 'b waits'],
  ['limits of connections', { m: { filter: ['-A FORWARD -p tcp -m connlimit --connlimit-above 3 -j DROP', '-A FORWARD -f -j DROP'] } }, '++', 'm waits', '++', 'b waits'],
  ['the sender refuses them', { a: { filter: ['-A OUTPUT -f -j DROP'] } }, '+-', 'a rule', '+-', 'a rule'],
  ['the sender tracks', { a: { filter: ['-A OUTPUT -f -j DROP', TRACKS] } }, '++', 'a waits', '++', 'a waits'],
  ['the sender tracks, refused on the way', { a: { filter: [TRACKS] }, m: { filter: ['-A FORWARD -f -j DROP'] } }, '+-', 'a waits', '++', 'a waits'],
  ['the receiver refuses them', { b: { filter: ['-A INPUT -f -j DROP'] } }, '++', 'b waits', '++', 'b waits'],
  ['the receiver allows a port only', { b: { filter: ['-A INPUT -p udp -m udp --dport 53 -j ACCEPT', '-A INPUT -j DROP'] } }, '++', 'b waits', '++', 'b waits'],
  ['the receiver refuses them early', { b: { mangle: ['-A PREROUTING -f -j DROP'] } }, '+-', 'b rule', '+-', 'b rule'],
  ['the receiver tracks', { b: { mangle: ['-A PREROUTING -f -j DROP'], filter: [TRACKS] } }, '++', 'b waits', '++', 'b waits'],
];

const QUESTION = { from: 'a', proto: 'udp', dst: '10.2.0.2', dport: 53 } as const;

const WAYS = [
  ['routed', routed, '10.1.0.2'],
  ['bridged', (rules: Readonly<Record<string, Rules>>) => bridged(rules, 1), '10.2.0.3'],
  ['bridged unseen', (rules: Readonly<Record<string, Rules>>) => bridged(rules, 0), '10.2.0.3'],
] as const;

/** A datagram from `a` to `b`, past `m`. */
export const FRAGMENTED: readonly Fragmented[] = WAYS.flatMap(([way, worldOf, src]) =>
  ROWS.map(([name, rules, seen, laterSeen, unseen, laterUnseen]) => {
    const [fares, later] = way === 'bridged unseen' ? [unseen, laterUnseen] : [seen, laterSeen];
    return {
      name: `${way}: ${name}`,
      world: worldOf(rules),
      question: { ...QUESTION, src },
      whole: fares[0] === '+',
      inTwo: fares[1] === '+',
      later,
    };
  }),
);

/** What iptables-legacy prints above the rules: it asks the kernel's own matches, which know a later fragment. */
const HEAD = '# Generated by iptables-save v1.8.9 on Sun Nov 22 12:00:00 2026\n';

/** A world whose rules are those of iptables-legacy, read. */
export function legacyNetwork(world: World): Network {
  const files = [...snapshotOf(world)].map(([name, text]): [string, string] => [
    name,
    name.endsWith('/iptables-save.txt') ? `${HEAD}${text}` : text,
  ]);
  const { value, located } = parseSnapshot(new Map(files));
  if (value === undefined) throw new Error(`not read: ${JSON.stringify(located)}`);
  return value;
}

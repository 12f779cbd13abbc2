import fc from 'fast-check';
import type { FrameTableName } from '../../../src/network/frame-rules.ts';
import { printMac } from '../../../src/packet/address.ts';
import { joined, PORTS, type Text } from './match.ts';
import { addressesIn } from './six/text.ts';
import { macOf } from './snapshot.ts';
import { type Vocabulary, vocabularyOf } from './vocabulary.ts';
import type { FrameWorldTable, World, WorldNode } from './world.ts';

/** What rules about frames on one node may speak of. */
export interface Words extends Vocabulary {
  readonly bridges: readonly string[];
  /** Addresses of the world's interfaces, one that nobody has, and those of groups. */
  readonly macs: readonly string[];
  readonly vlans: readonly number[];
}

const STRANGER = '02:00:00:00:ff:01';
const GROUPS = ['ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01'] as const;

export function wordsOf(world: World, name: string): Words {
  const entries = Object.entries(world.nodes[name]?.interfaces ?? {});
  const macs = Object.values(world.nodes).flatMap((node, n) =>
    Object.keys(node.interfaces).map((device) => printMac(macOf(node, n, device))),
  );
  return {
    ...vocabularyOf(world, name),
    bridges: entries.flatMap(([device, { kind }]) => (kind === 'bridge' ? [device] : [])),
    macs: [...new Set([...macs, STRANGER])],
    vlans: [...new Set(Object.values(world.nodes).flatMap(({ interfaces }) => vlansOf(interfaces))), 7],
  };
}

const vlansOf = (interfaces: WorldNode['interfaces']): readonly number[] =>
  Object.values(interfaces).flatMap(({ vlan }) => (vlan === undefined ? [] : [vlan.id]));

const bang: Text = fc.constantFrom('', '', '', '', '! ');
export const some = (weight: number, arbitrary: Text): Text =>
  fc.oneof({ weight: 10 - weight, arbitrary: fc.constant('') }, { weight, arbitrary });
const option = (name: string, value: Text): Text => fc.tuple(bang, value).map(([not, text]) => `${name} ${not}${text}`);
export const either = (...of: readonly Text[]): Text => fc.oneof(...of);

const mac = ({ macs }: Words): Text =>
  either(fc.constantFrom(...macs), fc.constantFrom('02:00:00:00:01:00/ff:ff:ff:ff:ff:00', ...GROUPS));
/** Masks with bits in the midst of an address leave ARP for a class of addresses unknown: only single packets are decided. */
export const address = ({ addresses, prefixes }: Words, ...more: readonly string[]): Text =>
  either(fc.constantFrom(...addresses), fc.constantFrom(...prefixes, ...more));
const SCATTERED = '10.0.0.1/255.0.0.255';
const pairs = ({ macs, addresses }: Words): Text =>
  fc
    .array(
      fc
        .tuple(fc.constantFrom(...macs), fc.option(fc.constantFrom(...addresses, '0.0.0.0')))
        .map(([one, ip]) => (ip === null ? one : `${one}=${ip}`)),
      { minLength: 1, maxLength: 4 },
    )
    .map((all) => all.join(','));

const PORTED = ['--ip-proto tcp', '--ip-proto udp'] as const;
const range: Text = either(
  fc.constantFrom(...PORTS).map(String),
  fc.constantFrom('1:1023', '40000:65535', '53:80', '0:65535'),
);

const ofIp = (words: Words): Text =>
  either(
    option('--ip-src', address(words, SCATTERED)),
    option('--ip-dst', address(words, SCATTERED)),
    option('--ip-tos', fc.constantFrom('0x00', '0x10')),
    option('--ip-proto', fc.constantFrom('tcp', 'udp', 'icmp', '47')),
    fc.tuple(fc.constantFrom(...PORTED), option('--ip-dport', range)).map(joined),
    fc.tuple(fc.constantFrom(...PORTED), option('--ip-sport', range)).map(joined),
    option('--ip-icmp-type', fc.constantFrom('8', '0', '8:13', '3/1', '0:8/0')).map((text) =>
      joined(['--ip-proto icmp', text]),
    ),
  );

const address6 = (words: Words): Text =>
  either(address(words).map(addressesIn), fc.constantFrom('fe80::/10', 'ff02::1:ff00:0/104', '::', 'fe80::1/ffff::f'));

const ofIp6 = (words: Words): Text =>
  either(
    option('--ip6-src', address6(words)),
    option('--ip6-dst', address6(words)),
    option('--ip6-tclass', fc.constantFrom('0x00', '0x10')),
    option('--ip6-proto', fc.constantFrom('tcp', 'udp', 'ipv6-icmp', '47')),
    fc.tuple(fc.constantFrom('--ip6-proto tcp', '--ip6-proto udp'), option('--ip6-dport', range)).map(joined),
    fc.tuple(fc.constantFrom('--ip6-proto tcp', '--ip6-proto udp'), option('--ip6-sport', range)).map(joined),
    option('--ip6-icmp-type', fc.constantFrom('128', '129', '133:136', 'neighbour-solicitation', '1/0')).map((text) =>
      joined(['--ip6-proto ipv6-icmp', text]),
    ),
  );

const ofArp = (words: Words): Text =>
  either(
    option('--arp-op', fc.constantFrom('Request', 'Reply', '8')),
    option('--arp-ip-src', address(words)),
    option('--arp-ip-dst', address(words)),
    option('--arp-mac-src', fc.constantFrom(...words.macs)),
    option('--arp-mac-dst', fc.constantFrom(...words.macs, '00:00:00:00:00:00')),
    option('--arp-htype', fc.constantFrom('1', '6')),
    option('--arp-ptype', fc.constantFrom('0x800', '0x86dd')),
    fc.constantFrom('--arp-gratuitous', '! --arp-gratuitous'),
  );

const ofTag = ({ vlans }: Words): Text =>
  either(
    option('--vlan-id', fc.constantFrom(...vlans.map(String))),
    option('--vlan-prio', fc.constantFrom('0', '3')),
    option('--vlan-encap', fc.constantFrom('0800', '0806')),
  );

const type = (words: Words): Text =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant('') },
    { weight: 4, arbitrary: some(7, ofIp(words)).map((text) => joined(['-p IPv4', text])) },
    { weight: 4, arbitrary: some(7, ofArp(words)).map((text) => joined(['-p ARP', text])) },
    { weight: 2, arbitrary: some(9, ofIp6(words)).map((text) => joined(['-p IPv6', text])) },
    { weight: 1, arbitrary: some(7, ofTag(words)).map((text) => joined(['-p 802_1Q', text])) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('-p ! IPv4', '-p ! ARP', '-p LENGTH', '-p ! LENGTH'),
    },
  );

const ins = ['BROUTING', 'PREROUTING', 'INPUT', 'FORWARD'];
const outs = ['FORWARD', 'OUTPUT', 'POSTROUTING'];

function tests(words: Words, chain: string): Text {
  const port = fc.constantFrom(...words.ports, 'tap+', 'eth0');
  const bridge = fc.constantFrom(...words.bridges, 'nobr0');
  const entry = ins.includes(chain) ? [some(3, option('-i', port)), some(1, option('--logical-in', bridge))] : [];
  const exit = outs.includes(chain) ? [some(3, option('-o', port)), some(1, option('--logical-out', bridge))] : [];
  const rare = either(
    option('--mark', fc.constantFrom('0x1', '0x0', '0x1/0x3', '/0x3', '0x4/0x4')),
    option('--pkttype-type', fc.constantFrom('host', 'broadcast', 'multicast', 'otherhost')),
    option('--among-src', pairs(words)),
    option('--among-dst', pairs(words)),
  );
  return fc
    .tuple(
      type(words),
      some(2, option('-s', mac(words))),
      some(2, option('-d', mac(words))),
      ...entry,
      ...exit,
      some(2, rare),
      fc.oneof({ weight: 30, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constant('--limit 1/sec') }),
    )
    .map(joined);
}

const mark: Text = fc
  .tuple(
    fc.constantFrom('set', 'or', 'and', 'xor'),
    fc.constantFrom('0x1', '0x3', '0x4'),
    fc.constantFrom('CONTINUE', 'CONTINUE', 'ACCEPT', 'DROP'),
  )
  .map(([how, value, then]) => `-j mark --mark-${how} ${value} --mark-target ${then}`);

const then = (name: string): Text =>
  fc.constantFrom('', '', `--${name}-target CONTINUE`, `--${name}-target ACCEPT`, `--${name}-target DROP`);

/** Targets that change frames, where they may stand. */
const TARGETS: Readonly<Record<string, (words: Words) => readonly Text[]>> = {
  BROUTING: (words) => [dnat(words), then('redirect').map((text) => joined(['-j redirect', text])), mark],
  PREROUTING: (words) => [dnat(words), then('redirect').map((text) => joined(['-j redirect', text])), mark],
  OUTPUT: (words) => [dnat(words), mark],
  POSTROUTING: (words) => [snat(words), mark],
  INPUT: () => [mark],
  FORWARD: () => [mark],
};

const dnat = ({ macs }: Words): Text =>
  fc
    .tuple(fc.constantFrom(...macs, ...GROUPS), then('dnat'))
    .map(([to, next]) => joined([`-j dnat --to-dst ${to}`, next]));
const snat = ({ macs }: Words): Text =>
  fc
    .tuple(fc.constantFrom(...macs), fc.constantFrom('', '--snat-arp'), then('snat'))
    .map(([to, arp, next]) => joined([`-j snat --to-src ${to}`, arp, next]));
const arpreply = ({ macs }: Words): Text =>
  fc
    .tuple(fc.constantFrom(...macs), then('arpreply'))
    .map(([by, next]) => joined([`-j arpreply --arpreply-mac ${by}`, next]));

function rule(words: Words, table: FrameTableName, chain: string, jumps: readonly string[]): Text {
  const plain = fc.constantFrom('-j ACCEPT', '-j ACCEPT', '-j DROP', '-j DROP', '-j CONTINUE', ...RETURN(jumps));
  const changing = either(...((table === 'filter' ? [mark] : TARGETS[chain]?.(words)) ?? []));
  const own = fc.tuple(
    tests(words, chain),
    fc.oneof({ weight: 5, arbitrary: plain }, { weight: 3, arbitrary: changing }),
  );
  const replies = fc.tuple(
    some(6, ofArp(words)).map((text) => joined(['-p ARP', text])),
    arpreply(words),
  );
  const lost = fc.tuple(tests(words, chain), fc.constant('-j snork'));
  return fc
    .oneof(
      { weight: 24, arbitrary: own },
      {
        weight: jumps.length > 0 ? 8 : 0,
        arbitrary: fc.tuple(
          tests(words, chain),
          fc.constantFrom(...jumps, 'none').map((to) => `-j ${to}`),
        ),
      },
      { weight: table === 'nat' && chain === 'PREROUTING' ? 5 : 0, arbitrary: replies },
      { weight: 1, arbitrary: lost },
    )
    .map(joined);
}

/** RETURN stands in own chains only: what it means in others depends on the tool that loads them. */
const RETURN = (jumps: readonly string[]): readonly string[] => (jumps.length === 0 ? ['-j RETURN'] : []);

const CHAINS = {
  broute: ['BROUTING'],
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const satisfies Record<FrameTableName, readonly string[]>;

/** A table whose built-in chains have one own chain each. */
export function tableOf(
  chains: readonly string[],
  ruleIn: (chain: string, jumps: readonly string[]) => Text,
  ownPolicies: readonly string[],
): fc.Arbitrary<FrameWorldTable> {
  const some = (chain: string, own: string): fc.Arbitrary<readonly string[]> =>
    fc
      .tuple(fc.array(ruleIn(chain, [own]), { maxLength: 2 }), fc.array(ruleIn(chain, []), { maxLength: 2 }))
      .map(([top, below]) => [
        ...top.map((text) => `-A ${chain} ${text}`),
        ...below.map((text) => `-A ${own} ${text}`),
      ]);
  const policy = fc.constantFrom(...Array.from({ length: 11 }, () => 'ACCEPT'), 'DROP');
  const each = chains.map((chain) => {
    const own = `${chain.toLowerCase()}-1`;
    return fc.tuple(some(chain, own), policy, fc.constantFrom(...ownPolicies)).map(([rules, top, below]) => ({
      policies: [
        [chain, top],
        [own, below],
      ] as const,
      rules: rules.filter((text) => !text.endsWith('-j none')),
    }));
  });
  return fc.tuple(...each).map((all) => ({
    policies: Object.fromEntries(all.flatMap(({ policies }) => policies)),
    rules: all.flatMap(({ rules }) => rules),
  }));
}

/** A guest's own filters, as libvirt compiles `no-mac-spoofing`, `no-ip-spoofing` and `no-arp-spoofing`. */
function spoofing(words: Words, ports: readonly string[]): fc.Arbitrary<FrameWorldTable> {
  return fc
    .tuple(fc.constantFrom(...ports), fc.constantFrom(...words.macs), fc.constantFrom(...words.addresses))
    .map(([port, own, ip]) => ({
      policies: { PREROUTING: 'ACCEPT', OUTPUT: 'ACCEPT', POSTROUTING: 'ACCEPT', guest: 'ACCEPT', arp: 'RETURN' },
      rules: [
        `-A PREROUTING -i ${port} -j guest`,
        `-A guest -s ! ${own} -j DROP`,
        '-A guest -p ARP -j arp',
        `-A guest -p IPv4 --ip-src ! ${ip} -j DROP`,
        `-A arp --among-src ${own}=${ip} -j ACCEPT`,
        `-A arp -p ARP --arp-mac-src ! ${own} -j DROP`,
        `-A arp -p ARP --arp-ip-src ! ${ip} -j DROP`,
      ],
    }));
}

/** Rules of ebtables for a node with bridges. */
export function frameTables(world: World, name: string): fc.Arbitrary<NonNullable<WorldNode['frames']>> {
  const words = wordsOf(world, name);
  const drawn = (table: FrameTableName): fc.Arbitrary<FrameWorldTable> =>
    tableOf(CHAINS[table], (chain, jumps) => rule(words, table, chain, jumps), ['RETURN', 'RETURN', 'ACCEPT', 'DROP']);
  const none = fc.constant(undefined);
  const nat = fc.oneof(
    { weight: 4, arbitrary: none },
    { weight: 4, arbitrary: drawn('nat') },
    {
      weight: words.ports.length > 0 ? 1 : 0,
      arbitrary: spoofing(words, words.ports.length > 0 ? words.ports : ['none']),
    },
  );
  return fc
    .tuple(
      fc.oneof({ weight: 8, arbitrary: none }, { weight: 1, arbitrary: drawn('broute') }),
      nat,
      fc.oneof({ weight: 5, arbitrary: none }, { weight: 4, arbitrary: drawn('filter') }),
    )
    .map(([broute, mapped, filter]) => ({
      ...(broute === undefined ? {} : { broute }),
      ...(mapped === undefined ? {} : { nat: mapped }),
      ...(filter === undefined ? {} : { filter }),
    }));
}

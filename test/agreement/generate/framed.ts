import fc from 'fast-check';
import type { Network } from '../../../src/network/network.ts';
import { printMac } from '../../../src/packet/address.ts';
import { parseSnapshot } from '../../../src/parse/snapshot.ts';
import { type Question, question } from './probe.ts';
import { frameHead, macOf, snapshotOf } from './snapshot.ts';
import { TOPOLOGIES } from './topology.ts';
import { ownedIn, unownedIn } from './vocabulary.ts';
import type { World } from './world.ts';

/** A hypervisor whose bridge has rules of ebtables, and which has rules of arptables; questions about it. */
export interface Framed {
  readonly world: World;
  readonly ebtables: string;
  readonly arptables: string;
  readonly questions: readonly Question[];
}

/** What the kernel that judges has no code for is left out of what is drawn. */
export interface Able {
  /** arptables-legacy, which alone has a chain FORWARD. */
  readonly forward: boolean;
}

const WORLDS = ['hypervisor', 'bare hypervisor', 'filtering'] as const;
const PORTS = ['tap1', 'tap2', 'eth0'] as const;
const SETTINGS = [{}, { 'net.bridge.bridge-nf-call-iptables': 0 }, { 'net.ipv4.ip_forward': 1 }] as const;

/**
 * @param version - of which the head of `ebtables-save` speaks
 * @throws Error if it is not read: what is drawn is meant to be valid
 */
export function framedNetwork({ world, ebtables, arptables }: Framed, version = ''): Network {
  const files = new Map(snapshotOf(world));
  if (ebtables !== '') files.set('h/ebtables-save.txt', frameHead(version) + ebtables);
  if (arptables !== '') files.set('h/arptables-save.txt', arptables);
  const { value, located } = parseSnapshot(files);
  if (value === undefined) throw new Error(`not read: ${JSON.stringify(located)}\n${ebtables}${arptables}`);
  return value;
}

export const framed = (count: number, able: Able): fc.Arbitrary<Framed> =>
  fc
    .tuple(fc.constantFrom(...WORLDS), fc.constantFrom(...SETTINGS))
    .map(([name, settings]) => withSettings(TOPOLOGIES[name] as World, settings))
    .chain((world) =>
      fc.record({
        world: fc.constant(world),
        ebtables: ebtablesOf(world),
        arptables: fc.oneof(
          { weight: 2, arbitrary: fc.constant('') },
          { weight: 1, arbitrary: arptablesOf(world, able) },
        ),
        questions: fc.array(question(world), { minLength: count, maxLength: count }),
      }),
    );

function withSettings(world: World, settings: Readonly<Record<string, number>>): World {
  const { h, ...others } = world.nodes;
  if (h === undefined) throw new Error('no hypervisor');
  return { ...world, nodes: { h: { ...h, settings: { ...h.settings, ...settings } }, ...others } };
}

/** MAC addresses that rules name. */
export const macsIn = ({ nodes }: World): readonly string[] => [
  ...Object.entries(nodes).flatMap(([, node], n) =>
    Object.keys(node.interfaces)
      .filter((name) => name === 'eth0' || name === 'br0')
      .map((name) => printMac(macOf(node, n, name))),
  ),
  '02:00:00:00:99:99',
];

/** A word now and then turned round. */
const inverted = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.boolean(), fc.boolean(), text).map(([a, b, one]) => (a && b ? `! ${one}` : one));
const option = (name: string, ...values: readonly string[]): fc.Arbitrary<string> =>
  inverted(fc.constantFrom(...values)).map((value) => `${name} ${value}`);

interface Words {
  readonly macs: readonly string[];
  readonly addresses: readonly string[];
}

const wordsOf = (world: World): Words => ({
  macs: macsIn(world),
  addresses: [
    ...ownedIn(world).filter((one) => !one.startsWith('127.')),
    ...unownedIn(world).slice(0, 1),
    '10.1.0.8/29',
  ],
});

const ipTests = ({ addresses }: Words): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.oneof(
        fc.constant(''),
        option('--ip-src', ...addresses),
        option('--ip-dst', ...addresses),
        option('--ip-tos', '0x00', '0x10'),
      ),
      fc.oneof(
        { weight: 3, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: option('--ip-proto', 'icmp', 'udp', 'tcp', 'gre') },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom('tcp', 'udp'), option('--ip-dport', '80', '22:80', '1:1023'))
            .map(([proto, ports]) => `--ip-proto ${proto} ${ports}`),
        },
        {
          weight: 1,
          arbitrary: option('--ip-icmp-type', '8', '0', '0:8/0').map((type) => `--ip-proto icmp ${type}`),
        },
      ),
    )
    .map((parts) => ['-p IPv4', ...parts].filter((part) => part !== '').join(' '));

const arpTests = ({ addresses, macs }: Words): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.oneof(fc.constant(''), option('--arp-op', 'Request', 'Reply')),
      fc.oneof(
        fc.constant(''),
        option('--arp-ip-src', ...addresses),
        option('--arp-ip-dst', ...addresses),
        option('--arp-mac-src', ...macs),
      ),
    )
    .map((parts) => ['-p ARP', ...parts].filter((part) => part !== '').join(' '));

type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING' | 'own';
const COMES: readonly Hook[] = ['PREROUTING', 'INPUT', 'FORWARD', 'own'];
const GOES: readonly Hook[] = ['OUTPUT', 'FORWARD', 'POSTROUTING', 'own'];

const testsOf = (words: Words, hook: Hook): fc.Arbitrary<string> => {
  const ports = [
    ...(COMES.includes(hook) ? [option('-i', ...PORTS)] : []),
    ...(GOES.includes(hook) ? [option('-o', ...PORTS)] : []),
  ];
  const around = fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    { weight: 3, arbitrary: fc.oneof(...ports) },
    { weight: 1, arbitrary: option('-s', ...words.macs, 'Multicast') },
    { weight: 1, arbitrary: option('-d', ...words.macs, 'Broadcast') },
    { weight: 1, arbitrary: option('--mark', '0x1', '0x0/0x1') },
    { weight: 1, arbitrary: option('--pkttype-type', 'broadcast', 'host', 'otherhost') },
  );
  const within = fc.oneof(
    { weight: 1, arbitrary: fc.constant('') },
    { weight: 4, arbitrary: ipTests(words) },
    { weight: 2, arbitrary: arpTests(words) },
  );
  return fc.tuple(within, around).map((parts) => parts.filter((part) => part !== '').join(' '));
};

const THEN = ['ACCEPT', 'CONTINUE', 'DROP'] as const;

function actionOf(table: 'nat' | 'filter', hook: Hook, { macs }: Words): fc.Arbitrary<string> {
  const mac = fc.constantFrom(...macs);
  const aim = fc.constantFrom(...macs, ...macs, 'ff:ff:ff:ff:ff:ff');
  const then = fc.constantFrom(...THEN);
  const changes =
    table === 'filter'
      ? []
      : hook === 'PREROUTING'
        ? [
            fc.tuple(aim, then).map(([to, what]) => `dnat --to-dst ${to} --dnat-target ${what}`),
            then.map((what) => `redirect --redirect-target ${what}`),
          ]
        : hook === 'OUTPUT'
          ? [fc.tuple(aim, then).map(([to, what]) => `dnat --to-dst ${to} --dnat-target ${what}`)]
          : hook === 'POSTROUTING'
            ? [
                fc
                  .tuple(mac, fc.boolean(), then)
                  .map(([to, arp, what]) => `snat --to-src ${to}${arp ? ' --snat-arp' : ''} --snat-target ${what}`),
              ]
            : [];
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant('DROP') },
    { weight: 3, arbitrary: fc.constant('ACCEPT') },
    { weight: 1, arbitrary: fc.constant(hook === 'own' ? 'RETURN' : 'own') },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('set 0x1', 'or 0x3', 'and 0xfffffffe'), then)
        .map(([how, what]) => `mark --mark-${how} --mark-target ${what}`),
    },
    ...changes.map((arbitrary) => ({ weight: 2, arbitrary })),
  );
}

const ruleOf = (table: 'nat' | 'filter', hook: Hook, words: Words): fc.Arbitrary<string> => {
  const plain = fc
    .tuple(testsOf(words, hook), actionOf(table, hook, words))
    .map(([tests, action]) => `-A ${hook} ${tests}${tests === '' ? '' : ' '}-j ${action}`);
  if (table !== 'nat' || hook !== 'PREROUTING') return plain;
  const answer = fc
    .tuple(fc.constantFrom(...words.addresses), fc.constantFrom(...words.macs), fc.constantFrom(...THEN))
    .map(
      ([to, mac, then]) =>
        `-A PREROUTING -p ARP --arp-op Request --arp-ip-dst ${to} -j arpreply --arpreply-mac ${mac} --arpreply-target ${then}`,
    );
  return fc.oneof({ weight: 9, arbitrary: plain }, { weight: 1, arbitrary: answer });
};

const HOOKS = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
} as const;

function tableOf(table: 'nat' | 'filter', words: Words): fc.Arbitrary<string> {
  const hooks: readonly Hook[] = [...HOOKS[table], 'own'];
  const policy = fc.constantFrom('ACCEPT', 'ACCEPT', 'ACCEPT', 'DROP');
  const rule = fc.constantFrom(...hooks).chain((hook) => ruleOf(table, hook, words));
  return fc
    .tuple(
      fc.tuple(policy, policy, policy),
      fc.constantFrom('RETURN', 'ACCEPT', 'DROP'),
      fc.array(rule, { maxLength: 5 }),
    )
    .map(([policies, own, rules]) =>
      [
        `*${table}`,
        ...HOOKS[table].map((hook, n) => `:${hook} ${policies[n] ?? 'ACCEPT'}`),
        `:own ${own}`,
        ...rules,
        '',
      ].join('\n'),
    );
}

function ebtablesOf(world: World): fc.Arbitrary<string> {
  const words = wordsOf(world);
  const none = fc.constant('');
  return fc
    .tuple(fc.oneof(none, tableOf('nat', words)), fc.oneof(none, tableOf('filter', words)))
    .map((tables) => tables.join(''));
}

function arptablesOf(world: World, { forward }: Able): fc.Arbitrary<string> {
  const { addresses, macs } = wordsOf(world);
  const before = (text: fc.Arbitrary<string>) =>
    fc.tuple(fc.nat(3), text).map(([n, one]) => (n === 0 ? `! ${one}` : one));
  const one = (name: string, ...values: readonly string[]) =>
    before(fc.constantFrom(...values).map((value) => `${name} ${value}`));
  const tests = fc.oneof(
    fc.constant(''),
    one('-s', ...addresses),
    one('-d', ...addresses),
    one('--opcode', '1', '2'),
    one('--src-mac', ...macs),
  );
  const port = (hook: string) =>
    hook === 'FORWARD'
      ? fc.oneof(fc.constant(''), one('-i', ...PORTS), one('-o', ...PORTS))
      : fc.oneof(fc.constant(''), one(hook === 'INPUT' ? '-i' : '-o', 'br0', 'tap1', 'eth1'));
  const rule = fc
    .constantFrom('INPUT', 'OUTPUT', ...(forward ? ['FORWARD'] : []))
    .chain((hook) =>
      fc
        .tuple(tests, port(hook), fc.constantFrom('DROP', 'DROP', 'ACCEPT'))
        .map(([test, by, target]) => [`-A ${hook} -j ${target}`, test, by].filter((part) => part !== '').join(' ')),
    );
  return fc
    .array(rule, { minLength: 1, maxLength: 3 })
    .map((rules) =>
      ['*filter', ':INPUT ACCEPT', ':OUTPUT ACCEPT', ...(forward ? [':FORWARD ACCEPT'] : []), ...rules, ''].join('\n'),
    );
}

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sysctl } from '../../src/network/access.ts';
import type { Node } from '../../src/network/network.ts';
import { parseSnapshot, readSnapshot } from '../../src/parse/snapshot.ts';
import { errors, read } from './said.ts';

const ADDR = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0
`;
const DEFAULTS = ['network.yaml', 'version: 1\nassume: kernel-defaults\n'] as const;
const parse = (...files: readonly (readonly [string, string])[]) => parseSnapshot(new Map(files));
const node = (...files: readonly (readonly [string, string])[]): Node => {
  const [first] = read(parse(...files)).nodes.values();
  if (first === undefined) throw new Error('no node');
  return first;
};
const texts = ({ assumptions }: Node) => assumptions.map(({ text }) => text);

describe('a snapshot that is none', () => {
  it('is a located error: no such folder, a file, an empty folder, no node', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'empty'));
    expect(errors((await readSnapshot(join(folder, 'nowhere'))).located)).toEqual([
      `error ${join(folder, 'nowhere')}:1:1+1 there is no such folder`,
    ]);
    expect(errors((await readSnapshot(join(folder, 'file'))).located)).toEqual([
      `error ${join(folder, 'file')}:1:1+1 this is no folder`,
    ]);
    expect(errors((await readSnapshot(join(folder, 'empty'))).located)).toEqual([
      `error ${join(folder, 'empty')}:1:1+1 the folder holds no files`,
    ]);
    expect(errors(parse().located)).toEqual(['error network.yaml:1:1+1 the snapshot holds no nodes']);
  });

  it('says what to do where a node folder was taken for the snapshot', () => {
    const { located } = parse(['ip-addr.txt', ADDR], ['route-n.txt', '']);
    expect(errors(located)).toEqual(['error ip-addr.txt:1:1+1 the snapshot holds no nodes']);
    expect(located.find(({ severity }) => severity === 'error')?.advice).toContain('into a folder of its name');
  });

  it('is an error where a folder holds no capture', () => {
    const { located } = parse(['n/ip-addr.txt', ADDR], ['m/notes.md', 'hello\n']);
    expect(errors(located)).toEqual(['error m/notes.md:1:1+5 nothing in folder `m` is a capture']);
    expect(located.find(({ severity }) => severity === 'error')?.advice).toContain('ip-addr.txt');
  });

  it('says all mistakes of all files at once, by file and line', () => {
    const { value, located } = parse(
      ['b/ip-addr.txt', ADDR.replace('/24', '/99')],
      ['a/route-n.txt', 'default x y\n'],
      ['network.yaml', 'version: 9\n'],
    );
    expect(value).toBeUndefined();
    expect(errors(located).map((line) => line.split(' ')[1])).toEqual([
      'a/route-n.txt:1:1+11',
      'b/ip-addr.txt:6:10+11',
      'network.yaml:1:10+1',
    ]);
  });

  it('does not say twice what follows from a listing that could not be read', () => {
    const { located } = parse(
      ['b/ip-addr.txt', ADDR.replace('/24', '/99')],
      ['network.yaml', "version: 1\nlinks: { a: ['b:eth0'] }\n"],
    );
    expect(errors(located)).toHaveLength(1);
  });

  it('reads from a folder what it reads from its files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
    mkdirSync(join(folder, 'n', 'deep'), { recursive: true });
    writeFileSync(join(folder, 'n', 'ip-addr.txt'), `\uFEFF${ADDR.replaceAll('\n', '\r\n')}`);
    writeFileSync(join(folder, 'n', 'deep', 'ip-addr.txt'), ADDR);
    writeFileSync(join(folder, 'n', '.hidden'), '');
    const { nodes, inventory } = read(await readSnapshot(folder));
    expect(nodes.get('n')?.interfaces.map(({ name }) => name)).toEqual(['lo', 'eth0']);
    expect(inventory.map(({ file, status }) => [file, status])).toEqual([
      ['n/deep/ip-addr.txt', 'unknown'],
      ['n/ip-addr.txt', 'read'],
    ]);
  });
});

describe('a file of which no line can be read', () => {
  it.each([
    ['iptables-save.txt', 'bash: iptables-save: command not found\n'],
    ['iptables-S-filter.txt', 'iptables v1.8.9 (legacy): Permission denied (you must be root)\n'],
    ['ss.txt', '-bash: ss: command not found\n'],
    ['ip-route.txt', 'root@h:~# ip route\nroot@h:~#\n'],
    ['ip-addr.txt', 'eth0      Link encap:Ethernet  HWaddr 08:00:27:9d:c4:b0\n'],
    ['ebtables-save.txt', "The kernel doesn't support the ebtables 'filter' table.\n"],
  ])('shows not that there is nothing: %s', (name, text) => {
    expect(errors(parse(['n/ip-neigh.json', '[]'], [`n/${name}`, text]).located)).toEqual([
      expect.stringContaining(
        `error n/${name}:1:1+${text.split('\n')[0]?.length} nothing in this file is what it is named after`,
      ),
    ]);
    expect(errors(parse(['n/ip-neigh.json', '[]'], [`n/${name}`, '']).located)).toEqual(
      name === 'ip-addr.txt' ? ['error n/ip-addr.txt:1:1+1 the file is empty'] : [],
    );
  });
});

describe('what no capture shows', () => {
  it('of a dump whose line of a chain is lost is its policy: ACCEPT, as an assumption', () => {
    const SAVED = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n-A FORWARD -p icmp -j ACCEPT\nCOMMIT\n';
    const LOST = 'the policy of filter FORWARD is ACCEPT (n/iptables-save.txt lacks it)';
    const of = (save: string) => texts(node(['n/ip-addr.txt', ADDR], ['n/iptables-save.txt', save]));
    expect(of(SAVED)).not.toContain(LOST);
    expect(of(SAVED.replace(':FORWARD DROP [0:0]\n', ''))).toContain(LOST);
  });

  it('of ebtables, on a host with a bridge, and of arptables is that there are no rules', () => {
    const bridge = `${ADDR}3: br0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP\n    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff\n    bridge forward_delay 1500\n`;
    const [E, A] = ['ebtables', 'arptables'].map((tool) => `no rules of ${tool} (no capture shows them)`);
    const shown = [
      ['n/ebtables-save.txt', ''],
      ['n/arptables-save.txt', ''],
    ] as const;
    expect(texts(node(['n/ip-addr.txt', bridge]))).toEqual(expect.arrayContaining([E, A]));
    expect(texts(node(['n/ip-addr.txt', ADDR]))).not.toContain(E);
    for (const one of [E, A]) expect(texts(node(['n/ip-addr.txt', bridge], ...shown))).not.toContain(one);
  });

  it('leaves rules and routes open without kernel defaults, and is assumed with them', () => {
    const [open, closed] = [node(['n/ip-addr.txt', ADDR]), node(['n/ip-addr.txt', ADDR], DEFAULTS)];
    expect(open.ruleset).toEqual({ kind: 'unknown', reason: 'no capture shows the rules of n' });
    expect(closed.ruleset).toMatchObject({
      kind: 'known',
      assumption: { text: 'the rules of n are none (kernel default: no capture shows them)' },
    });
    expect([...(open.undecided ?? [])]).toEqual([['routes', 'no capture shows the routes of n']]);
    expect(closed.undecided).toBeUndefined();
    for (const one of [open, closed]) {
      expect(texts(one)).toContain('no routes but those that follow from the addresses (no capture shows them)');
      expect(one.routes.map(({ text }) => text)).toContain('10.0.0.0/24 dev eth0 scope link src 10.0.0.1');
      expect(one.rules.map(({ text }) => text)).toEqual([
        '0: from all lookup local',
        '32766: from all lookup main',
        '32767: from all lookup default',
      ]);
    }
  });

  it('is not open where the command printed nothing', () => {
    const one = node(
      ['n/ip-addr.txt', ADDR],
      ['n/iptables-save.txt', ''],
      ['n/ip-route.txt', ''],
      ['n/ss.txt', ''],
      ['n/ip-neigh.json', '[]'],
      ['n/ebtables-save.txt', ''],
      ['n/arptables-save.txt', ''],
    );
    expect(one.ruleset).toEqual({ kind: 'known', value: { tables: new Map() } });
    expect(one.listeners).toEqual({ kind: 'known', value: [] });
    expect(one.undecided).toBeUndefined();
    expect(one.routes.filter(({ table }) => table === 254)).toEqual([]);
    expect(one.unmodelled).toEqual([]);
    expect(texts(one)).toEqual(["no policy rules but the kernel's three (no capture shows them)"]);
  });

  it('leaves listeners open', () => {
    expect(node(['n/ip-addr.txt', ADDR]).listeners).toEqual({
      kind: 'unknown',
      reason: 'no capture shows what listens on n',
    });
  });

  it('leaves br_netfilter open in a part of sysctl, and shows it absent in the whole', () => {
    const whole = [
      ...Array.from({ length: 300 }, (_, i) => `net.x${i}`),
      'fs.a',
      'kernel.a',
      'vm.a',
      'net.core.a',
      'net.ipv4.conf.all.rp_filter',
      'net.ipv4.conf.default.rp_filter',
      'net.ipv4.conf.lo.rp_filter',
      'net.ipv4.ip_forward',
    ];
    const bridge = (text: string) =>
      sysctl(node(['n/ip-addr.txt', ADDR], ['n/sysctl.txt', text], DEFAULTS), 'net.bridge.bridge-nf-call-iptables');
    expect(bridge('net.ipv4.ip_forward = 1\n').kind).toBe('unknown');
    expect(bridge(whole.map((key) => `${key} = 0\n`).join(''))).toEqual({ kind: 'known', value: 0 });
    expect(bridge('net.bridge.bridge-nf-call-iptables = 1\n')).toEqual({ kind: 'known', value: 1 });
  });

  it('leaves the routes open where a policy rule looks up a table that no capture shows', () => {
    const rule = [
      'n/ip-rule.txt',
      '0:\tfrom all lookup local\n10:\tfrom all lookup 100\n32766:\tfrom all lookup main\n',
    ] as const;
    const routes = 'default via 10.0.0.2 dev eth0\n';
    expect(node(['n/ip-addr.txt', ADDR], rule, ['n/ip-route.txt', routes]).undecided?.get('routes')).toContain(
      'no capture shows table 100',
    );
    expect(
      node(['n/ip-addr.txt', ADDR], rule, [
        'n/ip-route.txt',
        `${routes}local 10.0.0.1 dev eth0 table local scope host\n`,
      ]).undecided,
    ).toBeUndefined();
  });

  it('leaves the routes open where a rule or a route is beyond the model', () => {
    expect(
      node(['n/ip-addr.txt', ADDR], ['n/ip-rule.txt', '10:\tfrom all uidrange 1-2 lookup main\n']).undecided?.get(
        'routes',
      ),
    ).toContain('uidrange');
    expect(
      node(
        ['n/ip-addr.txt', ADDR],
        ['n/ip-route.txt', '10.1.0.0/16 encap mpls 5 via 10.0.0.2 dev eth0\n'],
      ).undecided?.get('routes'),
    ).toContain('encap');
  });

  it('is lo, with 127.0.0.1 alone, as an assumption', () => {
    const one = node(['n/ip-addr.txt', ADDR.split('\n').slice(3).join('\n')]);
    expect(one.interfaces.map(({ name, kind }) => [name, kind])).toEqual([
      ['lo', 'loopback'],
      ['eth0', 'ethernet'],
    ]);
    expect(texts(one)).toContain('lo is up with 127.0.0.1/8 and no other address (no capture shows it)');
  });

  it('is whether a listing with strange lines in it is whole', () => {
    expect(texts(node(['n/ip-addr.txt', `... (virbr0 - not used) ...\n${ADDR}`]))).toContain(
      'n/ip-addr.txt is whole (a line of it could not be read as part of the listing)',
    );
    expect(texts(node(['n/ip-addr.txt', ADDR])).some((text) => text.includes('is whole'))).toBe(false);
  });

  it('are empty sets with kernel defaults, and open sets without', () => {
    const rules = [
      'n/iptables-save.txt',
      '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m set --match-set bad src -j DROP\nCOMMIT\n',
    ] as const;
    expect(
      [...node(['n/ip-addr.txt', ADDR], rules, DEFAULTS).sets].map(([name, { entries }]) => [name, entries]),
    ).toEqual([['bad', []]]);
    expect(node(['n/ip-addr.txt', ADDR], rules).sets.size).toBe(0);
  });
});

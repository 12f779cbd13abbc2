import { describe, expect, it } from 'vitest';
import type { Node } from '../../src/network/network.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { errors, read, said } from './said.ts';

const ADDR = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0
`;
const parse = (...files: readonly (readonly [string, string])[]) => parseSnapshot(new Map(files));
const node = (...files: readonly (readonly [string, string])[]): Node => {
  const [first] = read(parse(...files)).nodes.values();
  if (first === undefined) throw new Error('no node');
  return first;
};
const texts = ({ assumptions }: Node) => assumptions.map(({ text }) => text);

describe('a capture that is not whole', () => {
  const BRIDGE = `${ADDR}3: vnet0: <BROADCAST,UP> mtu 1500 master br100 state UNKNOWN\n    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff\n`;

  it('is an error that names the port whose bridge is missing', () => {
    const { located } = parse(['n/ip-addr.txt', BRIDGE]);
    expect(errors(located)).toEqual([
      'error n/ip-addr.txt:7:42+5 `vnet0` is a port of `br100`, which is not in n/ip-addr.txt',
    ]);
    expect(located[0]?.advice).toBe('the capture is not whole: list all interfaces of the node');
  });

  it.each([
    [
      'a bridge of brctl that is missing',
      [
        ['n/ip-addr.txt', ADDR],
        ['n/brctl-show.txt', 'br7\t8000.020000000001\tno\t\n'],
      ],
      'error n/brctl-show.txt:1:1+3 bridge `br7` is not in n/ip-addr.txt',
    ],
    [
      'a port of brctl that is missing',
      [
        ['n/ip-addr.txt', ADDR.replaceAll('eth0', 'br7')],
        ['n/brctl-show.txt', 'br7\t8000.020000000001\tno\teth9\n'],
      ],
      'error n/brctl-show.txt:1:26+4 `eth9` is a port of `br7`, but is not in n/ip-addr.txt',
    ],
    [
      'a device of a route that is missing',
      [
        ['n/ip-addr.txt', ADDR],
        ['n/ip-route.txt', 'default via 10.1.0.1 dev eth7\n'],
      ],
      'error n/ip-route.txt:1:1+7 a route by `eth7`, which is not among the interfaces of n',
    ],
    [
      'a hairpin mode of nobody',
      [
        ['n/ip-addr.txt', ADDR],
        ['n/hairpin-vnet7.txt', '1\n'],
      ],
      'error n/hairpin-vnet7.txt:1:1+1 a hairpin mode of `vnet7`, which is not in n/ip-addr.txt',
    ],
    [
      'an interface twice',
      [['n/ip-addr.txt', `${ADDR}${ADDR.split('\n').slice(3).join('\n')}`]],
      'error n/ip-addr.txt:7:4+4 `eth0` is listed twice, also at n/ip-addr.txt:4:4',
    ],
  ] as const)('is an error: %s', (_, files, message) => {
    expect(errors(parse(...files).located)).toEqual([message]);
  });

  it('is an error where brctl and the listing name other ports', () => {
    const listing = `${BRIDGE}4: br100: <BROADCAST,UP> mtu 1500 state UP\n    link/ether 02:00:00:00:00:03 brd ff:ff:ff:ff:ff:ff\n`;
    expect(
      errors(parse(['n/ip-addr.txt', listing], ['n/brctl-show.txt', 'br100\t8000.020000000001\tno\tvnet0\n']).located),
    ).toEqual([]);
    expect(
      errors(parse(['n/ip-addr.txt', listing], ['n/brctl-show.txt', 'br100\t8000.020000000001\tno\teth0\n']).located),
    ).toEqual([
      'error n/ip-addr.txt:7:42+5 `vnet0` is a port of `br100` here, but is not among its ports at n/brctl-show.txt:1:1',
    ]);
  });
});

describe('rules that are not modelled', () => {
  const SAVE = [
    'n/iptables-save.txt',
    '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n',
  ] as const;
  const NFT =
    'table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority 0; policy accept;\n\t\ttcp dport 22 accept\n\t}\n}\n';
  const status = (name: string, text: string) =>
    read(parse(['n/ip-addr.txt', ADDR], SAVE, [`n/${name}`, text])).inventory.find(({ file }) => file === `n/${name}`)
      ?.status;

  it('of nft leave the rules open: they decide over the same packets', () => {
    const one = node(['n/ip-addr.txt', ADDR], SAVE, [
      'n/nft-ruleset.txt',
      NFT.replace('table ip filter', 'table inet fw'),
    ]);
    expect(one.ruleset).toEqual({
      kind: 'unknown',
      reason: 'nft chain inet fw INPUT (1 rule): nft rules are not modelled: they could drop or change packets',
    });
    expect(one.unmodelled[0]).toMatchObject({ decides: 'ip', place: { file: 'n/nft-ruleset.txt', line: 2 } });
    expect(one.shownRules?.tables.has('filter')).toBe(true);
  });

  it('of nft that are those of the iptables capture leave nothing open, as an assumption', () => {
    const one = node(['n/ip-addr.txt', ADDR], SAVE, ['n/nft-ruleset.txt', NFT]);
    expect([one.ruleset.kind, one.unmodelled]).toEqual(['known', []]);
    expect(texts(one)).toContain(
      'the nft chains filter INPUT hold the rules that the iptables capture shows (as many, by the same names)',
    );
    expect(
      node(['n/ip-addr.txt', ADDR], SAVE, [
        'n/nft-ruleset.txt',
        NFT.replace('tcp dport 22 accept', 'tcp dport 22 accept\n\t\tdrop'),
      ]).ruleset.kind,
    ).toBe('unknown');
  });

  it('that iptables only mentions leave the rules open', () => {
    for (const line of [
      '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them',
      "# Table `mangle' is incompatible, use 'nft' tool.",
    ])
      expect(node(['n/ip-addr.txt', ADDR], [SAVE[0], `${line}\n${SAVE[1]}`]).ruleset.kind).toBe('unknown');
    expect(
      node(['n/ip-addr.txt', ADDR], [SAVE[0], `# Generated by iptables-save v1.8.9\n${SAVE[1]}`]).ruleset.kind,
    ).toBe('known');
  });

  it('are listed as such in the inventory, and as read where there are none', () => {
    expect(status('ebtables-save.txt', '*filter\n:FORWARD ACCEPT\n-A FORWARD -j DROP\n')).toBe('read');
    expect(status('nft-ruleset.txt', NFT.replace('table ip filter', 'table inet fw'))).toBe('not modelled');
    expect(status('nft-ruleset.json', '')).toBe('read');
    expect(status('ip6tables-save.txt', '')).toBe('read');
  });
});

describe('a MAC address that is blacked out', () => {
  it('is made up, as an assumption', () => {
    const { value, located } = parse(['n/ip-addr.txt', ADDR.replace('02:00:00:00:00:01', 'XX:XX:XX:XX:XX:X')]);
    expect(said(located)).toEqual(['note n/ip-addr.txt:5:16+16 the MAC address of `eth0` is blacked out']);
    const one = value?.nodes.get('n');
    expect(Math.floor((one?.interfaces[1]?.mac ?? 0) / 2 ** 40)).toBe(2);
    expect(one && texts(one)).toContain('the MAC address of eth0 is made up (no capture shows it)');
  });
});

describe('a pair of interfaces that is whole in one listing', () => {
  const pair = `${ADDR}3: v0@v1: <BROADCAST,UP> mtu 1500 state UP\n    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff\n4: v1@v0: <BROADCAST,UP> mtu 1500 state UP\n    link/ether 02:00:00:00:00:03 brd ff:ff:ff:ff:ff:ff\n`;
  const ends = (...files: readonly (readonly [string, string])[]) =>
    read(parse(['n/ip-addr.txt', pair], ...files)).links.map((link) => link.ends.map((end) => end.interface));

  it('is joined by itself, unless network.yaml joins it', () => {
    expect(ends()).toEqual([['v0', 'v1']]);
    expect(ends(['network.yaml', "version: 1\nlinks: { a: ['n:v0', 'n:eth0'] }\n"])).toEqual([['v0', 'eth0']]);
  });

  it('is not joined to what is elsewhere', () => {
    expect(read(parse(['n/ip-addr.txt', pair.replace('v1@v0', 'v1@if7')])).links).toEqual([]);
  });
});

describe('notes', () => {
  it('name files that no reader takes, with the nearest known name', () => {
    const { located } = parse(
      ['n/ip-addr.txt', ADDR],
      ['n/ip-adr.txt', ''],
      ['n/iptables-save', ''],
      ['notes', ''],
      ['network.yml', ''],
    );
    expect(said(located)).toEqual([
      'note n/ip-adr.txt:1:1+1 no reader for a file named `ip-adr.txt`',
      'note n/iptables-save:1:1+1 no reader for a file named `iptables-save`',
      'note network.yml:1:1+1 no reader for a file named `network.yml`',
      'note notes:1:1+1 no reader for a file named `notes`',
    ]);
    expect(located.map(({ advice }) => /`([^`]+)`/.exec(advice ?? '')?.[1])).toEqual([
      'ip-addr.txt',
      'iptables-save.txt',
      'network.yaml',
      undefined,
    ]);
  });
});

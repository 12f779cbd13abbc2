import { describe, expect, it } from 'vitest';
import { printAddress, printMac } from '../../src/packet/address.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { errors, read, said } from './said.ts';

const yaml = (text: string, more: readonly (readonly [string, string])[] = []) =>
  parseSnapshot(new Map([['network.yaml', text], ...more]));
const ADDR = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0
3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
`;
const NODE = [['host-1/ip-addr.txt', ADDR]] as const;
const DESCRIBED = 'version: 1\nnodes:\n  gw:\n    interfaces:\n      eth0: { addresses: [192.168.56.1/24] }\n';

describe('network.yaml: every mistake has its place', () => {
  it.each([
    ['an unknown key', 'version: 1\nlinsk: {}\n', ['2:1+5 `linsk` is no key here'], 'did you mean `links`?'],
    ['another version', 'version: 2\n', ['1:10+1 version `2` is not known'], 'this release reads `version: 1`'],
    [
      'another assumption',
      'version: 1\nassume: the-best\n',
      ['2:9+8 `the-best` cannot be assumed'],
      'only `kernel-defaults` can',
    ],
    [
      'an unknown node',
      'version: 1\nlinks:\n  a: [host1:eth0, host-1:eth1]\n',
      ['3:7+5 there is no node `host1`'],
      'did you mean `host-1`?',
    ],
    [
      'an unknown interface',
      'version: 1\nlinks:\n  a: [host-1:eth7]\n',
      ['3:14+4 host-1 has no interface `eth7`'],
      'did you mean `eth0`?',
    ],
    [
      'a quoted end',
      "version: 1\nlinks:\n  a: ['host-1:eth7']\n",
      ['3:15+4 host-1 has no interface `eth7`'],
      'did you mean `eth0`?',
    ],
    [
      'an end that is none',
      'version: 1\nlinks:\n  a: [eth0]\n',
      ['3:7+4 `eth0` is no interface of a node'],
      'an end of a link is written like `compute-1:eth2`',
    ],
    [
      'a blank in an end',
      'version: 1\nlinks:\n  a: [host-1: eth0]\n',
      ['3:7+12 a mapping where an end of a link should be'],
      undefined,
    ],
    ['lo on a link', 'version: 1\nlinks:\n  a: [host-1:lo]\n', ['3:7+9 `lo` is on no link'], undefined],
    [
      'an interface on two links',
      'version: 1\nlinks:\n  a: [host-1:eth0]\n  b:\n    - host-1:eth0\n',
      ['5:7+11 `host-1:eth0` is on a link already: `a`, at line 3'],
      'an interface is on one link: join the two',
    ],
    [
      'an interface twice on one link',
      'version: 1\nlinks:\n  a: [host-1:eth0, host-1:eth0]\n',
      ['3:20+11 `host-1:eth0` is on a link already: `a`, at line 3'],
      undefined,
    ],
    [
      'a filter of no end',
      'version: 1\nlinks:\n  a: { ends: [host-1:eth0], mac-filter: { host-1:eth1: own } }\n',
      ['3:43+11 `host-1:eth1` is no end of this link'],
      'did you mean `host-1:eth0`?',
    ],
    [
      'another filter',
      'version: 1\nlinks:\n  a: { ends: [host-1:eth0], mac-filter: { host-1:eth0: all } }\n',
      ['3:56+3 `all` is no filter'],
      undefined,
    ],
    [
      'an unknown key of a link',
      'version: 1\nlinks:\n  a: { ends: [host-1:eth0], macfilter: {} }\n',
      ['3:29+9 `macfilter` is no key here'],
      'did you mean `mac-filter`?',
    ],
    ['a link without ends', 'version: 1\nlinks:\n  a: {}\n', ['3:3+1 link `a` has no `ends`'], undefined],
    [
      'ends that are no list',
      'version: 1\nlinks:\n  a: host-1:eth0\n',
      ['3:6+11 the ends of link `a` must be a list'],
      undefined,
    ],
    [
      'a name for nobody',
      'version: 1\nnames: { dhcp: host-2 }\n',
      ['2:16+6 there is no node `host-2`'],
      'did you mean `host-1`?',
    ],
    [
      'a name that a node has',
      'version: 1\nnames: { host-1: host-1 }\n',
      ['2:10+6 `host-1` is a node itself'],
      undefined,
    ],
    [
      'defaults for nobody',
      'version: 1\nassume: { host-2: kernel-defaults }\n',
      ['2:11+6 there is no node `host-2`'],
      'did you mean `host-1`?',
    ],
    [
      'captured interfaces described again',
      'version: 1\nnodes:\n  host-1: { interfaces: { eth0: {} } }\n',
      ['3:13+10 the interfaces of `host-1` are captured: host-1/ip-addr.txt:1:1'],
      undefined,
    ],
    ['the same key twice', 'version: 1\nversion: 1\n', ['2:1+7 no YAML: map keys must be unique'], undefined],
    [
      'a list that is not closed',
      'version: 1\nlinks: { a: [host-1:eth0\n',
      [expect.stringContaining('no YAML: ')],
      undefined,
    ],
    ['no mapping at all', 'hello\n', ['1:1+5 `network.yaml` must be a mapping'], undefined],
  ])('%s', (_, text, messages, advice) => {
    const { located } = yaml(text, NODE);
    const found = errors(located).map((error) => error.replace('error network.yaml:', ''));
    expect(found.slice(0, messages.length)).toEqual(messages);
    expect(located.every((one) => one.advice !== undefined)).toBe(true);
    if (advice !== undefined) expect(located.find(({ severity }) => severity === 'error')?.advice).toBe(advice);
  });

  it.each([
    [
      'addresses: [192.168.56.1/24]',
      'addresses: [192.168.56.300/24]',
      '5:27+17 `192.168.56.300/24` is no IPv4 address with its prefix length',
    ],
    [
      'addresses: [192.168.56.1/24]',
      'addresses: [192.168.56.1/33]',
      '5:27+15 `192.168.56.1/33` is no IPv4 address with its prefix length',
    ],
    ['addresses: [192.168.56.1/24]', 'addresses: [10.0.0.1/24, 10.0.0.1/24]', '5:40+11 `10.0.0.1/24` is listed twice'],
    ['addresses: [192.168.56.1/24]', 'mac: 08:00:27:00:56', '5:20+14 `08:00:27:00:56` is no MAC address'],
    ['addresses: [192.168.56.1/24]', 'mac: 01:00:5e:00:00:01', '5:20+17 `01:00:5e:00:00:01` is the address of a group'],
    ['addresses: [192.168.56.1/24]', 'up: maybe', '5:19+5 `maybe` is neither true nor false'],
    ['addresses: [192.168.56.1/24]', 'master: br0', '5:23+3 there is no interface `br0`'],
    ['addresses: [192.168.56.1/24]', 'adresses: []', '5:15+8 `adresses` is no key here'],
  ])('an interface described by hand: %s → %s', (from, to, message) => {
    expect(errors(yaml(DESCRIBED.replace(from, to)).located)).toEqual([`error network.yaml:${message}`]);
  });

  it.each([
    ['default via 10.0.0.1', '6:23+3 the gateway is on no network of the node'],
    ['default', '6:15+7 a route that leads nowhere'],
    ['default via', '6:23+3 `via` without a value'],
    ['10.0.0.0/33 dev eth0', '6:15+11 `10.0.0.0/33` is no IPv4 prefix'],
    ['default dev eth9', '6:23+3 there is no interface `eth9`'],
    ['default via 192.168.56.254 mertic 5', '6:42+6 `mertic` is no part of a route'],
    ['default via 192.168.56.254 metric x', '6:49+1 `x` is no metric'],
    ['192.168.56.0/24 dev eth0', '6:15+24 a second route to `192.168.56.0/24`'],
  ])('a route described by hand: %s', (route, message) => {
    const { located } = yaml(`${DESCRIBED}    routes: ['${route}']\n`);
    expect(errors(located)).toEqual([`error network.yaml:${message}`]);
  });

  it('all of them at once, in the order of the file', () => {
    const { value, located } = yaml('version: 3\nlinsk: {}\nnames: { a: b }\n', NODE);
    expect(value).toBeUndefined();
    expect(errors(located).map((error) => error.slice(0, 24))).toEqual(
      ['error network.yaml:1:10+1', 'error network.yaml:2:1+5 ', 'error network.yaml:3:13+1'].map((error) =>
        error.slice(0, 24),
      ),
    );
  });
});

describe('network.yaml', () => {
  it('describes nodes that have no capture', () => {
    const { nodes } = read(
      yaml(
        `${DESCRIBED}    routes: [default via 192.168.56.254, 'blackhole 10.0.0.0/24', '10.1.0.0/16 dev eth0 src 192.168.56.1 metric 5']\n    sysctl: { net.ipv4.ip_forward: 1 }\n`,
      ),
    );
    const gateway = nodes.get('gw');
    expect(gateway?.interfaces.map(({ name, kind, up }) => [name, kind, up])).toEqual([
      ['lo', 'loopback', true],
      ['eth0', 'ethernet', true],
    ]);
    expect(gateway?.settings.get('net.ipv4.ip_forward')?.value).toBe('1');
    expect(gateway?.routes.filter(({ table }) => table === 254).map(({ text }) => text)).toEqual([
      '192.168.56.0/24 dev eth0 scope link src 192.168.56.1',
      'default via 192.168.56.254 dev eth0',
      'blackhole 10.0.0.0/24',
      '10.1.0.0/16 dev eth0 scope link src 192.168.56.1 metric 5',
    ]);
    expect(gateway?.assumptions).toEqual([]);
  });

  it('leaves the rules of a described node open unless kernel defaults are assumed, for all or for it alone', () => {
    const ruleset = (text: string) => read(yaml(text)).nodes.get('gw')?.ruleset.kind;
    expect(ruleset(DESCRIBED)).toBe('unknown');
    expect(ruleset(`${DESCRIBED}assume: kernel-defaults\n`)).toBe('known');
    expect(ruleset(`${DESCRIBED}    assume: kernel-defaults\n`)).toBe('known');
    expect(ruleset(`${DESCRIBED}assume: { gw: kernel-defaults }\n`)).toBe('known');
  });

  it('makes up addresses that no two interfaces share', () => {
    const interfaces = Array.from({ length: 200 }, (_, i) => `      eth${i}: {}\n`).join('');
    const macs = read(
      yaml(`version: 1\nnodes:\n  a:\n    interfaces:\n${interfaces}  b:\n    interfaces:\n${interfaces}`),
    ).nodes;
    const all = [...macs.values()].flatMap((node) =>
      node.interfaces.filter(({ kind }) => kind !== 'loopback').map(({ mac }) => printMac(mac)),
    );
    expect(new Set(all).size).toBe(400);
    for (const mac of all) expect(mac).toMatch(/^02:/);
  });

  it('makes an interface that others have as master a bridge', () => {
    const node = read(
      yaml(
        'version: 1\nnodes:\n  a:\n    interfaces:\n      br0: { addresses: [10.0.0.1/24, 10.0.0.2/24] }\n      eth0: { master: br0, hairpin: true, promisc: true, mtu: 9000, up: false }\n',
      ),
    ).nodes.get('a');
    const [, bridge, port] = node?.interfaces ?? [];
    expect([bridge?.kind, port?.kind, port?.master, port?.up, port?.promisc, port?.mtu]).toEqual([
      'bridge',
      'ethernet',
      'br0',
      false,
      true,
      9000,
    ]);
    expect(port?.hairpin).toEqual({ kind: 'known', value: true });
    expect(bridge?.addresses.map(({ local, secondary }) => [printAddress(local), secondary])).toEqual([
      ['10.0.0.1', false],
      ['10.0.0.2', true],
    ]);
  });

  it('keeps 127.0.0.1 on a described lo', () => {
    const node = read(
      yaml('version: 1\nnodes:\n  a:\n    interfaces:\n      lo: { addresses: [169.254.169.254/32] }\n'),
    ).nodes.get('a');
    expect(node?.interfaces.map(({ kind }) => kind)).toEqual(['loopback']);
    expect(node?.interfaces[0]?.addresses.map(({ local }) => printAddress(local))).toEqual([
      '127.0.0.1',
      '169.254.169.254',
    ]);
    expect(node?.routes.map(({ text }) => text)).toContain(
      'local 169.254.169.254 dev lo table local scope host src 169.254.169.254',
    );
  });

  it('filters by address at the ends that it names', () => {
    const { links } = read(
      yaml(
        "version: 1\nlinks:\n  a:\n    ends: ['host-1:eth0', 'host-1:eth1']\n    mac-filter: { 'host-1:eth1': own }\n",
        NODE,
      ),
    );
    expect(links[0]?.ends.map((end) => [end.interface, end.ownAddressOnly])).toEqual([
      ['eth0', false],
      ['eth1', true],
    ]);
    expect(links[0]?.place).toEqual({ file: 'network.yaml', line: 3, column: 3 });
  });

  it('adds settings to a captured node, and must agree with its capture', () => {
    const text = 'version: 1\nnodes:\n  host-1: { sysctl: { net.ipv4.ip_forward: 1 } }\n';
    expect(read(yaml(text, NODE)).nodes.get('host-1')?.settings.get('net.ipv4.ip_forward')?.value).toBe('1');
    expect(errors(yaml(text, [...NODE, ['host-1/sysctl.txt', 'net.ipv4.ip_forward = 0\n']]).located)).toEqual([
      'error network.yaml:3:23+19 `net.ipv4.ip_forward` is 1 here and 0 at host-1/sysctl.txt:1:1',
    ]);
  });

  it('takes the place of a listing that is not there', () => {
    const text = 'version: 1\nnodes:\n  host-1: { interfaces: { eth0: { addresses: [10.0.0.1/24] } } }\n';
    const node = read(yaml(text, [['host-1/iptables-save.txt', '']])).nodes.get('host-1');
    expect(node?.interfaces.map(({ name }) => name)).toEqual(['lo', 'eth0']);
    expect(node?.undecided?.get('interfaces')).toBeUndefined();
  });

  it('says which settings decide nothing, and what was meant', () => {
    const { located } = yaml(`${DESCRIBED}    sysctl: { net.ipv4.ip_forwrad: 1 }\n`);
    expect(said(located)).toEqual(['error network.yaml:6:15+19 `net.ipv4.ip_forwrad` is no setting']);
    expect(located[0]?.advice).toBe('did you mean `net.ipv4.ip_forward`?');
    const other = yaml(`${DESCRIBED}    sysctl: { net.ipv4.tcp_syncookies: 1 }\n`);
    expect(said(other.located)).toEqual([
      'note network.yaml:6:15+23 `net.ipv4.tcp_syncookies` decides nothing in the model',
    ]);
  });

  it('may be empty, or not be there', () => {
    expect(errors(yaml('', NODE).located)).toEqual([]);
    expect(errors(parseSnapshot(new Map(NODE)).located)).toEqual([]);
  });
});

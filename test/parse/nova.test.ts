import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import { parseAddress, printAddress, printMac } from '../../src/packet/address.ts';
import { parseSnapshot, readSnapshot } from '../../src/parse/snapshot.ts';
import { modernised } from './convert.ts';
import { filesOf, hasNova, NOVA, STATES } from './folder.ts';
import { errors, placeless, read, said } from './said.ts';

const state = (name: string): Network => read(parseSnapshot(filesOf(join(NOVA, name))));

describe.skipIf(!hasNova)("the tutorial's network", () => {
  it.each(STATES)('%s reads without an error', async (name) => {
    expect(errors((await readSnapshot(join(NOVA, name))).located)).toEqual([]);
  });

  it.each(STATES)('%s is the same network from the forms of today', (name) => {
    const files = filesOf(join(NOVA, name));
    const [old, modern] = [read(parseSnapshot(files)), read(parseSnapshot(modernised(files)))];
    const bare = (network: Network) =>
      placeless(
        {
          ...network,
          nodes: [...network.nodes.values()],
        },
        'assumptions',
        'assumption',
      );
    expect(bare(modern)).toEqual(bare(old));
  });

  it('has its nodes, links, names and addresses', () => {
    const network = state('after-3vms');
    expect([...network.nodes.keys()]).toEqual([
      'compute-1',
      'compute-2',
      'controller-1',
      'vm-cirros',
      'vm-cirros-b',
      'vm-cirros-c',
      'gateway',
      'lan',
      'world',
    ]);
    expect(network.links.map(({ name, ends }) => [name, ends.length])).toEqual([
      ['management', 5],
      ['vm-network', 3],
      ['compute-1-vnet0', 2],
      ['compute-1-vnet1', 2],
      ['compute-2-vnet0', 2],
      ['internet', 2],
    ]);
    const controller = network.nodes.get('controller-1');
    expect(
      controller?.interfaces.map(({ name, kind, up, promisc, master }) => [name, kind, up, promisc, master]),
    ).toEqual([
      ['lo', 'loopback', true, false, undefined],
      ['eth1', 'ethernet', true, false, undefined],
      ['eth2', 'ethernet', true, true, 'br100'],
      ['br100', 'bridge', true, false, undefined],
    ]);
    expect(
      controller?.interfaces.flatMap(({ addresses }) =>
        addresses.map(({ local, length }) => `${printAddress(local)}/${length}`),
      ),
    ).toEqual(['127.0.0.1/8', '169.254.169.254/32', '192.168.56.200/24', '10.0.0.1/24']);
  });

  it('shows which guests dnsmasq serves', () => {
    const [server, ...more] = state('after-3vms').nodes.get('controller-1')?.dhcpServers ?? [];
    expect(more).toEqual([]); // the child has the same words
    expect(server?.addresses).toEqual([parseAddress('10.0.0.1')]);
    expect(server?.ranges).toEqual([{ low: parseAddress('10.0.0.2'), high: parseAddress('10.0.0.2'), static: true }]);
    expect(server?.hosts.map(({ mac, address, name }) => [printMac(mac), printAddress(address), name])).toEqual([
      ['fa:16:3e:2c:e8:ec', '10.0.0.2', 'cirros.novalocal'],
      ['fa:16:3e:5b:10:77', '10.0.0.3', 'cirros-b.novalocal'],
      ['fa:16:3e:06:5c:27', '10.0.0.4', 'cirros-c.novalocal'],
    ]);
  });

  it('has hairpin on where nova wrote it, and off as an assumption elsewhere', () => {
    const compute = state('after').nodes.get('compute-1');
    const hairpin = (name: string) => compute?.interfaces.find((one) => one.name === name)?.hairpin;
    expect(hairpin('vnet0')).toEqual({ kind: 'known', value: true });
    expect(hairpin('eth2')).toMatchObject({ value: false, assumption: { node: 'compute-1' } });
    expect(hairpin('eth1')).toEqual({ kind: 'known', value: false });
  });

  it('has eth2 down where the post printed it so', () => {
    const up = (name: string) =>
      state(name)
        .nodes.get('compute-1')
        ?.interfaces.find((one) => one.name === 'eth2')?.up;
    expect([up('after'), up('after-eth2-down-as-printed')]).toEqual([true, false]);
  });

  it('makes the rules of ebtables that libvirt makes of the filters of guests, at the port that has their address', () => {
    const { frameRules, unmodelled, assumptions } = state('after').nodes.get('compute-1') ?? {};
    const chains = [...(frameRules?.get('nat')?.values() ?? [])];
    expect(chains.flatMap(({ rules }) => rules.map(({ text }) => text))).toContain(
      '-A I-vnet0-ipv4-ip -p IPv4 --ip-src 10.0.0.2 -j RETURN',
    );
    expect(unmodelled).toEqual([]);
    expect(assumptions?.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'the rules of ebtables are those that libvirt makes of the filters of vnet0 (no capture shows them)',
        expect.stringMatching(/^filters allow-dhcp-server, .*, no-mac-spoofing are as libvirt brings them along/),
      ]),
    );
  });

  it('gives machines without a capture made-up addresses, the same every time', () => {
    const mac = (name: string) =>
      state(name)
        .nodes.get('world')
        ?.interfaces.find((one) => one.name === 'eth0')?.mac ?? 0;
    expect(mac('after')).toBe(mac('before'));
    expect(Math.floor(mac('after') / 2 ** 40)).toBe(2);
  });

  it('routes at the gateway as described by hand', () => {
    expect(
      state('after')
        .nodes.get('gateway')
        ?.routes.map(({ text }) => text),
    ).toEqual([
      'local 127.0.0.1 dev lo table local scope host src 127.0.0.1',
      'local 127.0.0.0/8 dev lo table local scope host src 127.0.0.1',
      'broadcast 127.255.255.255 dev lo table local scope link src 127.0.0.1',
      'local 192.168.56.101 dev eth0 table local scope host src 192.168.56.101',
      'broadcast 192.168.56.255 dev eth0 table local scope link src 192.168.56.101',
      'local 203.0.113.1 dev eth1 table local scope host src 203.0.113.1',
      'broadcast 203.0.113.255 dev eth1 table local scope link src 203.0.113.1',
      '192.168.56.0/24 dev eth0 scope link src 192.168.56.101',
      '203.0.113.0/24 dev eth1 scope link src 203.0.113.1',
      'blackhole 10.0.0.0/24',
      'blackhole 169.254.0.0/16',
    ]);
  });

  it('lists every file of every state', () => {
    for (const name of STATES) {
      const files = [...filesOf(join(NOVA, name)).keys()];
      const { inventory } = state(name);
      expect(inventory.map(({ file }) => file)).toEqual(files.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(inventory.filter(({ status }) => status === 'unknown').map(({ file }) => file)).toEqual([
        'kernel-verdicts.jsonl',
      ]);
    }
  });
});

describe.skipIf(!hasNova)("the post's own listings", () => {
  const posted = () => parseSnapshot(filesOf(join(NOVA, 'as-posted')));

  it('read with notes, each with its place', () => {
    const { value, located } = posted();
    expect(value).toBeDefined();
    expect(errors(located)).toEqual([]);
    expect(said(located)).toContain('note controller-1/ip-addr.txt:1:1+62 this line is no part of an `ip a` listing');
    expect(said(located)).toContain('note controller-1/ip-addr.txt:2:4+4 `eth1` is listed without its flags');
    expect(said(located)).toContain('note controller-1/nova.conf:6:1+30 this line is no flag of nova');
  });

  it('name the known file that an unknown one is nearest to', () => {
    const what = new Map(read(posted()).inventory.map((item) => [item.file, `${item.status}: ${item.what}`]));
    expect(what.get('compute-1/ip-addr-after.txt')).toBe('unknown: no reader; nearest known name: ip-addr.txt');
    expect(what.get('compute-1/iptables-S-after.txt')).toMatch(/^unknown: no reader; nearest known name: iptables-S-/);
    expect(what.get('controller-1/dnsmasq-hosts-before.conf')).toBe(
      'unknown: no reader; nearest known name: dnsmasq-hosts.conf',
    );
    expect(what.get('compute-1/console.log')).toBe('unknown: no reader');
  });

  it('count interfaces without flags as up unless their state is DOWN, as an assumption', () => {
    const files = filesOf(join(NOVA, 'as-posted'));
    const eth2 = (text: string) => {
      files.set('controller-1/ip-addr.txt', text);
      const node = read(parseSnapshot(files)).nodes.get('controller-1');
      return [
        node?.interfaces.find(({ name }) => name === 'eth2')?.up,
        node?.assumptions.map((one) => one.text),
      ] as const;
    };
    const text = files.get('controller-1/ip-addr.txt') ?? '';
    const [up, assumed] = eth2(text);
    expect(up).toBe(true);
    expect(assumed).toContain('eth2 is up (its state is UNKNOWN, and the capture lost its flags)');
    expect(eth2(text.replace('master br100 state UNKNOWN', 'master br100 state DOWN'))[0]).toBe(false);
  });

  it('leave open what no capture shows: the interfaces of compute-1, and all rules but those of two tables', () => {
    const { nodes } = read(posted());
    expect(nodes.get('compute-1')?.undecided?.get('interfaces')).toBe('no capture shows the interfaces of compute-1');
    expect(nodes.get('controller-1')?.ruleset).toEqual({
      kind: 'unknown',
      reason: 'no capture shows tables raw, mangle, security of controller-1',
    });
    expect([...(nodes.get('controller-1')?.shownRules?.tables.keys() ?? [])]).toEqual(['nat', 'filter']);
  });

  it('name the port whose bridge is not in the listing', () => {
    const files = filesOf(join(NOVA, 'as-posted'));
    files.set('compute-1/ip-addr.txt', files.get('compute-1/ip-addr-after.txt') ?? '');
    files.delete('compute-1/route-n.txt');
    expect(errors(parseSnapshot(files).located)).toEqual([
      'error compute-1/ip-addr.txt:2:46+5 `vnet0` is a port of `br100`, which is not in compute-1/ip-addr.txt',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { sysctl } from '../../../src/network/access.ts';
import type { Node } from '../../../src/network/network.ts';
import { printAddress } from '../../../src/packet/address.ts';
import { errors } from '../said.ts';
import { ADDR, addresses, type File, LINK, node, notes, parse, six } from './snapshot.ts';

describe('addresses of IPv6', () => {
  it('are read with their scope and flags, in the order of the listing, in text and in JSON alike', () => {
    const text = `${LINK}    inet6 2001:db8::2/64 scope global temporary deprecated dynamic
    inet6 2001:db8::1 peer 2001:db8:1::1/96 scope global nodad
    inet6 fe80::ff:fe00:1/64 scope link tentative
    inet6 fe80::2/64 scope link dadfailed tentative noprefixroute
`;
    const json = JSON.stringify([
      {
        ifname: 'lo',
        flags: ['LOOPBACK', 'UP'],
        link_type: 'loopback',
        address: '00:00:00:00:00:00',
        addr_info: [
          { family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' },
          { family: 'inet6', local: '::1', prefixlen: 128, scope: 'host' },
        ],
      },
      {
        ifname: 'eth0',
        flags: ['BROADCAST', 'UP'],
        link_type: 'ether',
        address: '02:00:00:00:00:01',
        addr_info: [
          {
            family: 'inet6',
            local: '2001:db8::2',
            prefixlen: 64,
            scope: 'global',
            temporary: true,
            deprecated: true,
            dynamic: true,
          },
          {
            family: 'inet6',
            local: '2001:db8::1',
            address: '2001:db8:1::1',
            prefixlen: 96,
            scope: 'global',
            nodad: true,
          },
          { family: 'inet6', local: 'fe80::ff:fe00:1', prefixlen: 64, scope: 'link', tentative: true },
          {
            family: 'inet6',
            local: 'fe80::2',
            prefixlen: 64,
            scope: 'link',
            dadfailed: true,
            tentative: true,
            noprefixroute: true,
          },
        ],
      },
    ]);
    const wanted = {
      lo: ['::1/128 254'],
      eth0: [
        '2001:db8::2/64 0 deprecated temporary',
        '2001:db8::1/96 0',
        'fe80::ff:fe00:1/64 253 tentative',
        'fe80::2/64 253 tentative',
      ],
    };
    expect(addresses(node(['ip-addr.txt', text]))).toEqual(wanted);
    expect(addresses(node(['ip-addr.json', json]))).toEqual(wanted);
  });

  it('are none where the listing shows none, and not known where it shows only IPv4', () => {
    const without = LINK.replace('    inet6 ::1/128 scope host\n', '');
    const off = six(['ip-addr.txt', without]);
    expect([...off.addresses.values()].flat()).toEqual([]);
    expect(off.assumptions[0]?.text).toBe('IPv6 is off (the listing of interfaces shows no address of it)');
    expect(node(['ip-addr.txt', without.replaceAll(/ {4}link.*\n/g, '')]).six).toBeUndefined();
    expect(node(['ip-addr.json', '[{"ifname":"eth0","flags":["UP"],"addr_info":[]}]']).six).toBeUndefined();
  });

  it.each([
    ['fe80::xxxx/64 scope link', 'blacked out'],
    ['2001:db8::1/129 scope global', 'too long'],
    ['2001:db8::1/64 scope nearby', 'of no scope'],
    ['2001:db8::1/64 scope global optimistic', 'optimistic'],
  ])('that cannot be read leave IPv6 undecided, and IPv4 as it is: %s (%s)', (line) => {
    const file: File = ['ip-addr.txt', `${LINK}    inet6 ${line}\n`];
    expect(notes(file)).toEqual([
      expect.stringMatching(
        /^note n\/ip-addr\.txt:8:11\+\d+ an address of IPv6 of `eth0` is not modelled or cannot be read$/,
      ),
    ]);
    const of = node(file);
    expect(of.undecided?.has('interfaces') ?? false).toBe(false);
    expect(of.interfaces[1]?.addresses).toHaveLength(1);
    expect(of.six?.undecided?.get('interfaces')).toMatch(/n\/ip-addr\.txt:8/);
  });
});

describe('neighbours and listening sockets', () => {
  it('are those of each family', () => {
    const of = node(
      ADDR,
      [
        'ip-neigh.json',
        '[{"dst":"10.0.0.2","dev":"eth0","lladdr":"02:00:00:00:00:02","state":["PERMANENT"]},{"dst":"fe80::1","dev":"eth0","lladdr":"02:00:00:00:00:03","router":null,"state":["PERMANENT"]}]',
      ],
      ['ss.txt', 'tcp LISTEN 0 1 *:22 *:*\ntcp LISTEN 0 1 [::]:80 [::]:*\nudp UNCONN 0 0 [fe80::1]%eth0:546 [::]:*\n'],
    );
    expect(of.neighbours.map(({ address }) => printAddress(address))).toEqual(['10.0.0.2']);
    expect(of.six?.neighbours.map(({ address }) => printAddress(address))).toEqual(['fe80::1']);
    const listening = (from: Node['listeners'] | undefined) =>
      from?.kind === 'known' ? from.value.map(({ address, port, device }) => [address, port, device]) : from;
    expect(listening(of.listeners)).toEqual([[0, 22, undefined]]);
    expect(listening(of.six?.listeners)).toEqual([
      [0n, 22, undefined],
      [0n, 80, undefined],
      [(0xfe80n << 112n) + 1n, 546, 'eth0'],
    ]);
  });

  it('of IPv6 are not known from `arp -n`', () => {
    const file: File = ['arp-n.txt', '10.0.0.2 ether 02:00:00:00:00:02 CM eth0\n'];
    expect(six(ADDR, file).assumptions.map(({ text }) => text)).toContain(
      'no permanent entries in the neighbour table of IPv6 (no capture shows it)',
    );
  });
});

describe('settings of IPv6', () => {
  const of = (text: string) => node(ADDR, ['sysctl.txt', text]);
  it('fall back to those of all devices where they are written through, to the default of new devices elsewhere', () => {
    expect(sysctl(of('net.ipv6.conf.all.forwarding = 1\n'), 'net.ipv6.conf.eth0.forwarding')).toMatchObject({
      value: 1,
    });
    expect(sysctl(of('net.ipv6.conf.default.hop_limit = 9\n'), 'net.ipv6.conf.eth0.hop_limit')).toMatchObject({
      value: 9,
    });
    expect(sysctl(of('net.ipv6.conf.all.hop_limit = 9\n'), 'net.ipv6.conf.eth0.hop_limit').kind).toBe('unknown');
    expect(sysctl(of('net.ipv6.conf.eth0.disable_ipv6 = 1\n'), 'net.ipv6.conf.eth0.disable_ipv6')).toMatchObject({
      value: 1,
    });
  });

  it('are numbers', () => {
    expect(errors(parse(ADDR, ['sysctl.txt', 'net.ipv6.conf.eth0.forwarding = yes\n']).located)).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { addressLines6 } from '../../src/lab/six/interfaces.ts';
import { routeLines6 } from '../../src/lab/six/routes.ts';
import { earlySettings6, settingLines6 } from '../../src/lab/six/settings.ts';
import { checksum, fragmentsOf, ipBytes } from '../../src/lab/wire.ts';
import { inFamily } from '../../src/network/family.ts';
import type { Node } from '../../src/network/network.ts';
import { PROTOCOL } from '../../src/packet/field.ts';
import { packet } from '../../src/packet/packet.ts';
import { addr6, build6, FORWARDING6, type Host6 } from '../evaluate/six-build.ts';

const nodeOf = (host: Host6): Node => inFamily(build6({ a: host }, []), 6).nodes.get('a') as Node;
const SRC = addr6('2001:db8::1');
const DST = addr6('2001:db8::2');

describe('packets of IPv6 as bytes', () => {
  it('the header says what the packet says', () => {
    const bytes = ipBytes(packet({ src: SRC, dst: DST, proto: 99, ttl: 3, tos: 0x12 }), 1);
    expect(bytes.subarray(0, 8).toString('hex')).toBe('6120000000106303');
    expect(bytes.subarray(8, 40).toString('hex')).toBe(
      '20010db800000000000000000000000120010db8000000000000000000000002',
    );
  });

  it.each([PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.ICMPV6])(
    'the checksum of protocol %i covers the addresses',
    (proto) => {
      for (const badChecksum of [0, 1]) {
        const bytes = ipBytes(
          packet({ src: SRC, dst: DST, proto, sport: 40000, dport: 53, icmpType: 128, badChecksum }),
          7,
        );
        const segment = bytes.subarray(40);
        const pseudo = Buffer.concat([bytes.subarray(8, 40), Buffer.from([0, 0, 0, segment.length, 0, 0, 0, proto])]);
        expect(checksum(Buffer.concat([pseudo, segment])) === 0).toBe(badChecksum === 0);
      }
    },
  );

  it('fragments have a header of their own', () => {
    const [first, later] = fragmentsOf(packet({ src: SRC, dst: DST, proto: PROTOCOL.UDP }), 5);
    expect([first[6], first[40], first.readUInt16BE(42), first.readUInt32BE(44)]).toEqual([44, 17, 1, 5]);
    expect([later[6], later[40], later.readUInt16BE(42), later.readUInt32BE(44)]).toEqual([44, 17, 8, 5]);
  });
});

describe('what the lab has ip do for IPv6', () => {
  it('addresses are added from the last one on, because the kernel lists the newest first', () => {
    const [, eth0] = nodeOf({
      interfaces: { eth0: { addresses: ['2001:db8::1/64', '2001:db8::2/64 deprecated'], bare: true } },
    }).interfaces;
    expect(eth0 === undefined ? [] : addressLines6(eth0)).toEqual([
      'addr add 2001:db8::2/64 valid_lft forever preferred_lft 0 dev eth0 nodad',
      'addr add 2001:db8::1/64 dev eth0 nodad',
    ]);
  });

  it('::1 comes by itself', () => {
    const [lo] = nodeOf({ interfaces: {} }).interfaces;
    expect(lo === undefined ? undefined : addressLines6(lo)).toEqual([]);
  });

  it('routes are those of the network: what is connected first, and nothing that the kernel has made itself', () => {
    const node = nodeOf({
      interfaces: { eth0: { addresses: ['2001:db8::1/64'], bare: true } },
      routes: [
        'default via 2001:db8::9 dev eth0',
        'unreachable 2001:db8:9::/48',
        '2001:db8:8::/48 dev eth0 src 2001:db8::1 hoplimit 9',
      ],
    });
    const standing = [
      { type: 'local', dst: '::1', dev: 'lo' },
      { type: 'local', dst: '2001:db8::1', dev: 'eth0' },
      { type: 'multicast', dst: 'ff00::/8', dev: 'eth0' },
      { type: 'anycast', dst: '2001:db8::', dev: 'eth0' },
    ];
    expect(routeLines6(node, JSON.stringify(standing))).toEqual([
      'route del anycast 2001:db8:: dev eth0 table 255',
      'route flush table 254',
      'route append unicast 2001:db8::/64 table 254 metric 256 dev eth0',
      'route append unreachable 2001:db8:9::/48 table 254 metric 1024',
      'route append unicast 2001:db8:8::/48 table 254 metric 1024 src 2001:db8::1 hoplimit 9 dev eth0',
      'route append unicast ::/0 table 254 metric 1024 via 2001:db8::9 dev eth0',
    ]);
  });

  it('routes to groups come in the order of the network', () => {
    const node = nodeOf({ interfaces: { eth0: {}, eth1: {} } });
    const group = (dev: string) => ({ type: 'multicast', dst: 'ff00::/8', dev });
    const lines = (...devices: readonly string[]): readonly string[] =>
      routeLines6(node, JSON.stringify(devices.map(group))).filter((line) => line.includes('multicast'));
    expect(lines('eth0', 'eth1')).toEqual([]);
    expect(lines('eth1', 'eth0')).toEqual([
      'route del multicast ff00::/8 dev eth1 table 255',
      'route del multicast ff00::/8 dev eth0 table 255',
      'route append multicast ff00::/8 table 255 metric 256 dev eth0',
      'route append multicast ff00::/8 table 255 metric 256 dev eth1',
    ]);
  });

  it('no address is made or asked for by the kernel itself', () => {
    const early = new Map(earlySettings6());
    expect([early.get('net/ipv6/conf/default/addr_gen_mode'), early.get('net/ipv6/conf/all/accept_ra')]).toEqual([
      1, 0,
    ]);
    expect(early.get('net/ipv6/conf/default/disable_ipv6')).toBe(0);
  });

  it('all.forwarding is written before what each device says', () => {
    const lines = settingLines6(
      nodeOf({ interfaces: { eth0: {} }, sysctl: { ...FORWARDING6, 'net.ipv6.conf.eth0.forwarding': 0 } }),
    );
    const at = (path: string): number => lines.findIndex(([key]) => key === path);
    expect(lines[at('net/ipv6/conf/all/forwarding')]).toEqual(['net/ipv6/conf/all/forwarding', 1]);
    expect(lines[at('net/ipv6/conf/eth0/forwarding')]).toEqual(['net/ipv6/conf/eth0/forwarding', 0]);
    expect(at('net/ipv6/conf/all/forwarding')).toBeLessThan(at('net/ipv6/conf/eth0/forwarding'));
    expect(lines[at('net/ipv6/conf/lo/forwarding')]).toEqual(['net/ipv6/conf/lo/forwarding', 1]);
  });
});

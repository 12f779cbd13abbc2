import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import type { PacketClass } from '../../src/packet/packet.ts';
import { classesOf } from '../../src/question/packets.ts';
import { parseQuestion } from '../../src/question/parse.ts';
import type { Reach } from '../../src/question/question.ts';
import { address, device, network, node, pair } from './networks.ts';

const asked = (text: string, of: Network = pair()) => classesOf(parseQuestion(text, of).value as Reach, of);
const classes = (text: string, of?: Network): readonly PacketClass[] => asked(text, of).map(({ packets }) => packets);
const one = (text: string, of?: Network): PacketClass => {
  const all = classes(text, of);
  expect(all).toHaveLength(1);
  return all[0] as PacketClass;
};

const HEADER = { tos: [[0, 0]], ttl: [[64, 64]], mark: [[0, 0]], fragment: [[0, 0]], badChecksum: [[0, 0]] };
const NO_ICMP = { icmpType: [[0, 0]], icmpCode: [[0, 0]], icmpId: [[0, 0]] };

describe('a node as source sends as an ordinary process does', () => {
  it('icmp alone is an echo request with code 0 and any id', () => {
    const icmp = one('can a reach 10.0.0.2 over icmp');
    expect(icmp).toEqual({
      ...HEADER,
      dst: [[address('10.0.0.2'), address('10.0.0.2')]],
      proto: [[1, 1]],
      sport: [[0, 0]],
      dport: [[0, 0]],
      tcpFlags: [[0, 0]],
      icmpType: [[8, 8]],
      icmpCode: [[0, 0]],
      icmpId: [[0, 65535]],
      length: [[28, 1500]],
    });
  });

  it('tcp is a SYN from a local port, to any port unless the question says which', () => {
    const tcp = {
      ...HEADER,
      ...NO_ICMP,
      tcpFlags: [[2, 2]],
      proto: [[6, 6]],
      sport: [[32768, 60999]],
      length: [[40, 60]],
    };
    expect(one('can a reach 10.0.0.2 over tcp')).toMatchObject({ ...tcp, dport: [[1, 65535]] });
    expect(one('can a reach 10.0.0.2 over tcp port 22 from port 1023')).toMatchObject({
      ...tcp,
      dport: [[22, 22]],
      sport: [[1023, 1023]],
    });
  });

  it('a port alone means tcp and udp; no protocol means them all, each with its own header', () => {
    expect(classes('can a reach 10.0.0.2 port 53').map(({ proto }) => proto)).toEqual([[[6, 6]], [[17, 17]]]);
    const all = classes('can a reach 10.0.0.2').flatMap(({ proto }) => proto ?? []);
    expect(
      all.flatMap(([low, high]) => Array.from({ length: high - low + 1 }, (_, i) => low + i)).sort((x, y) => x - y),
    ).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  it('ports and ttl are those of its sysctls, else the defaults, as assumptions', () => {
    const place = { file: 'sysctl.txt', line: 1, column: 1 };
    const settings = new Map([
      ['net.ipv4.ip_local_port_range', { value: '1024\t2000', place }],
      ['net.ipv4.ip_default_ttl', { value: '128', place }],
    ]);
    const own = network([node('a', [device('eth0 02:00:00:00:00:0a 10.0.0.1/24', { mtu: 1400 })], { settings })], []);
    expect(one('can a reach 10.0.0.2 over udp', own)).toMatchObject({
      sport: [[1024, 2000]],
      ttl: [[128, 128]],
      length: [[28, 1400]],
    });
    expect(asked('can a reach 10.0.0.2 over udp', own)[0]?.assumptions).toEqual([]);
    expect(asked('can a reach 10.0.0.2 over udp')[0]?.assumptions.map(({ text }) => text)).toEqual([
      expect.stringContaining('ip_default_ttl = 64'),
      expect.stringContaining('ip_local_port_range = 32768 60999'),
    ]);
    expect(asked('can a reach 10.0.0.2 over icmp')[0]?.assumptions).toHaveLength(1);
  });

  it('the kernel picks the source unless the question binds it', () => {
    expect(one('can a reach 10.0.0.2 over icmp')).not.toHaveProperty('src');
    expect(one('can a reach 10.0.0.2 over icmp with src 10.0.0.9').src).toEqual([
      [address('10.0.0.9'), address('10.0.0.9')],
    ]);
    expect(one('can a reach 10.0.0.2 over icmp with any src').src).toEqual([
      [address('1.0.0.0'), address('223.255.255.255')],
      [address('240.0.0.0'), address('255.255.255.254')],
    ]);
  });

  it('a pinned state leaves the flags free, and bad checksums where it may be INVALID', () => {
    expect(one('can a reach 10.0.0.2 over tcp with ct state ESTABLISHED')).toMatchObject({
      tcpFlags: [[0, 255]],
      badChecksum: [[0, 0]],
    });
    expect(one('can a reach 10.0.0.2 over tcp in any state')).toMatchObject({
      tcpFlags: [[0, 255]],
      badChecksum: [[0, 1]],
    });
    expect(one('can a reach 10.0.0.2 over tcp with ct state NEW')).toMatchObject({ tcpFlags: [[2, 2]] });
  });

  it('a node as target is each of its addresses', () => {
    expect(one('does a always reach b over icmp').dst).toEqual([
      [address('10.0.0.2'), address('10.0.0.2')],
      [address('192.0.2.1'), address('192.0.2.1')],
    ]);
  });
});

describe('a frame from the wire is free but valid', () => {
  it('source, tos and ttl are free, the frame is for the interface', () => {
    expect(one('can b:eth1 reach a over icmp')).toMatchObject({
      src: [[0, 0xffffffff]],
      tos: [[0, 255]],
      ttl: [[3, 255]],
      icmpCode: [[0, 255]],
      mark: [[0, 0]],
      macDst: [[0x02000000001b, 0x02000000001b]],
    });
  });

  it('no frame has a group address as its source', () => {
    const macs = one('can b:eth1 reach a over icmp').macSrc ?? [];
    expect(
      macs.every(([low, high]) => Math.floor(low / 2 ** 40) % 2 === 0 && Math.floor(high / 2 ** 40) % 2 === 0),
    ).toBe(true);
    expect(macs[0]?.[0]).toBe(1);
  });

  it('a tcp flow begins with a SYN, whatever else is set beside FIN, RST and ACK', () => {
    const flags = one('can b:eth1 reach a over tcp').tcpFlags ?? [];
    const values = flags.flatMap(([low, high]) => Array.from({ length: high - low + 1 }, (_, i) => low + i));
    expect(values).toHaveLength(16);
    expect(values.every((value) => (value & 0b10111) === 2)).toBe(true);
  });

  it('a broadcast goes in a broadcast frame, a group in a group frame', () => {
    const split = classes('can b:eth1 reach 0.0.0.0/0 over udp');
    expect(split.map(({ macDst }) => macDst)).toEqual([
      [[0x02000000001b, 0x02000000001b]],
      [[0xffffffffffff, 0xffffffffffff]],
      [[0x01005e000000, 0x01005e7fffff]],
    ]);
    expect(split[1]?.dst).toContainEqual([0xffffffff, 0xffffffff]);
  });

  it('a bridge port takes frames to any station', () => {
    const bridge = device('br0 02:00:00:00:00:01 10.0.0.1/24', {}, 'bridge');
    const of = network([node('a', [bridge, device('eth0 02:00:00:00:00:01', { master: 'br0' })])], []);
    expect(one('can a:eth0 reach 10.0.0.1 over icmp', of).macDst).toHaveLength(128);
  });
});

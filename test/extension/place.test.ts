import { describe, expect, it } from 'vitest';
import type { RuleContext } from '../../src/extension/definition.ts';
import { BROADCAST_MAC, parseAddress } from '../../src/packet/address.ts';
import { PROTOCOL } from '../../src/packet/field.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { asked, contextOf } from './ask.ts';

const at = (text: string): number => parseAddress(text) ?? Number.NaN;
const GROUP_MAC = 0x01005e000001;

describe('what a frame was addressed to is told apart where it comes in from a wire, and on bridges', () => {
  const all = { pre: { hook: 'PREROUTING' }, in: { hook: 'INPUT' } } as const;
  const bridged = { physIn: 'eth1', physOut: 'vnet0', bridged: true } as const;
  // biome-ignore format: a table
  it.each<readonly [where: string, given: Partial<RuleContext>, told: boolean]>([
    ['where it comes in', { ...all.pre, table: 'mangle' }, true],
    ['up', all.in, true],
    ['across a bridge', { hook: 'FORWARD', ...bridged }, true],
    ['out of a bridge', { hook: 'POSTROUTING', table: 'mangle', ...bridged }, true],
    // ip_forward passes PACKET_HOST only
    ['routed', { hook: 'FORWARD' }, false],
    ['routed, at the end', { hook: 'POSTROUTING', table: 'mangle' }, false],
    ['sent by the host', { hook: 'OUTPUT' }, false],
    ['sent by the host into a bridge', { hook: 'OUTPUT', physOut: 'vnet0' }, false],
    ['by loopback', { ...all.in, in: 'lo' }, false],
  ])('%s', (_, given, told) => {
    const is = (type: string, macDst: number) => asked(`-m pkttype --pkt-type ${type}`, { macDst }, contextOf(given));
    expect(is('broadcast', BROADCAST_MAC)).toBe(told);
    expect(is('multicast', GROUP_MAC)).toBe(told);
    expect(is('unicast', GROUP_MAC)).toBe(!told);
    expect(is('unicast', 2)).toBe(true);
    expect(is('multicast', BROADCAST_MAC)).toBe(false);
    expect(is('otherhost', 2)).toBe(false);
    expect(asked('-m pkttype ! --pkt-type broadcast', { macDst: BROADCAST_MAC }, contextOf(given))).toBe(!told);
  });
});

describe('physdev, where one of the ports is not known', () => {
  const out = contextOf({ in: 'br0', physOut: 'vnet0' });
  const input = contextOf({ hook: 'INPUT', in: 'br0', physIn: 'eth2' });
  it.each([
    // physdev_mt: an input port that is not there is not compared, an output port that is not there fails
    ['--physdev-in eth9', out, true],
    ['! --physdev-in eth9', out, true],
    ['--physdev-is-in', out, false],
    ['! --physdev-is-in', out, true],
    ['--physdev-out vnet0', out, true],
    ['--physdev-out vnet1', out, false],
    ['! --physdev-out vnet1', out, true],
    ['--physdev-in eth9', input, false],
    ['--physdev-in eth2', input, true],
    ['! --physdev-is-out --physdev-in eth+', input, true],
    ['--physdev-out vnet0', input, false],
    ['--physdev-is-out', out, true],
    ['--physdev-is-bridged', out, true],
    ['! --physdev-is-bridged', input, true],
  ])('%s', (options, context, matched) => {
    expect(asked(`-m physdev ${options}`, {}, context)).toBe(matched);
  });
});

describe('policy', () => {
  const NO_IPSEC = 'no IPsec policy transforms packets (no capture shows `ip xfrm policy`)';
  it.each<readonly [rule: string, assume: boolean | undefined, matched: true | 'unknown', said: readonly string[]]>([
    ['--dir in --pol none', true, true, [NO_IPSEC]],
    ['--dir in --pol none', false, 'unknown', [NO_IPSEC]],
    ['--dir in --pol none', undefined, 'unknown', []],
    // that a packet has one is more than a default can say
    ['--dir in --pol ipsec', true, 'unknown', []],
    ['--dir in', true, 'unknown', []],
  ])('without IPsec no packet has one, where that may be assumed: %s, %s', (rule, assume, matched, wanted) => {
    const said = new Set<string>();
    const given = assume === undefined ? {} : { assume: (text: string) => said.add(text) && assume };
    expect(asked(`-m policy ${rule}`, {}, contextOf(given))).toBe(matched);
    expect([...said]).toEqual(wanted);
  });
});

describe('rpfilter', () => {
  // ways back of test/contract: own addresses, 192.168/16 not shown, below 128.0.0.0 by eth0, else by eth1
  const before = (device: string, given: Partial<RuleContext> = {}) =>
    contextOf({ hook: 'PREROUTING', table: 'mangle', in: device, ...given });
  const own = at('10.11.12.13');
  // biome-ignore format: a table
  it.each<readonly [options: string, device: string, packet: Partial<Packet>, matched: boolean | 'unknown']>([
    ['', 'eth0', { src: at('10.0.0.1') }, true],
    ['', 'eth1', { src: at('10.0.0.1') }, false],
    ['--invert', 'eth0', { src: at('10.0.0.1') }, false],
    ['--invert', 'eth1', { src: at('10.0.0.1') }, true],
    ['--loose', 'eth1', { src: at('10.0.0.1') }, true],
    ['', 'eth0', { src: at('192.168.0.1') }, 'unknown'],
    ['', 'eth0', { src: own }, false],
    ['--accept-local', 'eth0', { src: own }, true],
    ['--accept-local', 'eth1', { src: own }, false],
    ['', 'eth0', { src: at('10.0.0.1'), mark: 5 }, true],
    ['--validmark', 'eth0', { src: at('10.0.0.1'), mark: 5 }, false],
    // who has no address yet: to all, and to groups of the link, 224.0.0.0/24
    ['', 'eth1', { src: 0, dst: at('255.255.255.255') }, true],
    ['--invert', 'eth1', { src: 0, dst: at('255.255.255.255') }, false],
    ['', 'eth1', { src: 0, dst: at('224.0.0.0') }, true],
    ['', 'eth1', { src: 0, dst: at('224.0.0.255') }, true],
    ['', 'eth1', { src: 0, dst: at('224.0.1.0') }, false],
    ['', 'eth1', { src: 0, dst: at('223.255.255.255') }, false],
    ['', 'eth1', { src: 1, dst: at('255.255.255.255') }, false],
  ])('%s at %s, %j: %s', (options, device, packet, matched) => {
    expect(asked(`-m rpfilter ${options}`, packet, before(device))).toBe(matched);
  });

  it('IPv6: `::` goes to whomever it likes', () => {
    const packet = { src: 0n, dst: 5n };
    expect(asked('-m rpfilter', packet, before('eth1', { family: 6 }))).toBe(true);
    expect(asked('-m rpfilter --invert', packet, before('eth1', { family: 6 }))).toBe(false);
    expect(asked('-m rpfilter', { src: 1n, dst: 5n }, before('eth1', { family: 6 }))).toBe(false);
  });

  it('what comes back from the node itself passes', () => {
    const packet = { src: at('10.0.0.1') };
    expect(asked('-m rpfilter', packet, before('eth1', { looped: true }))).toBe(true);
    expect(asked('-m rpfilter --invert', packet, before('eth1', { looped: true }))).toBe(false);
  });
});

describe('later fragments where iptables-nft may take their payload for a header', () => {
  const { TCP, UDP } = PROTOCOL;
  it.each<readonly [rule: string, packet: Partial<Packet>, matched: boolean | 'unknown']>([
    ['-p tcp -m tcp --dport 22', { proto: TCP, fragment: 1 }, 'unknown'],
    ['-p tcp -m tcp --dport 22', { proto: TCP, fragment: 0, dport: 22 }, true],
    ['-p tcp -m tcp --dport 22', { proto: UDP, fragment: 1 }, false],
    ['-p udp -m udp ! --sport 53', { proto: UDP, fragment: 1 }, 'unknown'],
    ['-p tcp -m tcp', { proto: TCP, fragment: 1 }, false],
  ])('%s on %j: %s', (rule, packet, matched) => {
    expect(asked(rule, packet, contextOf({ misread: true }))).toBe(matched);
    if (matched === 'unknown') expect(asked(rule, packet)).toBe(false);
  });
});

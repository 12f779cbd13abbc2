import { describe, expect, it } from 'vitest';
import type { RuleContext } from '../../src/extension/definition.ts';
import { applyTarget, lowerTarget } from '../../src/extension/registry.ts';
import { CT_STATE } from '../../src/packet/field.ts';
import { packet } from '../../src/packet/packet.ts';
import { onPacket } from '../contract/holds.ts';
import { contextOf, ruleOf } from './ask.ts';

/** What both meanings of a rule's target say: the same effect. */
function effectOf(text: string, table: string, chain: string, fields = {}, given: Partial<RuleContext> = {}) {
  const { action } = ruleOf(text, table, chain, given.family);
  if (action.kind !== 'target') throw new Error(`no target in ${text}`);
  const one = packet(fields);
  const context = contextOf({ hook: chain as 'INPUT', table, ...given });
  const applied = applyTarget(action, one, context);
  const lowered = lowerTarget(action, context);
  expect(applied).toEqual(onPacket(lowered, one));
  return applied;
}

const A = 0x0a000002;

describe('verdicts and answers', () => {
  it.each([
    ['-j ACCEPT', { kind: 'accept' }],
    ['-j DROP', { kind: 'drop' }],
    ['-j RETURN', { kind: 'return' }],
    ['-j REJECT', { kind: 'reject', with: 'icmp-port-unreachable' }],
    ['-p tcp -j REJECT --reject-with tcp-reset', { kind: 'reject', with: 'tcp-reset' }],
    ['-j LOG --log-prefix x', { kind: 'continue' }],
    ['-j NFLOG --nflog-group 3', { kind: 'continue' }],
  ])('%s', (text, effect) => {
    expect(effectOf(text, 'filter', 'FORWARD')).toEqual(effect);
  });

  it.each([
    ['-j QUEUE', 'unknown'],
    ['-j NFQUEUE --queue-num 3', 'unknown'],
    ['-j TEE --gateway 10.0.0.1', 'lost'],
    ['-j LED --led-trigger-id x', 'continue'],
  ])('%s: %s, with a reason', (text, kind) => {
    const effect = effectOf(text, 'mangle', 'FORWARD');
    expect(effect.kind).toBe(kind);
    if ('unknown' in effect) expect(effect.unknown.reason).toMatch(/^-j \w+: /);
  });
});

describe('nat', () => {
  // biome-ignore format: a table
  it.each([
    ['-j DNAT --to-destination 10.0.0.2', 'PREROUTING', { manip: 'destination', addresses: [A, A] }],
    ['-p tcp -j DNAT --to-destination 10.0.0.2-10.0.0.3:80-90/7 --random', 'OUTPUT', { manip: 'destination', addresses: [A, A + 1], ports: [80, 90], portBase: 7, random: true }],
    ['-p udp -j DNAT --to-destination :53', 'PREROUTING', { manip: 'destination', ports: [53, 53] }],
    ['-j SNAT --to-source 10.0.0.2 --persistent', 'POSTROUTING', { manip: 'source', addresses: [A, A] }],
    ['-p tcp -j MASQUERADE --to-ports 1024-2048 --random-fully', 'POSTROUTING', { manip: 'source', ports: [1024, 2048], random: true, masquerade: true }],
    ['-j NETMAP --to 10.0.0.0/24', 'PREROUTING', { manip: 'destination', addresses: [A - 2, A + 253], netmapMask: 0xffffff00 }],
    ['-j NETMAP --to 10.0.0.0/24', 'OUTPUT', { manip: 'destination', addresses: [A - 2, A + 253], netmapMask: 0xffffff00 }],
    ['-j NETMAP --to 10.0.0.0/24', 'INPUT', { manip: 'source', addresses: [A - 2, A + 253], netmapMask: 0xffffff00 }],
    ['-j NETMAP --to 10.0.0.0/24', 'POSTROUTING', { manip: 'source', addresses: [A - 2, A + 253], netmapMask: 0xffffff00 }],
  ])('%s', (text, chain, range) => {
    expect(effectOf(text, 'nat', chain)).toStrictEqual({ kind: 'nat', range });
  });

  it('REDIRECT turns to the first address of the incoming interface, to 127.0.0.1 for own packets, and drops without one', () => {
    const addressesOf = (device: string) => (device === 'br0' ? [A, A + 1] : []);
    const at = (chain: string, device: string) =>
      effectOf('-p tcp -j REDIRECT --to-ports 80', 'nat', chain, {}, { in: device, addressesOf });
    const turned = (to: number) => ({
      kind: 'nat',
      range: { manip: 'destination', addresses: [to, to], ports: [80, 80] },
    });
    expect(at('PREROUTING', 'br0')).toEqual(turned(A));
    expect(at('OUTPUT', 'br0')).toEqual(turned(0x7f000001));
    expect(at('PREROUTING', 'eth0')).toEqual({ kind: 'drop' });
  });
});

describe('IPv6', () => {
  const B = (0xdeadn << 112n) + 1n;
  const P = { ports: [80, 90], portBase: 5 };
  // biome-ignore format: a table
  it.each([
    ['-j DNAT --to-destination [dead::1]', 'PREROUTING', { manip: 'destination', addresses: [B, B] }],
    ['-p tcp -j DNAT --to-destination [dead::1-dead::2]:80-90/5', 'PREROUTING', { manip: 'destination', addresses: [B, B + 1n], ...P }],
    ['-p tcp -j DNAT --to-destination :80-90/5', 'OUTPUT', { manip: 'destination', ...P }],
    ['-p udp -j SNAT --to-source dead::1-dead::2', 'POSTROUTING', { manip: 'source', addresses: [B, B + 1n] }],
    ['-j NETMAP --to dead::/112', 'PREROUTING', { manip: 'destination', addresses: [B - 1n, B + 0xfffen], netmapMask: 2n ** 128n - 0x10000n }],
    ['-j REDIRECT', 'OUTPUT', { manip: 'destination', addresses: [1n, 1n] }],
  ])('%s', (text, chain, range) => {
    expect(effectOf(text, 'nat', chain, {}, { family: 6 })).toStrictEqual({ kind: 'nat', range });
  });

  it('REJECT answers with its own family of messages', () => {
    const answer = (text: string) => effectOf(text, 'filter', 'INPUT', {}, { family: 6 });
    expect(answer('-j REJECT')).toEqual({ kind: 'reject', with: 'icmp6-port-unreachable' });
    expect(answer('-j REJECT --reject-with icmp6-no-route')).toEqual({ kind: 'reject', with: 'icmp6-no-route' });
  });

  it.each([
    ['-j HL --hl-set 7', 1, 7],
    ['-j HL --hl-dec 2', 1, 0],
    ['-j HL --hl-inc 2', 254, 255],
    ['-j HL --hl-inc 1', 254, 255],
  ])('%s makes %i %i', (text, ttl, value) => {
    const effect = { kind: 'continue', fields: [{ field: 'ttl', value }] };
    expect(effectOf(text, 'mangle', 'FORWARD', { ttl }, { family: 6 })).toEqual(effect);
  });
});

describe('marks, tracking and packets that are only touched up', () => {
  const mark = (value: number) => ({ kind: 'continue', fields: [{ field: 'mark', value }] });
  const ctMark = (value: number) => ({ kind: 'continue', fields: [{ field: 'ctMark', value }] });
  it.each([
    ['-j MARK --set-mark 5', mark(5)],
    ['-j MARK --set-mark 1/3', mark(0xf1)],
    ['-j MARK --set-xmark 0x1/0xf0', mark(0x03)],
    ['-j MARK --and-mark 0xf', mark(0x02)],
    ['-j MARK --or-mark 0xd', mark(0xff)],
    ['-j MARK --xor-mark 0xffffffff', mark(0xffffff0d)],
    ['-j CONNMARK --set-xmark 0x1/0xff', ctMark(0xab01)],
    ['-j CONNMARK --save-mark', ctMark(0xf2)],
    ['-j CONNMARK --save-mark --nfmask 0xf --ctmask 0xff', ctMark(0xab02)],
    ['-j CONNMARK --restore-mark', mark(0xabcd)],
    ['-j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xff', mark(0x3d)],
    ['-j CONNMARK --restore-mark --mask 0xff', mark(0xcd)],
    ['-j CHECKSUM --checksum-fill', { kind: 'continue' }],
    ['-p tcp --syn -j TCPMSS --set-mss 1400', { kind: 'continue' }],
  ])('%s', (text, effect) => {
    const fields = { mark: 0xf2, ctMark: 0xabcd, ctState: CT_STATE.ESTABLISHED };
    expect(effectOf(text, 'mangle', 'FORWARD', fields)).toEqual(effect);
  });

  it.each([
    '-j CONNMARK --set-mark 5',
    '-j CONNMARK --save-mark',
    '-j CONNMARK --restore-mark',
    '-j CONNMARK --restore-mark --left-shift-mark 3',
  ])('%s changes nothing of a packet without an entry', (text) => {
    for (const ctState of [CT_STATE.INVALID, CT_STATE.UNTRACKED])
      expect(effectOf(text, 'mangle', 'FORWARD', { mark: 1, ctState })).toEqual({ kind: 'continue' });
  });

  it('a shifted mark may be any', () => {
    const forgotten = (field: string) => ({ kind: 'continue', forgotten: [{ field, ranges: [[0, 0xffffffff]] }] });
    const fields = { ctState: CT_STATE.NEW };
    const shifted = (text: string) => effectOf(`-j CONNMARK ${text}-shift-mark 3`, 'mangle', 'FORWARD', fields);
    expect(shifted('--restore-mark --left')).toMatchObject(forgotten('mark'));
    expect(shifted('--save-mark --left')).toMatchObject(forgotten('ctMark'));
    expect(shifted('--save-mark --right')).toMatchObject(forgotten('ctMark'));
  });

  it.each([
    ['-j CT --notrack', { kind: 'notrack' }],
    ['-j NOTRACK', { kind: 'notrack' }],
    ['-j CT --notrack --zone 4', { kind: 'notrack' }],
    ['-j CT --zone 4', { kind: 'zone', zone: 4 }],
    ['-j CT --zone 0', { kind: 'zone', zone: 0 }],
    ['-p tcp -j CT --helper ftp', { kind: 'zone', zone: 0 }],
  ])('%s', (text, effect) => {
    expect(effectOf(text, 'raw', 'PREROUTING')).toEqual(effect);
  });

  it.each([
    ['-j CT --zone-orig 4', '-j CT --zone-orig, --zone-reply: a zone for one direction only is not modelled'],
    ['-j CT --zone-reply 4', '-j CT --zone-orig, --zone-reply: a zone for one direction only is not modelled'],
    ['-j CT --zone mark', '-j CT --zone mark: a zone that depends on the mark is not modelled'],
  ])('nobody can tell what becomes of packets after %s', (text, reason) => {
    expect(effectOf(text, 'raw', 'PREROUTING')).toEqual({ kind: 'lost', unknown: { id: reason, reason } });
  });
});

describe('a mark that nobody knows', () => {
  const hashed = (text: string, ctState: number = CT_STATE.NEW) =>
    effectOf(`-j HMARK --hmark-rnd 1 ${text}`, 'mangle', 'PREROUTING', { ctState });
  const among = (low: number, high: number, reason = '-j HMARK: the mark depends on a hash of the flow') => ({
    kind: 'continue',
    forgotten: [{ field: 'mark', ranges: [[low, high]], unknown: { id: reason, reason } }],
  });

  it.each([
    ['--hmark-mod 10', 0, 9],
    ['--hmark-mod 10 --hmark-offset 5', 5, 14],
    ['--hmark-mod 1 --hmark-offset 4294967295', 0xffffffff, 0xffffffff],
    ['--hmark-mod 2 --hmark-offset 4294967294', 0xfffffffe, 0xffffffff],
    // reciprocal_scale(hash, 2) + offset wraps round
    ['--hmark-mod 2 --hmark-offset 4294967295', 0, 0xffffffff],
  ])('HMARK %s: from %i to %i', (text, low, high) => {
    expect(hashed(`--hmark-tuple src ${text}`)).toEqual(among(low, high));
    expect(hashed(`--hmark-tuple src ${text}`, CT_STATE.INVALID)).toEqual(among(low, high));
  });

  it('HMARK by the tuple of a flow leaves packets without one alone', () => {
    expect(hashed('--hmark-tuple src,ct --hmark-mod 10')).toEqual(among(0, 9));
    for (const none of [CT_STATE.INVALID, CT_STATE.UNTRACKED])
      expect(hashed('--hmark-tuple src,ct --hmark-mod 10', none)).toEqual({ kind: 'continue' });
  });

  it('SET --map-mark: any; SET writes nothing else that decides where a packet goes', () => {
    const reason = '-j SET --map-mark: the mark that the entry of a set holds is not modelled';
    const set = (text: string) => effectOf(`-j SET ${text}`, 'mangle', 'POSTROUTING');
    expect(set('--map-set a src --map-mark')).toEqual(among(0, 0xffffffff, reason));
    expect(set('--map-set a src --map-prio')).toEqual({ kind: 'continue' });
    expect(set('--add-set a src')).toEqual({ kind: 'continue' });
  });
});

describe('TTL stops at both ends', () => {
  it.each([
    ['--ttl-set 42', 1, 42],
    ['--ttl-set 0', 1, 0],
    ['--ttl-dec 1', 1, 0],
    ['--ttl-dec 2', 1, 0],
    ['--ttl-dec 2', 64, 62],
    ['--ttl-inc 1', 254, 255],
    ['--ttl-inc 2', 254, 255],
    ['--ttl-inc 2', 64, 66],
  ])('%s makes %i %i', (text, ttl, value) => {
    const effect = { kind: 'continue', fields: [{ field: 'ttl', value }] };
    expect(effectOf(`-j TTL ${text}`, 'mangle', 'FORWARD', { ttl })).toEqual(effect);
  });
});

import { describe, expect, it } from 'vitest';
import type { RuleContext } from '../../src/extension/definition.ts';
import { applyTarget, lowerTarget } from '../../src/extension/registry.ts';
import { CT_STATE } from '../../src/packet/field.ts';
import { packet } from '../../src/packet/packet.ts';
import { onPacket } from '../contract/holds.ts';
import { contextOf, ruleOf } from './ask.ts';

/** What both meanings of a rule's target say: the same effect. */
function effectOf(text: string, table: string, chain: string, fields = {}, given: Partial<RuleContext> = {}) {
  const { action } = ruleOf(text, table, chain);
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
    ['-j NETMAP --to 10.0.0.0/24', 'POSTROUTING', { manip: 'source', addresses: [A - 2, A + 253], netmapMask: 0xffffff00 }],
  ])('%s', (text, chain, range) => {
    expect(effectOf(text, 'nat', chain)).toEqual({ kind: 'nat', range });
  });

  it('REDIRECT turns to the first address of the incoming interface, to 127.0.0.1 for own packets, and drops without one', () => {
    const addressesOf = (device: string) => (device === 'br0' ? [A, A + 1] : []);
    const at = (chain: string, device: string) =>
      effectOf('-p tcp -j REDIRECT --to-ports 80', 'nat', chain, {}, { in: device, addressesOf });
    expect(at('PREROUTING', 'br0')).toMatchObject({ range: { addresses: [A, A], ports: [80, 80] } });
    expect(at('OUTPUT', 'br0')).toMatchObject({ range: { addresses: [0x7f000001, 0x7f000001] } });
    expect(at('PREROUTING', 'eth0')).toEqual({ kind: 'drop' });
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
    const shifted = (text: string) => effectOf(`-j CONNMARK ${text} --left-shift-mark 3`, 'mangle', 'FORWARD', fields);
    expect(shifted('--restore-mark')).toMatchObject(forgotten('mark'));
    expect(shifted('--save-mark')).toMatchObject(forgotten('ctMark'));
  });

  it.each([
    ['-j CT --notrack', { kind: 'notrack' }],
    ['-j NOTRACK', { kind: 'notrack' }],
    ['-j CT --notrack --zone 4', { kind: 'notrack' }],
    ['-j CT --zone 4', { kind: 'zone', zone: 4 }],
    ['-j CT --zone 0', { kind: 'continue' }],
    ['-p tcp -j CT --helper ftp', { kind: 'continue' }],
  ])('%s', (text, effect) => {
    expect(effectOf(text, 'raw', 'PREROUTING')).toEqual(effect);
  });

  it('nobody can tell what becomes of packets after a zone for one direction', () => {
    expect(effectOf('-j CT --zone-orig 4', 'raw', 'PREROUTING').kind).toBe('lost');
  });
});

import { describe, expect, it } from 'vitest';
import { matchHeader } from '../../src/evaluate/header.ts';
import type { Header } from '../../src/network/ruleset.ts';
import { bitAnd } from '../../src/packet/bits.ts';
import { packet } from '../../src/packet/packet.ts';
import { addr } from './build.ts';

const one = packet({ src: addr('10.0.0.1'), dst: addr('192.168.0.2'), proto: 6 });
const holds = (header: Header, more: Parameters<typeof packet>[0] = {}): boolean =>
  matchHeader(header, { ...one, ...more }, { in: 'eth0', out: 'br-lan' });
const mask = 0xffffff00;
const masked = (text: string, inverted: boolean) => ({ address: addr(text), mask, inverted });

it('bits above the 31st stay positive', () => {
  expect(bitAnd(0xffffffff, 0xfffffff0)).toBe(0xfffffff0);
  expect(bitAnd(0xf0, 0x3c)).toBe(0x30);
});

describe('each part of a header alone', () => {
  it.each<[string, Header, Header]>([
    ['-s', { source: masked('10.0.0.99', false) }, { source: masked('10.0.1.1', false) }],
    ['! -s', { source: masked('10.0.1.1', true) }, { source: masked('10.0.0.99', true) }],
    ['-d', { destination: masked('192.168.0.99', false) }, { destination: masked('10.0.0.1', false) }],
    ['! -d', { destination: masked('10.0.0.1', true) }, { destination: masked('192.168.0.99', true) }],
    ['-i', { in: { text: 'eth0', inverted: false } }, { in: { text: 'eth', inverted: false } }],
    ['! -i', { in: { text: 'eth1', inverted: true } }, { in: { text: 'eth0', inverted: true } }],
    ['-i with a prefix', { in: { text: 'eth+', inverted: false } }, { in: { text: 'br+', inverted: false } }],
    ['-o', { out: { text: 'br-lan', inverted: false } }, { out: { text: 'eth0', inverted: false } }],
    ['! -o', { out: { text: 'eth0', inverted: true } }, { out: { text: 'br-lan', inverted: true } }],
    ['-o with a prefix', { out: { text: 'br-l+', inverted: false } }, { out: { text: 'br-lan-+', inverted: false } }],
    ['-p', { protocol: { number: 6, inverted: false } }, { protocol: { number: 17, inverted: false } }],
    ['! -p', { protocol: { number: 17, inverted: true } }, { protocol: { number: 6, inverted: true } }],
    ['! -f', { fragment: { inverted: true } }, { fragment: { inverted: false } }],
  ])('%s', (_, matching, other) => {
    expect(holds(matching)).toBe(true);
    expect(holds(other)).toBe(false);
  });

  it('-p all takes every protocol, inverted or not', () => {
    for (const proto of [0, 6, 17])
      for (const inverted of [false, true]) expect(holds({ protocol: { number: 0, inverted } }, { proto })).toBe(true);
  });

  it('-f takes later fragments only', () => {
    expect(holds({ fragment: { inverted: false } }, { fragment: 1 })).toBe(true);
    expect(holds({ fragment: { inverted: true } }, { fragment: 1 })).toBe(false);
  });

  it('none takes everything', () => expect(holds({})).toBe(true));
});

it('one part that fails is enough', () => {
  const all: Header = {
    source: masked('10.0.0.0', false),
    destination: masked('192.168.0.0', false),
    in: { text: 'eth0', inverted: false },
    out: { text: 'br-lan', inverted: false },
    protocol: { number: 6, inverted: false },
    fragment: { inverted: true },
  };
  expect(holds(all)).toBe(true);
  for (const more of [{ src: 1 }, { dst: 1 }, { proto: 17 }, { fragment: 1 }]) expect(holds(all, more)).toBe(false);
  expect(matchHeader(all, one, { in: 'eth0' })).toBe(false);
  expect(matchHeader(all, one, { out: 'br-lan' })).toBe(false);
});

it('a hook without such a device has the empty name', () => {
  const at = (text: string, inverted: boolean) => matchHeader({ in: { text, inverted } }, one, {});
  expect([at('eth0', false), at('eth0', true), at('+', false), at('eth+', false), at('eth+', true)]).toEqual([
    false,
    true,
    true,
    false,
    true,
  ]);
  for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
    expect([letter, at(`${letter}+`, false)]).toEqual([letter, false]);
});

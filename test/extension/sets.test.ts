import { describe, expect, it } from 'vitest';
import type { RuleContext } from '../../src/extension/definition.ts';
import { lowerSet } from '../../src/extension/ipset/lower.ts';
import { testSet } from '../../src/extension/ipset/test.ts';
import { parseAddress } from '../../src/packet/address.ts';
import { PROTOCOL } from '../../src/packet/field.ts';
import { type Packet, packet } from '../../src/packet/packet.ts';
import { asked, contextOf, setsOf } from './ask.ts';

const at = (text: string): number => parseAddress(text) ?? Number.NaN;
const { TCP, UDP, ICMP, SCTP, UDPLITE } = PROTOCOL;
const A = at('10.0.0.1');

const NESTED = ['10.0.0.0/8', '10.1.0.0/16 nomatch', '10.1.2.0/24', '10.1.2.3 nomatch'];
const PAIRS = ['10.0.0.0/8,10.0.0.0/8', '10.0.0.0/8,10.9.0.0/16 nomatch', '10.9.0.0/16,10.0.0.0/8 nomatch'];
const TRIPLES = ['10.0.0.0/8,tcp:80,10.0.0.0/8', '10.0.0.0/8,tcp:80,10.9.0.0/16 nomatch'];
const filled = (name: string, type: string, entries: readonly string[]): readonly string[] => [
  `create ${name} ${type}`,
  ...entries.map((entry) => `add ${name} ${entry}`),
];

const SETS = setsOf(
  [
    filled('nets', 'hash:net', NESTED),
    filled('nets-backwards', 'hash:net', NESTED.toReversed()),
    filled('pairs', 'hash:net,net', PAIRS),
    filled('pairs-backwards', 'hash:net,net', PAIRS.toReversed()),
    filled('triples', 'hash:net,port,net', TRIPLES),
    filled('triples-backwards', 'hash:net,port,net', TRIPLES.toReversed()),
    filled('macs', 'hash:mac', ['02:00:00:00:00:01']),
    filled('with-mac', 'hash:ip,mac', ['10.0.0.1,02:00:00:00:00:01']),
    filled('marks', 'hash:ip,mark', ['10.0.0.1,0x105']),
    filled('masked-marks', 'hash:ip,mark markmask 0xff', ['10.0.0.1,0x105']),
    filled('host-bits', 'hash:ip bitmask 255.0.0.255', ['10.0.0.7']),
    filled('ports', 'bitmap:port range 0-1024', ['53', '0']),
    filled('services', 'hash:ip,port', ['icmp:3/1', 'sctp:80', 'udplite:80', '47:0', 'tcp:8'].map((one) => `10.0.0.1,${one}`)),
    filled('list', 'list:set', ['macs', 'nets', 'pairs']),
  ].flat().join('\n'),
); // biome-ignore format: a set a line

const inside = (question: string, fields: Partial<Packet>, given: Partial<RuleContext> = {}) =>
  asked(`-m set --match-set ${question}`, fields, contextOf(given, SETS));

describe('the longest prefix decides, whatever was added first', () => {
  const pair = (src: string, dst: string) => ({ src: at(src), dst: at(dst), proto: TCP, dport: 80 });
  // biome-ignore format: a table
  it.each<readonly [question: string, packet: Partial<Packet>, held: boolean]>([
    ['nets src', { src: at('10.9.0.1') }, true],
    ['nets src', { src: at('10.1.0.1') }, false],
    ['nets src', { src: at('10.1.2.1') }, true],
    ['nets src', { src: at('10.1.2.3') }, false],
    ['nets src', { src: at('11.0.0.1') }, false],
    // of equal first prefixes the second one's length counts, of equal second ones the first one's
    ['pairs src,dst', pair('10.1.0.1', '10.1.0.1'), true],
    ['pairs src,dst', pair('10.1.0.1', '10.9.0.1'), false],
    ['pairs src,dst', pair('10.9.0.1', '10.1.0.1'), false],
    ['pairs dst,src', pair('10.9.0.1', '10.1.0.1'), false],
    ['triples src,dst,dst', pair('10.1.0.1', '10.1.0.1'), true],
    ['triples src,dst,dst', pair('10.1.0.1', '10.9.0.1'), false],
    ['triples src,src,dst', pair('10.1.0.1', '10.1.0.1'), false],
  ])('%s on %j: %s', (question, packet, held) => {
    expect(inside(question, packet)).toBe(held);
    expect(inside(question.replace(' ', '-backwards '), packet)).toBe(held);
  });

  it('a set of addresses alone is one list of ranges, exceptions cut out', () => {
    const context = contextOf({}, SETS);
    const lowered = (name: string, returnNomatch: boolean) =>
      lowerSet(name, { directions: ['dst'], returnNomatch }, context);
    const ranges = (...of: readonly (readonly [string, string])[]) => of.map(([low, high]) => [at(low), at(high)]);
    expect(lowered('nets', false)).toEqual({
      kind: 'in',
      slot: 'dst',
      ranges: ranges(
        ['10.0.0.0', '10.0.255.255'],
        ['10.1.2.0', '10.1.2.2'],
        ['10.1.2.4', '10.1.2.255'],
        ['10.2.0.0', '10.255.255.255'],
      ),
    });
    expect(lowered('nets', true)).toEqual({
      kind: 'in',
      slot: 'dst',
      ranges: ranges(['10.1.0.0', '10.1.1.255'], ['10.1.2.3', '10.1.2.3'], ['10.1.3.0', '10.1.255.255']),
    });
  });

  it('without exceptions none is returned as one', () => {
    const plain = contextOf({}, setsOf(filled('plain', 'hash:ip', ['10.0.0.1', '10.0.0.2']).join('\n')));
    expect(lowerSet('plain', { directions: ['src'], returnNomatch: true }, plain)).toEqual({ kind: 'false' });
    expect(lowerSet('plain', { directions: ['src'], returnNomatch: false }, plain)).toEqual({
      kind: 'in',
      slot: 'src',
      ranges: [[A, A + 1]],
    });
  });
});

describe('the parts of an entry', () => {
  // biome-ignore format: a table
  it.each<readonly [question: string, packet: Partial<Packet>, held: boolean]>([
    ['macs src', { macSrc: 0x020000000001, macDst: 9 }, true],
    ['macs src', { macSrc: 9, macDst: 0x020000000001 }, false],
    ['macs dst', { macSrc: 9, macDst: 0x020000000001 }, true],
    ['with-mac src,src', { src: A, macSrc: 0x020000000001 }, true],
    ['with-mac src,dst', { src: A, macSrc: 0x020000000001 }, false],
    ['with-mac src,src', { src: A + 1, macSrc: 0x020000000001 }, false],
    ['marks src,src', { src: A, mark: 0x105 }, true],
    ['marks src,src', { src: A, mark: 0x205 }, false],
    ['marks src,src', { src: A, mark: 5 }, false],
    // markmask: the entry was masked when it was added, the packet's mark is masked now
    ['masked-marks src,src', { src: A, mark: 0x205 }, true],
    ['masked-marks src,src', { src: A, mark: 0x206 }, false],
    ['host-bits src', { src: at('10.99.98.7') }, true],
    ['host-bits src', { src: at('10.0.0.8') }, false],
    // the code of an icmp message is part of its "port"
    ['services src,dst', { src: A, proto: ICMP, icmpType: 3, icmpCode: 1 }, true],
    ['services src,dst', { src: A, proto: ICMP, icmpType: 3, icmpCode: 0 }, false],
    ['services src,dst', { src: A, proto: ICMP, icmpType: 8, icmpCode: 1 }, false],
    ['services src,dst', { src: A, proto: ICMP, icmpType: 3, icmpCode: 1, fragment: 1 }, false],
    ['services src,dst', { src: A, proto: SCTP, dport: 80 }, true],
    ['services src,src', { src: A, proto: SCTP, dport: 80 }, false],
    ['services src,dst', { src: A, proto: UDPLITE, dport: 80 }, true],
    ['services src,dst', { src: A, proto: UDP, dport: 80 }, false],
    // without ports the port counts as 0
    ['services src,dst', { src: A, proto: 47, fragment: 1 }, true],
    ['services src,dst', { src: A, proto: 50 }, false],
    // bitmap:port is for tcp and udp
    ['ports dst', { proto: TCP, dport: 53 }, true],
    ['ports dst', { proto: UDP, dport: 53 }, true],
    ['ports src', { proto: UDP, dport: 53, sport: 1 }, false],
    ['ports dst', { proto: 47 }, false],
  ])('%s on %j: %s', (question, packet, held) => {
    expect(inside(question, packet)).toBe(held);
  });
});

describe('MAC addresses', () => {
  const packet = { macSrc: 0x020000000001 };
  it.each<readonly [given: Partial<RuleContext>, held: boolean | 'unknown']>([
    [{ hook: 'FORWARD' }, true],
    [{ hook: 'INPUT' }, true],
    // ip_set_hash_mac: no header, no match
    [{ hook: 'OUTPUT' }, false],
    [{ hook: 'INPUT', in: 'lo' }, false],
    // what leaves may have come in by Ethernet, or be the node's own
    [{ hook: 'POSTROUTING', table: 'mangle' }, 'unknown'],
  ])('%j: %s', (given, held) => {
    expect(inside('macs src', packet, given)).toBe(held);
  });

  it('a set without them is asked where packets leave, too', () => {
    const given = { hook: 'POSTROUTING', table: 'mangle' } as const;
    expect(inside('nets src', { src: at('10.9.0.1') }, given)).toBe(true);
    expect(inside('nets src', { src: at('11.9.0.1') }, given)).toBe(false);
  });
});

describe('a list', () => {
  it.each<readonly [question: string, packet: Partial<Packet>, held: boolean]>([
    ['list src', { macSrc: 0x020000000001 }, true],
    ['list src', { src: at('10.1.2.1') }, true],
    ['list src', { src: at('10.1.0.1') }, false],
    ['list src --return-nomatch', { src: at('10.1.0.1') }, true],
    ['list src --return-nomatch', { src: at('10.1.2.1') }, false],
    // a member with more dimensions than were asked is never it
    ['list src', { src: at('11.1.0.1'), dst: at('10.1.0.1') }, false],
    ['list dst,src', { dst: at('10.1.0.1'), src: at('10.1.0.1') }, true],
  ])('holds what one of its members holds: %s on %j: %s', (question, packet, held) => {
    expect(inside(question, packet)).toBe(held);
  });

  it('is in doubt where a member is', () => {
    expect(inside('list src', {}, { hook: 'POSTROUTING', table: 'mangle' })).toBe('unknown');
  });
});

it('a set that is not there cannot be asked: its doubt comes first', () => {
  const question = { directions: ['src'], returnNomatch: false } as const;
  expect(() => testSet('gone', question, packet({}), contextOf())).toThrow('no set gone');
  expect(() => lowerSet('gone', question, contextOf())).toThrow('no set gone');
});

import { describe, expect, it } from 'vitest';
import type { Network, Node } from '../../src/network/network.ts';
import { EMPTY_RULESET } from '../../src/network/ruleset.ts';
import { known } from '../../src/network/unknown.ts';
import { type Prefix, parseAnyAddress, parseAnyPrefix, prefix } from '../../src/packet/address.ts';
import type { PacketClass } from '../../src/packet/packet.ts';
import { classesOf } from '../../src/question/packets.ts';
import { parseQuestion } from '../../src/question/parse.ts';
import type { Reach } from '../../src/question/question.ts';
import { device, network, node } from './networks.ts';

const PLACE = { file: 'by hand', line: 1, column: 1 };
const six = (text: string): bigint => parseAnyAddress(text) as bigint;

/** A node with addresses of IPv6 on `eth0`. */
function withSix(of: Node, ...addresses: readonly string[]): Node {
  const own = addresses.map((text) => {
    const [local = '', length = '64'] = text.split('/');
    const scope = local.startsWith('fe80') ? 253 : 0;
    return { ...prefix(six(local), Number(length)), local: six(local), scope, secondary: false, place: PLACE };
  });
  const nothing = { routes: [], rules: [], neighbours: [], assumptions: [] };
  const listeners = { kind: 'unknown', reason: 'no capture' } as const;
  return {
    ...of,
    six: { ...nothing, listeners, ruleset: known(EMPTY_RULESET), addresses: new Map([['eth0', own]]) },
  };
}

const dual = (): Network =>
  network(
    [
      withSix(node('a', [device('eth0 02:00:00:00:00:0a 10.0.0.1/24')]), 'fe80::a', '2001:db8::a'),
      withSix(node('b', [device('eth0 02:00:00:00:00:0b 10.0.0.2/24')]), 'fe80::b', '2001:db8::b'),
      withSix(node('only6', [device('eth0 02:00:00:00:00:0c')]), 'fe80::c', '2001:db8::c'),
    ],
    [['a:eth0', 'b:eth0', 'only6:eth0']],
  );

function asked(text: string): Reach {
  const { value, located } = parseQuestion(text, dual());
  if (value?.kind !== 'reach') throw new Error(JSON.stringify(located));
  return value;
}

const complaints = (text: string): readonly string[] =>
  parseQuestion(text, dual()).located.map(({ message, advice }) => `${message}: ${advice}`);

describe('a question is about IPv6', () => {
  it.each([
    'can a reach 2001:db8::b',
    'can a reach 2001:db8::/64 over tcp',
    'can a reach b over icmpv6',
    'can a reach b over ipv6-icmp',
    'can a reach b with dst 2001:db8::b',
    'can a reach b with src 2001:db8::77',
    'can a reach only6',
    'can outside via a:eth0 reach 2001:db8::b',
  ])('%s', (text) => {
    expect(asked(text).family).toBe(6);
  });

  it.each(['can a reach b', 'can a reach 10.0.0.2', 'can a reach b over icmp', 'can a reach b over 58'])(
    'and this is not: %s',
    (text) => {
      expect(asked(text).family).toBeUndefined();
    },
  );
});

describe('in a question about IPv6', () => {
  it('a node as target is its addresses that others can write', () => {
    expect(asked('can a reach b over icmpv6').packets.dst).toEqual([[six('2001:db8::b'), six('2001:db8::b')]]);
  });

  it('icmp is ICMPv6, and alone its echo request', () => {
    const question = asked('can a reach 2001:db8::b over icmp');
    expect(question.packets.proto).toEqual([[58, 58]]);
    const [one, ...more] = classesOf(question, dual());
    const packets: PacketClass = one?.packets ?? {};
    expect(more).toEqual([]);
    expect([packets.icmpType, packets.icmpCode, packets.length]).toEqual([[[128, 128]], [[0, 0]], [[48, 1500]]]);
  });

  it('types are those of ICMPv6', () => {
    expect(asked('can a reach 2001:db8::b with icmp type packet-too-big').packets.icmpType).toEqual([[2, 2]]);
    expect(asked('can a reach b with icmp type 3').packets.icmpType).toEqual([[3, 3]]);
  });

  it('all protocols but extension headers are meant where none is said', () => {
    const classes = classesOf(asked('can a reach 2001:db8::b'), dual());
    const protocols = classes.flatMap(({ packets }) => packets.proto ?? []);
    const has = (one: number): boolean => protocols.some(([low, high]) => low <= one && one <= high);
    expect([6, 17, 58, 1, 50, 132].map(has)).toEqual([true, true, true, true, true, true]);
    expect([0, 43, 44, 51, 60].map(has)).toEqual([false, false, false, false, false]);
  });

  it('an address range is a range of 128 bits', () => {
    const { packets } = asked('can a reach 2001:db8::/64 with dst not 2001:db8::b');
    const { address, length } = parseAnyPrefix('2001:db8::/64') as Prefix;
    expect(length).toBe(64);
    expect(packets.dst).toEqual([
      [address, six('2001:db8::a')],
      [six('2001:db8::c'), six('2001:db8::ffff:ffff:ffff:ffff')],
    ]);
  });

  it('frames from the wire go to the group of a group', () => {
    const classes = classesOf(asked('can a:eth0 reach ff02::1 over icmp'), dual());
    expect(classes.map(({ packets }) => packets.macDst)).toEqual([[[0x333300000000, 0x3333ffffffff]]]);
  });

  it('a zone names the device that a link-local address is on', () => {
    expect(asked('can a reach fe80::b%eth0').source).toEqual({
      kind: 'socket',
      node: 'a',
      bound: false,
      device: 'eth0',
    });
  });
});

describe('a question about IPv4', () => {
  const assumed = (text: string): readonly string[] =>
    classesOf(asked(text), dual()).flatMap(({ assumptions }) => assumptions.map((one) => one.text));

  it('says that IPv6 was not asked where the target has both', () => {
    expect(assumed('can a reach b over icmp')).toContain('IPv6 was not asked (ask for 2001:db8::b, or over icmpv6)');
  });

  it('and not where an address says which family is meant', () => {
    expect(assumed('can a reach 10.0.0.2 over icmp').join()).not.toContain('IPv6');
    expect(assumed('can a reach b over icmpv6').join()).not.toContain('not asked');
  });
});

describe('mistakes are told', () => {
  it.each([
    ['can a reach 2001:db8::b with src 10.0.0.1', '`10.0.0.1` is an address of IPv4, and the question is about IPv6'],
    [
      'can a reach 10.0.0.2 with src 2001:db8::a',
      '`2001:db8::a` is an address of IPv6, and the question is about IPv4',
    ],
    ['can a reach 10.0.0.2 over icmpv6', '`icmpv6` goes with IPv6'],
    ['can a reach fe80::b%eth9', 'no interface `eth9` on `a`'],
    ['can a reach 2001:db8::b with src ff02::1', 'the kernel sends nothing from such a source'],
    ['can a reach 2001:db8::b with icmp type 300', '`300` is too large'],
  ])('%s', (text, wanted) => {
    expect(complaints(text).join('\n')).toContain(wanted);
  });
});

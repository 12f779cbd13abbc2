import { describe, expect, it } from 'vitest';
import { PROTOCOL } from '../../src/packet/field.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { asked, contextOf } from './ask.ts';

type Row = readonly [rule: string, packet: Partial<Packet>, matched: boolean | 'unknown'];
const six = contextOf({ family: 6 });
const addresses = { src: 1n, dst: 2n };
const esp = { proto: PROTOCOL.ESP };
const none = { proto: 59 };
const tcp = { proto: PROTOCOL.TCP };
const icmp = { proto: PROTOCOL.ICMPV6 };

// each row as Linux 6.18 answered it
describe('ipv6header', () => {
  // biome-ignore format: a table
  it.each<Row>([
    ['--header protocol', tcp, true],
    ['--header protocol', esp, false],
    ['--header esp', esp, true],
    ['--header none', none, true],
    ['--header none', tcp, false],
    ['! --header esp', esp, false],
    ['! --header esp', tcp, true],
    // all of them and no others, unless `--soft`
    ['--header frag', { ...tcp, fragment: 1 }, false],
    ['--header frag,prot', { ...tcp, fragment: 1 }, true],
    ['--header frag,prot', tcp, false],
    ['! --header frag,prot', tcp, true],
    ['! --header frag', { ...tcp, fragment: 1 }, true],
    ['--header frag --soft', { ...tcp, fragment: 1 }, true],
    ['--header frag,prot --soft', tcp, false],
    // what the fragment header names is a header, too, if it is one
    ['--header frag,esp', { ...esp, fragment: 1 }, true],
    ['--header frag,prot', { ...esp, fragment: 1 }, false],
    ['--header frag,none', { ...none, fragment: 1 }, true],
    ['! --header frag,esp', { ...esp, fragment: 1 }, false],
    // `! … --soft`: none of them
    ['! --header esp --soft', esp, false],
    ['! --header esp --soft', tcp, true],
    ['! --header frag,esp --soft', { ...tcp, fragment: 1 }, false],
    ['! --header frag,esp --soft', esp, false],
    ['! --header frag,esp --soft', tcp, true],
    ['--header dst --soft', tcp, false],
  ])('%s on %j: %s', (options, packet, matched) => {
    expect(asked(`-m ipv6header ${options}`, { ...addresses, ...packet }, six)).toBe(matched);
  });
});

describe('icmp6', () => {
  // biome-ignore format: a table
  it.each<Row>([
    ['--icmpv6-type 128', { ...icmp, icmpType: 128, icmpCode: 0 }, true],
    ['--icmpv6-type 128', { ...icmp, icmpType: 128, icmpCode: 255 }, true],
    ['--icmpv6-type 128', { ...icmp, icmpType: 129 }, false],
    ['--icmpv6-type 1/4', { ...icmp, icmpType: 1, icmpCode: 4 }, true],
    ['--icmpv6-type 1/4', { ...icmp, icmpType: 1, icmpCode: 3 }, false],
    ['--icmpv6-type 1/4', { ...icmp, icmpType: 1, icmpCode: 5 }, false],
    ['! --icmpv6-type 1/4', { ...icmp, icmpType: 1, icmpCode: 5 }, true],
    // unlike in IPv4, 255 is a type like any other
    ['--icmpv6-type 255', { ...icmp, icmpType: 1 }, false],
    ['! --icmpv6-type 1/4', { ...icmp, fragment: 1 }, false],
  ])('%s on %j: %s', (options, packet, matched) => {
    expect(asked(`-p icmpv6 -m icmp6 ${options}`, { ...addresses, ...packet }, six)).toBe(matched);
  });
});

describe('hop limits, ranges and tuples', () => {
  // biome-ignore format: a table
  it.each<Row>([
    ['-m hl --hl-eq 64', { ttl: 64 }, true],
    ['-m hl ! --hl-eq 64', { ttl: 64 }, false],
    ['-m hl --hl-lt 64', { ttl: 64 }, false],
    ['-m hl --hl-lt 64', { ttl: 63 }, true],
    ['-m hl --hl-gt 64', { ttl: 64 }, false],
    ['-m hl --hl-gt 64', { ttl: 65 }, true],
    ['-m iprange --src-range ::1-::5', { src: 5n }, true],
    ['-m iprange --src-range ::1-::5', { src: 6n }, false],
    ['-m iprange ! --src-range ::5-::1', { src: 3n }, true],
  ])('%s on %o: %s', (rule, packet, matched) => {
    expect(asked(rule, { ...addresses, ...packet }, six)).toBe(matched);
  });
});

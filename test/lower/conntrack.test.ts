import { describe, expect, it } from 'vitest';
import { CT_STATE, TCP_FLAG } from '../../src/packet/field.ts';
import { only } from '../../src/packet/ranges.ts';
import { TOPOLOGIES } from '../agreement/generate/topology.ts';
import type { World } from '../agreement/generate/world.ts';
import { answered, ask, rules, withRules, withSettings } from './ask.ts';

const router = TOPOLOGIES['router'] as World;
const asymmetric = TOPOLOGIES['asymmetric'] as World;
const INPUT = { INPUT: 'ACCEPT', FORWARD: 'ACCEPT', OUTPUT: 'ACCEPT' } as const;
const TCP = { from: 'a', to: '10.2.0.2', proto: 'TCP' } as const;
const UDP = { from: 'a', to: '10.2.0.2' } as const;

const state = (world: World, node: string, ...lines: readonly string[]): World =>
  withRules(world, node, { filter: rules(INPUT, ...lines.map((line) => `-A FORWARD -m conntrack --ctstate ${line}`)) });

describe('a node that sees both ways', () => {
  it('takes answers for ESTABLISHED, and only those', () => {
    expect(
      ask(state(router, 'r', 'NEW -j ACCEPT', 'ESTABLISHED -j ACCEPT', 'INVALID,RELATED,UNTRACKED -j DROP'), TCP),
    ).toEqual(answered('b', 'a'));
    expect(ask(state(router, 'r', 'ESTABLISHED -j DROP'), TCP)).toEqual(['delivered b | r: rule']);
    expect(ask(state(router, 'r', 'NEW -j DROP'), TCP)).toEqual(['r: rule | the request did not arrive']);
  });

  it('takes the answer of an echo request for ESTABLISHED too', () => {
    const echo = { ...UDP, proto: 'ICMP' } as const;
    expect(ask(state(router, 'r', 'INVALID -j DROP', 'NEW -m icmp -p icmp --icmp-type 0 -j DROP'), echo)).toEqual(
      answered('b', 'a'),
    );
  });
});

describe('a node that sees one direction', () => {
  it('takes the ACK behind a SYN whose answer went by elsewhere for INVALID', () => {
    expect(ask(asymmetric, TCP)).toEqual(answered('b', 'a'));
    expect(ask(state(asymmetric, 'r', 'INVALID -j DROP'), TCP)).toEqual(['delivered b | r: rule']);
    expect(ask(state(asymmetric, 'r', 'INVALID -j DROP'), UDP)).toEqual(answered('b', 'a'));
  });

  it('takes a lone SYN-ACK for INVALID, and a lone answer of udp for NEW', () => {
    expect(ask(state(asymmetric, 's', 'INVALID -j DROP'), TCP)).toEqual(['delivered b | s: rule']);
    expect(ask(state(asymmetric, 's', 'INVALID -j DROP'), UDP)).toEqual(answered('b', 'a'));
    expect(ask(state(asymmetric, 's', 'NEW -j DROP'), UDP)).toEqual(['delivered b | s: rule']);
  });
});

describe('the first packet', () => {
  const flags = (value: number) => ({ tcpFlags: only(value) });
  const lone = (value: number) => ({ ...TCP, fields: flags(value), back: false });

  it('is INVALID where it can begin no flow', () => {
    const world = state(router, 'r', 'INVALID -j DROP');
    expect(ask(world, lone(TCP_FLAG.SYN))).toEqual(['delivered b | not followed']);
    expect(ask(world, lone(TCP_FLAG.RST))).toEqual(['r: rule | the request did not arrive']);
    expect(ask(world, lone(TCP_FLAG.SYN | TCP_FLAG.FIN))).toEqual(['r: rule | the request did not arrive']);
  });

  it('of a connection in progress is NEW while nf_conntrack_tcp_loose', () => {
    const world = state(router, 'r', 'INVALID -j DROP');
    expect(ask(world, lone(TCP_FLAG.ACK))).toEqual(['delivered b | not followed']);
    const strict = withSettings(world, 'r', { 'net.netfilter.nf_conntrack_tcp_loose': 0 });
    expect(ask(strict, lone(TCP_FLAG.ACK))).toEqual(['r: rule | the request did not arrive']);
  });

  it('with a wrong checksum is INVALID while nf_conntrack_checksum, and no stack takes it', () => {
    const bad = { ...UDP, fields: { badChecksum: only(1) } };
    expect(ask(router, bad)).toEqual(['delivered b | b: checksum']);
    expect(ask(state(router, 'r', 'INVALID -j DROP'), bad)).toEqual(['r: rule | the request did not arrive']);
    const blind = withSettings(state(router, 'r', 'INVALID -j DROP'), 'r', {
      'net.netfilter.nf_conntrack_checksum': 0,
    });
    expect(ask(blind, bad)).toEqual(['delivered b | b: checksum']);
  });

  it('that raw takes out of tracking is UNTRACKED, and nat leaves it alone', () => {
    const CHAINS = { PREROUTING: 'ACCEPT', INPUT: 'ACCEPT', OUTPUT: 'ACCEPT', POSTROUTING: 'ACCEPT' } as const;
    const world = (raw: string): World =>
      withRules(router, 'r', {
        raw: rules({ PREROUTING: 'ACCEPT', OUTPUT: 'ACCEPT' }, raw),
        nat: rules(CHAINS, '-A PREROUTING -d 10.1.0.1 -j DNAT --to-destination 10.2.0.2'),
      });
    const asked = { from: 'a', to: '10.1.0.1' };
    expect(ask(world('-A PREROUTING -p udp -j CT --notrack'), asked)).toEqual(answered('r', 'a'));
    expect(ask(world('-A PREROUTING -p tcp -j CT --notrack'), asked)).toEqual(answered('b', 'a'));
  });
});

describe('a state that the question gives', () => {
  const world = (given: string): World => state(router, 'r', `${given} -j DROP`);
  const of = (...states: readonly number[]) => ({ ...UDP, state: states, back: false });

  it('is what every node says of the packet', () => {
    expect(ask(world('ESTABLISHED'), of(CT_STATE.ESTABLISHED))).toEqual(['r: rule | the request did not arrive']);
    expect(ask(world('ESTABLISHED'), of(CT_STATE.NEW))).toEqual(['delivered b | not followed']);
    expect(ask(world('UNTRACKED'), of(CT_STATE.UNTRACKED))).toEqual(['r: rule | the request did not arrive']);
    expect(ask(world('INVALID'), of(CT_STATE.INVALID))).toEqual(['r: rule | the request did not arrive']);
  });

  it('brings the mapping along that the first packet got; INVALID and UNTRACKED bring none', () => {
    const CHAINS = { PREROUTING: 'ACCEPT', INPUT: 'ACCEPT', OUTPUT: 'ACCEPT', POSTROUTING: 'ACCEPT' } as const;
    const mapped = withRules(router, 'r', {
      nat: rules(CHAINS, '-A PREROUTING -d 10.1.0.1 -j DNAT --to-destination 10.2.0.2'),
    });
    const asked = (given: number) => ({ ...of(given), to: '10.1.0.1' });
    for (const given of [CT_STATE.NEW, CT_STATE.ESTABLISHED, CT_STATE.RELATED])
      expect(ask(mapped, asked(given))).toEqual(['delivered b | not followed']);
    for (const given of [CT_STATE.INVALID, CT_STATE.UNTRACKED])
      expect(ask(mapped, asked(given))).toEqual(['delivered r | not followed']);
  });
});

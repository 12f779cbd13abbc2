import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/packet/address.ts';
import { only } from '../../src/packet/ranges.ts';
import { TOPOLOGIES } from '../agreement/generate/topology.ts';
import type { World } from '../agreement/generate/world.ts';
import { answered, ask, rules, withRules } from './ask.ts';

const router = TOPOLOGIES['router'] as World;
const CHAINS = { PREROUTING: 'ACCEPT', INPUT: 'ACCEPT', OUTPUT: 'ACCEPT', POSTROUTING: 'ACCEPT' } as const;
const INPUT = { INPUT: 'ACCEPT', FORWARD: 'ACCEPT', OUTPUT: 'ACCEPT' } as const;

/** Rules of nat on the router, and what b takes in. */
const world = (nat: readonly string[], taken: readonly string[] = []): World =>
  withRules(withRules(router, 'r', { nat: rules(CHAINS, ...nat) }), 'b', { filter: rules(INPUT, ...taken) });
const TO_ROUTER = { from: 'a', to: '10.1.0.1', port: 5000 } as const;
const REFUSED = ['b: rule | the request did not arrive'];

describe('DNAT', () => {
  it('sends the request to another host, and the answer back as from the first', () => {
    expect(ask(world(['-A PREROUTING -d 10.1.0.1 -j DNAT --to-destination 10.2.0.2']), TO_ROUTER)).toEqual(
      answered('b', 'a'),
    );
    expect(ask(world(['-A PREROUTING -d 10.1.0.9 -j DNAT --to-destination 10.2.0.2']), TO_ROUTER)).toEqual(
      answered('r', 'a'),
    );
  });

  it('of tcp carries the whole connection', () => {
    const rule = '-A PREROUTING -p tcp --dport 5000 -j DNAT --to-destination 10.2.0.2:80';
    expect(ask(world([rule]), { ...TO_ROUTER, proto: 'TCP' })).toEqual(answered('b', 'a'));
  });

  it('to a range of ports takes the first, where the old one is outside of it', () => {
    const rule = '-A PREROUTING -p udp --dport 5000 -j DNAT --to-destination 10.2.0.2:1000-1010';
    expect(ask(world([rule], ['-A INPUT -p udp ! --dport 1000 -j DROP']), TO_ROUTER)).toEqual(answered('b', 'a'));
    expect(ask(world([rule], ['-A INPUT -p udp --dport 1000 -j DROP']), TO_ROUTER)).toEqual(REFUSED);
  });

  it('to a range of ports keeps a port that is in it', () => {
    const rule = '-A PREROUTING -p udp -j DNAT --to-destination 10.2.0.2:4000-6000';
    expect(ask(world([rule], ['-A INPUT -p udp ! --dport 5000 -j DROP']), TO_ROUTER)).toEqual(answered('b', 'a'));
  });

  it('to a range of addresses may take any of them', () => {
    const rule = '-A PREROUTING -p udp -d 10.1.0.1 -j DNAT --to-destination 10.2.0.2-10.2.0.3';
    expect(ask(world([rule]), TO_ROUTER)).toEqual([...answered('b', 'a'), ...answered('c', 'a')]);
  });
});

describe('SNAT', () => {
  it('hides the sender, and brings the answer back to it', () => {
    const rule = '-A POSTROUTING -j SNAT --to-source 10.2.0.1';
    const asked = { from: 'a', to: '10.2.0.2' };
    expect(ask(world([rule], ['-A INPUT ! -s 10.2.0.1 -j DROP']), asked)).toEqual(answered('b', 'a'));
    expect(ask(world([], ['-A INPUT ! -s 10.2.0.1 -j DROP']), asked)).toEqual(REFUSED);
  });

  it('to a range that holds the sender leaves it alone', () => {
    const rule = '-A POSTROUTING -j SNAT --to-source 10.1.0.1-10.1.0.9';
    expect(ask(world([rule], ['-A INPUT ! -s 10.1.0.2 -j DROP']), { from: 'a', to: '10.2.0.2' })).toEqual(
      answered('b', 'a'),
    );
  });

  it('to ports takes any of them', () => {
    const rule = '-A POSTROUTING -p udp -j SNAT --to-source 10.2.0.1:2000-2001';
    const taken = ['-A INPUT -p udp --sport 2000 -j DROP'];
    expect(ask(world([rule], taken), { from: 'a', to: '10.2.0.2' })).toEqual([...REFUSED, ...answered('b', 'a')]);
  });

  it('is a state to match on, beside NEW', () => {
    const rule = '-A POSTROUTING -j SNAT --to-source 10.2.0.1';
    const drops = (state: string): World =>
      withRules(router, 'r', {
        nat: rules(CHAINS, '-A PREROUTING -d 10.1.0.1 -j DNAT --to-destination 10.2.0.2', rule),
        filter: rules(INPUT, `-A FORWARD -m conntrack --ctstate ${state} -j DROP`),
      });
    expect(ask(drops('DNAT'), TO_ROUTER)).toEqual(['r: rule | the request did not arrive']);
    expect(ask(drops('DNAT'), { from: 'a', to: '10.2.0.2' })).toEqual(answered('b', 'a'));
    expect(ask(drops('SNAT'), { from: 'a', to: '10.2.0.2' })).toEqual(['delivered b | r: rule']);
  });
});

describe('the other targets of nat', () => {
  it('MASQUERADE takes the address of the way out', () => {
    const rule = '-A POSTROUTING -o eth1 -j MASQUERADE';
    expect(ask(world([rule], ['-A INPUT ! -s 10.2.0.1 -j DROP']), { from: 'a', to: '10.2.0.2' })).toEqual(
      answered('b', 'a'),
    );
  });

  it('REDIRECT turns a flow to the router itself', () => {
    const rule = '-A PREROUTING -p udp -j REDIRECT --to-ports 53';
    expect(ask(world([rule]), { from: 'a', to: '10.2.0.2' })).toEqual(answered('r', 'a'));
  });

  it('NETMAP keeps the host bits', () => {
    const rule = '-A PREROUTING -d 10.7.0.0/24 -j NETMAP --to 10.2.0.0/24';
    expect(ask(world([rule]), { from: 'a', to: '10.7.0.3' })).toEqual(answered('c', 'a'));
    expect(ask(world([rule]), { from: 'a', to: '10.7.0.2' })).toEqual(answered('b', 'a'));
  });

  it('a mapping in OUTPUT is routed anew, and rules there still see the first device', () => {
    const output = (device: string): World =>
      withRules(router, 'r', {
        nat: rules(CHAINS, '-A OUTPUT -d 10.1.0.77 -j DNAT --to-destination 10.2.0.2'),
        filter: rules(INPUT, `-A OUTPUT -o ${device} -j DROP`),
      });
    const asked = { from: 'r', to: '10.1.0.77' };
    expect(ask(output('eth1'), asked)).toEqual(answered('b', 'r'));
    expect(ask(output('eth0'), asked)).toEqual(['r: rule | the request did not arrive']);
  });

  it('a foreign source that is bound stays what it is', () => {
    const src = only(parseAddress('10.2.0.3') ?? 0);
    expect(ask(world([]), { from: 'a', to: '10.2.0.2', fields: { src } })).toEqual(['delivered b | c: no socket']);
  });
});

describe('nat rules that only mark, where no rule needs connection tracking', () => {
  const marking = (...more: readonly string[]): World =>
    withRules(router, 'b', {
      nat: rules(CHAINS, '-A PREROUTING -j MARK --set-mark 7'),
      filter: rules(INPUT, ...more, '-A INPUT -m mark --mark 7 -j DROP'),
    });
  const asked = { from: 'a', to: '10.2.0.2' } as const;

  it('may or may not be asked', () => {
    expect([...ask(marking(), asked)].sort()).toEqual([...answered('b', 'a'), ...REFUSED].sort());
  });

  it('are asked as soon as a rule needs it', () => {
    expect(ask(marking('-A INPUT -m state --state INVALID -j DROP'), asked)).toEqual(REFUSED);
  });
});

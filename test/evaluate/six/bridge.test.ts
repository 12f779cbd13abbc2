import { describe, expect, it } from 'vitest';
import type { Network, Node, SixNode } from '../../../src/network/network.ts';
import type { Ruleset } from '../../../src/network/ruleset.ts';
import { known } from '../../../src/network/unknown.ts';
import { parseIptablesSave } from '../../../src/parse/iptables/save.ts';
import { ends, hopsAt } from '../ask.ts';
import { BRIDGE_NF6, build6, FORWARDING6, type Host6, host6, NO_BRIDGE_NF6 } from '../six-build.ts';
import { filter, nat, ping, raw, send6, tcp6, udp6 } from './ask.ts';

/** Guests g1 and g2 at h's bridge, y on another network of h. */
const bridged = (
  sysctl: Readonly<Record<string, number>>,
  ip6tables?: string,
  g1: Partial<Host6> = {},
  tap1: { readonly addresses?: readonly string[]; readonly mac?: string } = {},
): Network =>
  build6(
    {
      h: {
        interfaces: {
          br0: { addresses: ['2001:db8:a::5/64'], mac: '02:00:00:00:05:01' },
          tap1: { master: 'br0', ...tap1 },
          tap2: { master: 'br0' },
          eth1: { addresses: ['2001:db8:e::5/64'] },
        },
        sysctl,
        ...(ip6tables === undefined ? {} : { ip6tables }),
      },
      g1: host6('2001:db8:a::11/64', '2001:db8:a::5', g1),
      g2: host6('2001:db8:a::12/64', '2001:db8:a::5'),
      y: host6('2001:db8:e::9/64', '2001:db8:e::5'),
    },
    [
      ['h:tap1', 'g1:eth0'],
      ['h:tap2', 'g2:eth0'],
      ['h:eth1', 'y:eth0'],
    ],
  );

const first = (network: Network, from: string, of = ping('2001:db8:a::12')): string =>
  ends(send6(network, from, of))[0];
const DROPPED = 'dropped g1: no neighbour';

describe('a bridge', () => {
  it('passes packets between guests as FORWARD lets it, while bridge-nf-call-ip6tables is on', () => {
    const rules = filter('-A FORWARD -p udp -j DROP');
    expect(first(bridged(BRIDGE_NF6, rules), 'g1', udp6('2001:db8:a::12', 53))).toBe('dropped h: rule');
    expect(first(bridged(NO_BRIDGE_NF6, rules), 'g1', udp6('2001:db8:a::12', 53))).toBe('delivered g2');
    expect(first(bridged(BRIDGE_NF6, rules), 'g1', tcp6('2001:db8:a::12', 80))).toBe('delivered g2');
  });

  it('finds neighbours behind it whatever its own host makes of the copy of a solicitation', () => {
    const whole = bridged(NO_BRIDGE_NF6);
    const h = whole.nodes.get('h') as Node;
    const undecided: Node['undecided'] = new Map([['routes', 'not read']]);
    const six = { ...(h.six as SixNode), undecided };
    const broken = { ...whole, nodes: new Map(whole.nodes).set('h', { ...h, undecided, six }) };
    expect(first(broken, 'g1')).toBe('delivered g2');
    expect(first(broken, 'g1', ping('2001:db8:a::5'))).not.toBe('delivered h');
  });

  // fact 33
  it('has tables of its own for IPv6: where ip6tables holds no rules, everything is let through that iptables drops', () => {
    const dump = '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n';
    const ruleset = known(parseIptablesSave(dump, 'h/iptables-save.txt').value as Ruleset);
    const whole = bridged(BRIDGE_NF6);
    const strict = { ...whole, nodes: new Map(whole.nodes).set('h', { ...(whole.nodes.get('h') as Node), ruleset }) };
    expect(first(strict, 'g1')).toBe('delivered g2');
    expect(first(strict, 'g1', ping('2001:db8:a::5'))).toBe('delivered h');
    expect(first(bridged(BRIDGE_NF6, dump), 'g1')).toBe(DROPPED);
  });

  it('is not asked for IPv6 by the setting for IPv4', () => {
    const ofFour = { ...NO_BRIDGE_NF6, 'net.bridge.bridge-nf-call-iptables': 1 };
    expect(first(bridged(ofFour, filter('-A FORWARD -j DROP')), 'g1')).toBe('delivered g2');
  });

  it.each([
    ['solicitations that cross it', '-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j DROP', DROPPED],
    ['advertisements that cross it', '-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j DROP', DROPPED],
    ['those that leave by a port', '-A FORWARD -m physdev --physdev-out tap2 --physdev-is-bridged -j DROP', DROPPED],
    ['those of another port', '-A FORWARD -m physdev --physdev-in tap9 --physdev-is-bridged -j DROP', 'delivered g2'],
  ])('shows its rules neighbour messages: %s', (_, rule, expected) => {
    expect(first(bridged(BRIDGE_NF6, filter(rule)), 'g1')).toBe(expected);
    expect(first(bridged(NO_BRIDGE_NF6, filter(rule)), 'g1')).toBe('delivered g2');
  });

  it('is to blame with its rule', () => {
    const rule = '-A FORWARD -d ff02::1:ff00:12/128 -j DROP';
    const { request } = send6(bridged(BRIDGE_NF6, filter(rule)), 'g1', ping('2001:db8:a::12')).disposition;
    expect(request).toMatchObject({ reason: 'no neighbour', origin: { node: 'h', text: rule } });
  });

  it('shows PREROUTING what it takes up, once', () => {
    const network = bridged(BRIDGE_NF6, raw('-A PREROUTING -i br0 -j TRACE'));
    expect(
      hopsAt(send6(network, 'g1', ping('2001:db8:a::5')), 'h', 'PREROUTING').filter(({ rule }) => rule === 1).length,
    ).toBe(1);
  });

  it('routes what is for another network', () => {
    expect(ends(send6(bridged({ ...BRIDGE_NF6, ...FORWARDING6 }), 'g1', ping('2001:db8:e::9')))).toEqual([
      'delivered y',
      'delivered g1',
    ]);
    expect(first(bridged(BRIDGE_NF6), 'g1', ping('2001:db8:e::9'))).toBe('dropped h: not forwarding');
  });

  it("does not answer for a port's own address", () => {
    const port = { addresses: ['2001:db8:a::77/64'], mac: '02:00:00:00:05:03' };
    expect(first(bridged(NO_BRIDGE_NF6, undefined, {}, port), 'g1', ping('2001:db8:a::77'))).toBe(DROPPED);
    const known: Partial<Host6> = { neighbours: [['2001:db8:a::77', 'eth0', '02:00:00:00:05:01']] };
    // a global address counts wherever it comes in
    expect(first(bridged(NO_BRIDGE_NF6, undefined, known, port), 'g1', ping('2001:db8:a::77'))).toBe('delivered h');
  });

  const knows: Partial<Host6> = { neighbours: [['2001:db8:a::88', 'eth0', '02:00:00:00:09:99']] };
  it.each([
    ['to another guest stays bridged', '2001:db8:a::12', 'delivered g2'],
    ['to the bridge is taken up', '2001:db8:a::5', 'delivered h'],
    ['to another network is routed', '2001:db8:e::9', 'delivered y'],
    ['to nowhere is dropped at once', '2001:db8:ffff::1', 'dropped h: no route'],
  ])('with DNAT %s', (_, to, expected) => {
    const rules = nat(`-A PREROUTING -d 2001:db8:a::88/128 -j DNAT --to-destination ${to}`);
    expect(first(bridged({ ...BRIDGE_NF6, ...FORWARDING6 }, rules, knows), 'g1', ping('2001:db8:a::88'))).toBe(
      expected,
    );
  });

  it('sends what DNAT leaves on it whether the host forwards or not', () => {
    const rules = nat('-A PREROUTING -d 2001:db8:a::88/128 -j DNAT --to-destination 2001:db8:a::12');
    expect(first(bridged(BRIDGE_NF6, rules, knows), 'g1', ping('2001:db8:a::88'))).toBe('delivered g2');
  });
});

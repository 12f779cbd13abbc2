import { describe, expect, it } from 'vitest';
import { explore } from '../../../src/evaluate/explore.ts';
import { fixed } from '../../../src/evaluate/oracle.ts';
import type { Network } from '../../../src/network/network.ts';
import { ends, hopsAt } from '../ask.ts';
import { build6, FORWARDING6, type Host6, host6 } from '../six-build.ts';
import { filter, mangle, ping, probe6, raw, send6, tcp6, udp6 } from './ask.ts';

const MAC_B = '02:00:00:00:00:0b';

/** Hosts a (2001:db8:a::2) and b (2001:db8:a::3) on one link. */
const pair = (a: Partial<Host6> = {}, b: Partial<Host6> = {}): Network =>
  build6(
    {
      a: host6('2001:db8:a::2/64', undefined, a),
      b: { interfaces: { eth0: { addresses: ['2001:db8:a::3/64'], mac: MAC_B } }, ...b },
    },
    [['a:eth0', 'b:eth0']],
  );

const SOLICITATION = '-p ipv6-icmp -m icmp6 --icmpv6-type 135';
const ADVERTISEMENT = '-p ipv6-icmp -m icmp6 --icmpv6-type 136';
const ping_b = ping('2001:db8:a::3');
const ARRIVED = ['delivered b', 'delivered a'];

/** What kept the request from being sent: the rule. */
const blamed = (network: Network): string | undefined => {
  const { request } = send6(network, 'a', ping_b).disposition;
  return request.kind === 'dropped' && request.reason === 'no neighbour' ? request.origin?.text : request.kind;
};

describe('a neighbour', () => {
  it('is found with one hop in the trace, whatever its messages passed', () => {
    const exchange = send6(pair({ ip6tables: filter(`-A OUTPUT ${SOLICITATION} -j ACCEPT`) }), 'a', ping_b);
    expect(ends(exchange)).toEqual(ARRIVED);
    expect(hopsAt(exchange, 'a', 'neighbour').map(({ text, verdict }) => [text, verdict])).toEqual([
      ['solicitation for 2001:db8:a::3 from 2001:db8:a::2 on eth0', '02:00:00:00:00:0b (b:eth0)'],
    ]);
    expect(hopsAt(exchange, 'b', 'neighbour', 'answer').map(({ text }) => text)).toEqual([
      'eth0 knows 2001:db8:a::2 from before',
    ]);
    expect(hopsAt(exchange, 'a', 'OUTPUT').map(({ text }) => text)).toEqual([':OUTPUT ACCEPT']);
  });

  it.each([
    ['OUTPUT of who asks', pair({ ip6tables: filter(`-A OUTPUT ${SOLICITATION} -j DROP`) })],
    ['POSTROUTING of who asks', pair({ ip6tables: mangle('-A POSTROUTING -d ff02::/16 -j DROP') })],
    ['PREROUTING of who is asked', pair({}, { ip6tables: raw(`-A PREROUTING ${SOLICITATION} -j DROP`) })],
    ['INPUT of who is asked', pair({}, { ip6tables: filter('-A INPUT -d ff02::1:ff00:3/128 -j DROP') })],
    ['OUTPUT of the answer', pair({}, { ip6tables: filter(`-A OUTPUT ${ADVERTISEMENT} -j DROP`) })],
    ['INPUT of the answer', pair({ ip6tables: filter(`-A INPUT ${ADVERTISEMENT} -j DROP`) })],
  ])('is not found where a rule drops a message in %s: the rule is to blame', (_, network) => {
    expect(blamed(network)).toMatch(/^-A .* DROP$/);
  });

  it.each([
    ['a policy', pair({}, { ip6tables: '*filter\n:INPUT DROP [0:0]\n' }), ':INPUT DROP'],
    ['another hop limit', pair({ ip6tables: mangle('-A POSTROUTING -j HL --hl-set 64') }), /no usable answer$/],
  ])('is not found past %s', (_, network, text) => {
    expect(blamed(network)).toMatch(text);
  });

  it.each([
    ['accepts tracked connections only', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'dropped b'],
    ['lets UNTRACKED pass', '-A INPUT -m conntrack --ctstate UNTRACKED -j ACCEPT', 'delivered a'],
  ])('is asked past conntrack, which leaves its messages alone: a firewall that %s', (_, rule, reply) => {
    const ip6tables = `*filter\n:INPUT DROP [0:0]\n${rule}\n`;
    const exchange = send6(pair({}, { ip6tables }), 'b', ping('2001:db8:a::2'));
    const whole = send6(
      pair({}, { ip6tables: `${ip6tables}-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 129 -j ACCEPT\n` }),
      'b',
      ping('2001:db8:a::2'),
    );
    expect(ends(exchange)[0]).toBe(reply === 'delivered a' ? 'delivered a' : 'dropped b: no neighbour');
    expect(ends(whole)[0]).toBe(ends(exchange)[0]);
  });

  it('that answers knows who asked, and need not ask back', () => {
    const b = { ip6tables: filter(`-A OUTPUT ${SOLICITATION} -j DROP`) };
    expect(ends(send6(pair({}, b), 'a', ping_b))).toEqual(ARRIVED);
    expect(ends(send6(pair({}, b), 'b', ping('2001:db8:a::2')))[0]).toBe('dropped b: no neighbour');
  });

  it('that is permanent is not asked', () => {
    const ip6tables = filter(`-A OUTPUT ${SOLICITATION} -j DROP`);
    const neighbours = [['2001:db8:a::3', 'eth0', MAC_B]] as const;
    expect(ends(send6(pair({ ip6tables, neighbours }), 'a', ping_b))[0]).toBe('delivered b');
    expect(ends(send6(pair({ ip6tables }), 'a', ping_b))[0]).toBe('dropped a: no neighbour');
  });

  it('answers for addresses of the device that is asked, not for those of its other devices', () => {
    const b = { interfaces: { eth0: { addresses: ['2001:db8:a::3/64'] }, eth1: { addresses: ['2001:db8:b::3/64'] } } };
    const network = pair({ routes: ['2001:db8:b::/64 dev eth0'] }, b);
    expect(ends(send6(network, 'a', ping('2001:db8:b::3')))[0]).toBe('dropped a: no neighbour');
    expect(ends(send6(network, 'a', ping('2001:db8:a::3')))[0]).toBe('delivered b');
    const taught = pair(
      { routes: ['2001:db8:b::/64 dev eth0'], neighbours: [['2001:db8:b::3', 'eth0', MAC_B]] },
      {
        interfaces: { ...b.interfaces, eth0: { ...b.interfaces.eth0, mac: MAC_B } },
      },
    );
    // whoever knows the way in reaches every address of the host
    expect(ends(send6(taught, 'a', ping('2001:db8:b::3')))[0]).toBe('delivered b');
  });

  it('does not answer for an address that is tentative', () => {
    const b = (flags: string): Partial<Host6> => ({
      interfaces: { eth0: { addresses: [`2001:db8:a::3/64${flags}`] } },
    });
    expect(ends(send6(pair({}, b('')), 'a', ping_b))[0]).toBe('delivered b');
    expect(ends(send6(pair({}, b(' tentative')), 'a', ping_b))[0]).toBe('dropped a: no neighbour');
  });

  it('is asked in the name of the packet if the device has it, else of the link-local address, without one not at all', () => {
    const bare = (addresses: readonly string[]): Partial<Host6> => ({
      interfaces: { eth0: { addresses, bare: true }, eth1: { addresses: ['2001:db8:c::2/64'] } },
    });
    const foreign = ping('2001:db8:a::3', { src: 0x20010db8000c00000000000000000002n });
    expect(ends(send6(pair(bare(['2001:db8:a::2/64'])), 'a', ping_b))[0]).toBe('delivered b');
    expect(ends(send6(pair(bare(['2001:db8:a::2/64'])), 'a', foreign))[0]).toBe('dropped a: no neighbour');
    const whole = {
      interfaces: { eth0: { addresses: ['2001:db8:a::2/64'] }, eth1: { addresses: ['2001:db8:c::2/64'] } },
    };
    expect(ends(send6(pair(whole), 'a', foreign))[0]).toBe('delivered b');
  });

  it('that two have is one of them', () => {
    const network = build6(
      { a: host6('2001:db8:a::2/64'), b: host6('2001:db8:a::3/64'), c: host6('2001:db8:a::3/64') },
      [['a:eth0', 'b:eth0', 'c:eth0']],
    );
    const all = explore(network, probe6('a', ping_b), { packet: ping_b, states: new Map() });
    expect(all.map((one) => ends(one)[0]).sort()).toEqual(['delivered b', 'delivered c']);
  });

  it('is not known where a node on the link is not shown', () => {
    const network = build6(
      { a: host6('2001:db8:a::2/64'), b: host6('2001:db8:a::3/64'), c: host6('2001:db8:a::4/64') },
      [['a:eth0', 'b:eth0', 'c:eth0']],
    );
    const { six: _, ...c } = network.nodes.get('c') ?? {};
    const unseen = { ...network, nodes: new Map([...network.nodes, ['c', c as never]]) };
    const all = explore(unseen, probe6('a', ping_b), { packet: ping_b, states: new Map() });
    expect(all.map((one) => ends(one)[0]).sort()).toEqual(['delivered b', 'unknown a']);
  });

  it('may be out of sight: the packet leaves', () => {
    const network = build6({ a: host6('2001:db8:a::2/64') }, []);
    expect(ends(send6(network, 'a', ping_b))[0]).toBe('leaves a:eth0');
    const deaf = build6(
      { a: host6('2001:db8:a::2/64', undefined, { ip6tables: filter(`-A INPUT ${ADVERTISEMENT} -j DROP`) }) },
      [],
    );
    expect(ends(send6(deaf, 'a', ping_b))[0]).toBe('dropped a: no neighbour');
  });

  it('may be a proxy where proxy_ndp is on', () => {
    const c = (sysctl: Readonly<Record<string, number>>): Network =>
      build6({ a: host6('2001:db8:a::2/64'), c: host6('2001:db8:a::4/64', undefined, { sysctl }) }, [
        ['a:eth0', 'c:eth0'],
      ]);
    const asked = (sysctl: Readonly<Record<string, number>>): number =>
      explore(c(sysctl), probe6('a', ping_b), { packet: ping_b, states: new Map() }).length;
    expect(asked({ ...FORWARDING6, 'net.ipv6.conf.all.proxy_ndp': 1 })).toBeGreaterThan(1);
    expect(asked({ 'net.ipv6.conf.all.proxy_ndp': 1 })).toBe(1);
    expect(asked(FORWARDING6)).toBe(1);
  });

  it('asks of unknown rules are unknowns of their own', () => {
    const network = pair({ ip6tables: filter('-A OUTPUT -m limit --limit 5/sec -j ACCEPT', '-A OUTPUT -j DROP') });
    const ids = explore(network, probe6('a', ping_b), { packet: ping_b, states: new Map() }).flatMap(({ met }) =>
      met.map(({ unknown }) => unknown.id),
    );
    expect([...new Set(ids)].filter((id) => id.startsWith('a filter OUTPUT 1')).length).toBe(2);
  });

  it.each([
    ['tcp', tcp6('2001:db8:a::3', 80)],
    ['udp', udp6('2001:db8:a::3', 53)],
  ])('is needed for %s, too', (_, of) => {
    const deaf = pair({}, { ip6tables: filter('-A INPUT -p ipv6-icmp -j DROP') });
    expect(ends(send6(deaf, 'a', of, fixed()))[0]).toBe('dropped a: no neighbour');
    expect(ends(send6(pair(), 'a', of))[0]).toBe('delivered b');
  });
});

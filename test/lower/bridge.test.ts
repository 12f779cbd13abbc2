import { describe, expect, it } from 'vitest';
import { bridge, hostOf, nodeOf, port, type World } from '../agreement/generate/world.ts';
import { answered, ask, rules, withRules, withSettings } from './ask.ts';

/** Guests a and b, and a second address of b's, on a bridge of h. */
const world = (more: Parameters<typeof port>[1] = {}, own: readonly string[] = ['10.1.0.1/24']): World => ({
  nodes: {
    a: hostOf('10.1.0.2/24', '10.1.0.1'),
    b: nodeOf({ eth0: { kind: 'ethernet', addresses: ['10.1.0.3/24', '10.1.0.4/24'] } }),
    h: nodeOf({ br0: bridge(...own), p0: port('br0', more), p1: port('br0') }),
  },
  links: { left: ['h:p0', 'a:eth0'], right: ['h:p1', 'b:eth0'] },
  filtered: [],
});
const FILTER = { INPUT: 'ACCEPT', FORWARD: 'ACCEPT', OUTPUT: 'ACCEPT' } as const;
const NAT = { PREROUTING: 'ACCEPT', INPUT: 'ACCEPT', OUTPUT: 'ACCEPT', POSTROUTING: 'ACCEPT' } as const;
const ASKED = { from: 'a', to: '10.1.0.3' } as const;
const LOST = 'the request did not arrive';
const filtered = (of: World, ...lines: readonly string[]): World =>
  withRules(of, 'h', { filter: rules(FILTER, ...lines) });

describe('a bridge', () => {
  it('shows bridged packets to FORWARD while bridge-nf-call-iptables, whether or not the host forwards', () => {
    const drops = filtered(world(), '-A FORWARD -j DROP');
    expect(ask(world(), ASKED)).toEqual(answered('b', 'a'));
    expect(ask(drops, ASKED)).toEqual([`h: rule | ${LOST}`]);
    expect(ask(withSettings(drops, 'h', { 'net.bridge.bridge-nf-call-iptables': 0 }), ASKED)).toEqual(
      answered('b', 'a'),
    );
  });

  it('is the interface of a bridged packet; its ports match -m physdev alone', () => {
    const by = (match: string) => ask(filtered(world(), `-A FORWARD ${match} -j DROP`), ASKED);
    expect(by('-i br0 -o br0')).toEqual([`h: rule | ${LOST}`]);
    expect(by('-i p0')).toEqual(answered('b', 'a'));
    expect(by('-m physdev --physdev-in p0 --physdev-out p1 --physdev-is-bridged')).toEqual([`h: rule | ${LOST}`]);
    expect(by('-m physdev --physdev-in p1 --physdev-out p0')).toEqual(['delivered b | h: rule']);
  });

  it('takes frames to its own address through INPUT, not FORWARD', () => {
    const own = { from: 'a', to: '10.1.0.1' };
    expect(ask(filtered(world(), '-A FORWARD -j DROP'), own)).toEqual(answered('h', 'a'));
    expect(ask(filtered(world(), '-A INPUT -i br0 -m physdev --physdev-in p0 -j DROP'), own)).toEqual([
      `h: rule | ${LOST}`,
    ]);
  });

  it('has no traffic at a port that is down', () => {
    expect(ask(world({ up: false }), ASKED)).toEqual([`a: no neighbour | ${LOST}`]);
  });

  it('sends nothing back out of the port it came in by, unless that has hairpin', () => {
    const mapped = (of: World): World =>
      withRules(of, 'h', { nat: rules(NAT, '-A PREROUTING -d 10.1.0.3 -j DNAT --to-destination 10.1.0.2') });
    const forwarding = (of: World): World => withSettings(of, 'h', { 'net.ipv4.ip_forward': 1 });
    expect(ask(forwarding(mapped(world())), { ...ASKED, back: false })).toEqual([`h: no port | ${LOST}`]);
    const [end = ''] = ask(forwarding(mapped(world({ hairpin: true }))), { ...ASKED, back: false });
    expect(end).not.toContain('no port');
  });
});

describe('nat on a bridge', () => {
  const rule = '-A PREROUTING -d 10.1.0.3 -j DNAT --to-destination 10.1.0.4';
  const mapped = withRules(world(), 'h', { nat: rules(NAT, rule) });
  const taking = (of: World): World => withRules(of, 'b', { filter: rules(FILTER, '-A INPUT ! -d 10.1.0.4 -j DROP') });

  it('changes the destination of a packet that stays on the bridge, if the host forwards there', () => {
    expect(ask(taking(withSettings(mapped, 'h', { 'net.ipv4.ip_forward': 1 })), ASKED)).toEqual(answered('b', 'a'));
    // measured: a packet that is redirected needs a route that forwarding allows, by the same bridge too
    expect(ask(taking(mapped), ASKED)).toEqual([`h: not forwarding | ${LOST}`]);
  });

  it("takes a packet off the bridge that becomes the host's own", () => {
    const own = withRules(world(), 'h', {
      nat: rules(NAT, '-A PREROUTING -d 10.1.0.3 -j DNAT --to-destination 10.1.0.1'),
    });
    expect(ask(own, ASKED)).toEqual(answered('h', 'a'));
  });

  it('changes the source of a bridged packet, and its answer comes back', () => {
    const hidden = withRules(world(), 'h', {
      nat: rules(NAT, '-A POSTROUTING -d 10.1.0.3 -j SNAT --to-source 10.1.0.1'),
    });
    const seen = withRules(hidden, 'b', { filter: rules(FILTER, '-A INPUT -p udp ! -s 10.1.0.1 -j DROP') });
    expect(ask(withSettings(seen, 'h', { 'net.ipv4.ip_forward': 1 }), ASKED)).toEqual(answered('b', 'a'));
  });
});

describe('a broadcast', () => {
  it('reaches everybody on the segment, through FORWARD once for each port', () => {
    const to = { from: 'a', to: '10.1.0.255', back: false };
    expect(ask(world(), to)).toEqual([
      'delivered a | not followed',
      'delivered b | not followed',
      'delivered h | not followed',
    ]);
    expect(ask(filtered(world(), '-A FORWARD -j DROP'), to)).toContain(`h: rule | ${LOST}`);
  });

  it('is confirmed before it comes up to the host, as no unicast is', () => {
    const confirmed = '-A INPUT -m conntrack --ctstatus CONFIRMED -j DROP';
    const to = (dst: string) => ask(filtered(world(), '-A FORWARD -j DROP', confirmed), { ...ASKED, to: dst });
    expect(to('10.1.0.255')).toEqual(['delivered a | it was sent to many', `h: rule | ${LOST}`]);
    expect(to('10.1.0.1')).toEqual(answered('h', 'a'));
  });

  it('in circles of bridges ends, and says where it was not followed', () => {
    const names = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
    const pairs = names.flatMap((one, i) => names.slice(i + 1).map((other) => [one, other] as const));
    const ports = (name: string) =>
      pairs
        .flat()
        .filter((one) => one === name)
        .map((_, i) => [`p${i}`, port('br0')] as const);
    const plug = (name: string, n: number): string =>
      `${name}:p${
        pairs
          .slice(0, n)
          .flat()
          .filter((one) => one === name).length
      }`;
    const mesh: World = {
      nodes: Object.fromEntries(
        names.map((name, i) => [
          name,
          nodeOf({ br0: bridge(`10.1.0.${i + 1}/24`), ...Object.fromEntries(ports(name)) }),
        ]),
      ),
      links: Object.fromEntries(pairs.map(([one, other], n) => [`l${n}`, [plug(one, n), plug(other, n)]])),
      filtered: [],
    };
    const ends = ask(mesh, { from: 'h1', to: '10.1.0.255', back: false });
    expect(ends).toContain('delivered h6 | not followed');
    expect(ends.some((end) => end.includes('loop') || end.includes('too many ways'))).toBe(true);
  });
});

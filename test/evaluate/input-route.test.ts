import { describe, expect, it } from 'vitest';
import { routeInput } from '../../src/evaluate/input-route.ts';
import { fixed } from '../../src/evaluate/oracle.ts';
import type { FlowKey } from '../../src/evaluate/routing.ts';
import type { PolicyRule } from '../../src/network/network.ts';
import { worldOf } from './at-hook.ts';
import { addr, build, FORWARDING, type Host } from './build.ts';

const TO = '10.0.1.9';
const interfaces = {
  eth0: { addresses: ['10.0.0.2/24'] },
  eth1: { addresses: ['10.0.1.2/24'] },
  eth2: {},
};

interface Came {
  readonly by?: string;
  readonly from?: string;
  readonly to?: string;
  readonly more?: Partial<FlowKey>;
  readonly values?: Readonly<Record<string, number>>;
}

/** What routing makes of a packet that came in at `b`, and the unknowns that it met. */
function routed(host: Partial<Host>, { by = 'eth0', from = '10.0.0.9', to = TO, more = {}, values = {} }: Came = {}) {
  const network = build({ b: { interfaces, sysctl: FORWARDING, ...host } }, []);
  const node = network.nodes.get('b');
  if (node === undefined) throw new Error('no b');
  const world = worldOf(network, fixed(new Map(Object.entries(values))));
  const ports = { proto: 17, sport: 40000, dport: 53, tos: 0, mark: 0 };
  const route = routeInput(world, node, { ...ports, dst: addr(to), src: addr(from), iif: by, ...more });
  return { route, met: [...world.met.values()].map(({ unknown }) => `${unknown.id}: ${unknown.reason}`) };
}

function said(host: Partial<Host>, came: Came = {}): string {
  const { route } = routed(host, came);
  switch (route.kind) {
    case 'drop':
      return `${route.reason}: ${route.origin.node} ${route.origin.text}`;
    case 'unknown':
      return `unknown: ${route.unknown.id}`;
    case 'forward':
      return `forward: ${route.taken.route.text}`;
    default:
      return `${route.kind}: ${route.text}`;
  }
}

const conf = (more: Readonly<Record<string, number>>) => ({
  ...FORWARDING,
  ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`net.ipv4.conf.${key}`, value])),
});
/** A rule that changes no route, and makes the kernel check every source in full. */
const CUSTOM: PolicyRule = {
  priority: 100,
  inverted: false,
  action: { kind: 'table', table: 7 },
  text: '100: from all lookup 7',
};

describe('what came in', () => {
  it('is local, for all, or goes on', () => {
    expect(said({}, { to: '10.0.1.2' })).toBe(`local: local ${addr('10.0.1.2')}`);
    expect(said({}, { to: '10.0.0.255' })).toBe('broadcast: broadcast on eth0');
    expect(said({}, { to: '255.255.255.255' })).toBe('broadcast: limited broadcast');
    expect(said({}, { to: '255.255.255.255', from: '0.0.0.0' })).toBe('broadcast: limited broadcast');
    expect(said({}, { to: '0.0.0.0', from: '0.0.0.0' })).toBe('broadcast: limited broadcast');
    expect(said({})).toBe('forward: connected on eth1');
  });

  it('keeps the route that it found, if it was looked for', () => {
    const taken = (to: string) => {
      const { route } = routed({}, { to });
      return 'taken' in route ? route.taken?.route.text : 'none';
    };
    expect(['10.0.1.2', '10.0.0.255', '255.255.255.255', TO].map(taken)).toEqual([
      `local ${addr('10.0.1.2')}`,
      'broadcast on eth0',
      'none',
      'connected on eth1',
    ]);
    expect('taken' in routed({}, { to: '255.255.255.255' }).route).toBe(false);
  });

  it('needs forwarding at its device and a unicast route to go on', () => {
    const off = { sysctl: { 'net.ipv4.ip_forward': 0 } };
    expect(said(off)).toBe('not forwarding: b forwarding is off on eth0');
    expect(said(off, { to: '8.8.8.8' })).toBe('not forwarding: b forwarding is off on eth0');
    expect(said({ sysctl: conf({ 'eth0.forwarding': 0 }) })).toBe('not forwarding: b forwarding is off on eth0');
    expect(said({ sysctl: { ...conf({ 'eth0.forwarding': 1 }), 'net.ipv4.ip_forward': 0 } })).toBe(
      'forward: connected on eth1',
    );
    expect(said({}, { to: '8.8.8.8' })).toBe('no route: b no route to the destination');
    expect(said({ routes: ['prohibit 8.0.0.0/8'] }, { to: '8.8.8.8' })).toBe('no route: b prohibit 8.0.0.0/8');
  });

  it('to an address of another kind is martian', () => {
    const network = build({ b: { interfaces, sysctl: FORWARDING, routes: ['10.9.0.0/16 dev eth1'] } }, []);
    const node = network.nodes.get('b');
    if (node === undefined) throw new Error('no b');
    const routes = node.routes.map((one) => (one.text.startsWith('10.9') ? { ...one, type: 'anycast' as const } : one));
    const key = {
      dst: addr('10.9.9.9'),
      src: addr('10.0.0.9'),
      proto: 17,
      sport: 1,
      dport: 1,
      tos: 0,
      mark: 0,
      iif: 'eth0',
    };
    expect(routeInput(worldOf(network), { ...node, routes }, key)).toEqual({
      kind: 'drop',
      reason: 'martian',
      origin: { node: 'b', text: 'a anycast destination' },
    });
  });

  it('is open where its route may not be shown', () => {
    const undecided = new Map([['routes', 'not shown']] as const);
    expect(said({ undecided })).toBe('unknown: b routes to 10.0.1.9');
    expect(said({ undecided, sysctl: {} })).toBe('unknown: b routes to 10.0.1.9');
  });
});

describe('a martian', () => {
  it.each([
    ['224.0.0.0', '10.0.0.2', 'source 224.0.0.0'],
    ['239.255.255.255', '10.0.0.2', 'source 239.255.255.255'],
    ['255.255.255.255', '10.0.0.2', 'source 255.255.255.255'],
    ['255.255.255.255', '255.255.255.255', 'source 255.255.255.255'],
    ['0.0.0.0', '10.0.0.2', 'source 0.0.0.0'],
    ['10.0.0.9', '0.0.0.0', 'destination 0.0.0.0'],
    ['127.0.0.1', '10.0.0.2', 'source 127.0.0.1'],
    ['127.255.255.255', '10.0.0.2', 'source 127.255.255.255'],
    ['10.0.0.9', '127.0.0.0', 'destination 127.0.0.0'],
    ['127.0.0.1', '127.0.0.2', 'destination 127.0.0.2'],
  ])('is what goes from %s to %s', (from, to, what) => {
    expect(said({}, { from, to })).toBe(`martian: b martian ${what} on eth0`);
  });

  it.each([
    ['126.255.255.255', '10.0.0.2'],
    ['128.0.0.0', '10.0.0.2'],
    ['223.255.255.255', '10.0.0.2'],
    ['240.0.0.0', '10.0.0.2'],
    ['127.0.0.9', '255.255.255.255'],
  ])('is not what goes from %s to %s', (from, to) => {
    expect(said({}, { from, to })).not.toContain('martian');
  });

  it('from or to localhost is none with route_localnet', () => {
    for (const device of ['all', 'eth0']) {
      const sysctl = conf({ [`${device}.route_localnet`]: 1 });
      expect(said({ sysctl }, { to: '127.0.0.1' })).toContain('local: ');
      expect(said({ sysctl }, { from: '127.0.0.9', to: '10.0.0.2' })).toContain('local: ');
    }
    expect(said({ sysctl: conf({ 'eth1.route_localnet': 1 }) }, { to: '127.0.0.1' })).toContain('martian');
  });
});

describe('a multicast group', () => {
  const id = 'b eth0 has joined the group';
  const joined = { to: '224.0.0.5', values: { [id]: 1 } };
  it('is joined or not, which nobody knows', () => {
    const { met } = routed({}, { to: '224.0.0.5' });
    expect(met).toEqual([`${id}: whether b has joined the group 224.0.0.5 on eth0`]);
    expect(said({}, { to: '224.0.0.5' })).toBe('not for me: b not in the group 224.0.0.5 on eth0');
    expect(said({}, joined)).toBe('multicast: multicast group 224.0.0.5');
    expect(said({}, { to: '239.255.255.255', values: { 'b eth0 has joined the group': 1 } })).toContain('multicast: ');
    expect(routed({}, { to: '224.0.0.1' })).toEqual({
      route: { kind: 'multicast', text: 'multicast group 224.0.0.1' },
      met: [],
    });
  });

  it('has no martian members, but one without an address', () => {
    for (const from of ['224.0.0.9', '255.255.255.255', '127.0.0.1'])
      expect(said({}, { ...joined, from })).toBe(`martian: b martian source ${from} on eth0`);
    expect(said({}, { ...joined, from: '0.0.0.0' })).toContain('multicast: ');
    const strict = { sysctl: conf({ 'all.rp_filter': 1 }) };
    expect(said(strict, { ...joined, from: '0.0.0.0' })).toContain('multicast: ');
    expect(said(strict, { ...joined, from: '10.0.1.9' })).toContain('rp_filter: ');
  });
});

describe('a source', () => {
  const here = { to: '10.0.0.2' };
  const own = (address: string) => `martian: b ${address} is the node's own address: martian source on eth0`;

  it('that is an own address of the node is martian, unless accept_local', () => {
    const checks: readonly Partial<Host>[] = [{}, { rules: [CUSTOM] }, { sysctl: conf({ 'all.rp_filter': 2 }) }];
    for (const host of checks) expect(said(host, { ...here, from: '10.0.1.2' })).toBe(own('10.0.1.2'));
    const granted = conf({ 'eth0.accept_local': 1 });
    for (const host of [{ sysctl: granted }, { sysctl: { ...granted, ...conf({ 'all.rp_filter': 2 }) } }])
      expect(said(host, { ...here, from: '10.0.1.2' })).toContain('local: ');
    // accept_local accepts local addresses, not broadcasts
    const loose = { sysctl: { ...granted, ...conf({ 'all.rp_filter': 2 }) } };
    expect(said(loose, { ...here, from: '10.0.1.255' })).toBe('martian: b broadcast on eth1');
    // nor is every unicast source local
    const strict = { sysctl: { ...granted, ...conf({ 'all.rp_filter': 1 }) } };
    expect(said(strict, { ...here, from: '10.0.1.9' })).toContain('rp_filter: ');
  });

  it('is looked up backwards by rp_filter: strict by this device, loose by any', () => {
    const refused = (mode: number, from: string) =>
      `rp_filter: b rp_filter = ${mode} on eth0: answers to ${from} go elsewhere`;
    const mode = (n: number, from: string) => said({ sysctl: conf({ 'all.rp_filter': n }) }, { ...here, from });
    expect(mode(1, '10.0.0.9')).toContain('local: ');
    expect(mode(1, '10.0.1.9')).toBe(refused(1, '10.0.1.9'));
    expect(mode(1, '8.8.8.8')).toBe(refused(1, '8.8.8.8'));
    expect(mode(2, '10.0.1.9')).toContain('local: ');
    expect(mode(2, '8.8.8.8')).toBe(refused(2, '8.8.8.8'));
    expect(mode(0, '8.8.8.8')).toContain('local: ');
  });

  it('may come in where one of several next hops would take the answer', () => {
    const routes = ['192.0.2.0/24 nexthop via 10.0.1.9 dev eth1 nexthop via 10.0.0.7 dev eth0'];
    const strict = { routes, sysctl: conf({ 'all.rp_filter': 1 }) };
    expect(said(strict, { ...here, from: '192.0.2.1' })).toContain('local: ');
    expect(said(strict, { ...here, from: '192.0.2.1', by: 'eth2' })).toContain('rp_filter: ');
  });

  it('is refused at a device without an address even by loose checks, not without them', () => {
    const at = (host: Partial<Host>) => said(host, { ...here, by: 'eth2', from: '10.0.1.9' });
    expect(at({ sysctl: conf({ 'all.rp_filter': 2 }) })).toContain('rp_filter: ');
    expect(at({ rules: [CUSTOM] })).toContain('local: ');
    const gone = { ...here, by: 'gone', from: '10.0.1.9' };
    expect(said({ sysctl: conf({ 'all.rp_filter': 2 }) }, gone)).toContain('rp_filter: ');
  });

  it('without rp_filter may have no way back, but none that is no unicast one', () => {
    const full = { rules: [CUSTOM] };
    expect(said(full, { ...here, from: '8.8.8.8' })).toContain('local: ');
    expect(said(full, { ...here, from: '10.0.1.9' })).toContain('local: ');
    expect(said(full, { ...here, from: '10.0.1.255' })).toBe('martian: b broadcast on eth1');
    expect(said({}, { ...here, from: '10.0.1.255' })).toContain('local: ');
  });

  it('is checked in full where policy rules are not the kernel’s own', () => {
    const martian = (host: Partial<Host>) => said(host, { ...here, from: '10.0.1.255' }).startsWith('martian');
    expect([martian({}), martian({ rules: [CUSTOM] })]).toEqual([false, true]);
    const network = build({ b: { interfaces, sysctl: FORWARDING } }, []);
    const node = network.nodes.get('b');
    if (node === undefined) throw new Error('no b');
    const key = {
      dst: addr('10.0.0.2'),
      src: addr('10.0.1.255'),
      proto: 17,
      sport: 1,
      dport: 1,
      tos: 0,
      mark: 0,
      iif: 'eth0',
    };
    const kind = (rules: readonly PolicyRule[]) => routeInput(worldOf(network), { ...node, rules }, key).kind;
    const [local, main, other] = node.rules as [PolicyRule, PolicyRule, PolicyRule];
    expect(kind([local, main, other])).toBe('local');
    expect(kind([local, main])).toBe('local');
    expect(kind([local, local, main, other])).toBe('drop');
    expect(kind([local, { ...main, priority: 5 }, other])).toBe('drop');
    expect(kind([local, main, { ...other, undecided: 'not modelled' }])).toBe('drop');
  });

  it('that nobody can look up is open, or refused by the rule that is shown', () => {
    const undecided = new Map([['routes', 'not shown']] as const);
    const strict = { undecided, sysctl: conf({ 'all.rp_filter': 1 }) };
    expect(said(strict, here)).toBe('unknown: b routes to 10.0.0.9');
    expect(said({ undecided, rules: [CUSTOM] }, here)).toBe('unknown: b routes to 10.0.0.9');
  });

  it('is looked up with addresses and ports the other way round, the mark only with src_valid_mark', () => {
    const elsewhere = (
      more: Partial<PolicyRule>,
      sysctl: Host['sysctl'] = conf({ 'all.rp_filter': 1 }),
      to = '10.0.0.2',
    ) => {
      const rules = [{ ...CUSTOM, ...more }];
      const came = { to, more: { sport: 40000, dport: 53, mark: 7, tos: 16 } };
      return said({ rules, routes: ['default dev eth2 table 7'], ...(sysctl && { sysctl }) }, came).startsWith(
        'rp_filter',
      );
    };
    expect(elsewhere({ to: { address: addr('10.0.0.9'), length: 32 } })).toBe(true);
    expect(elsewhere({ from: { address: addr('10.0.0.2'), length: 32 } })).toBe(true);
    expect(elsewhere({ from: { address: addr('10.0.0.9'), length: 32 } })).toBe(false);
    expect(elsewhere({ sport: [53, 53], protocol: 17 })).toBe(true);
    expect(elsewhere({ dport: [40000, 40000], tos: 16 })).toBe(true);
    expect(elsewhere({ mark: { value: 7, mask: 0xff } })).toBe(false);
    const marked = conf({ 'all.rp_filter': 1, 'eth0.src_valid_mark': 1 });
    expect(elsewhere({ mark: { value: 7, mask: 0xff } }, marked)).toBe(true);
    expect(elsewhere({ mark: { value: 0, mask: 0xff } }, marked)).toBe(false);
    // the answer comes in by the device that the packet goes out by, or from here
    expect([elsewhere({ iif: 'lo' }), elsewhere({ iif: 'eth1' })]).toEqual([true, false]);
    const on = { ...marked, ...FORWARDING };
    expect([elsewhere({ iif: 'lo' }, on, TO), elsewhere({ iif: 'eth1' }, on, TO)]).toEqual([false, true]);
  });
});

import { describe, expect, it } from 'vitest';
import { TOPOLOGIES } from '../../agreement/generate/topology.ts';
import type { World } from '../../agreement/generate/world.ts';
import { ask, LOST } from './ask.ts';

const router = TOPOLOGIES['router'] as World;
const ping = (from: string, to: string, by = 'eth0') => ({ from, to, by, proto: 'ICMPV6' }) as const;

describe('groups', () => {
  it('of all nodes reach everybody on the link, the sender too', () => {
    expect(ask(router, ping('a', 'ff02::1'))).toEqual(['delivered a | delivered a', 'delivered r | delivered a']);
    const off = { settings: { r: { 'net.ipv6.icmp.echo_ignore_multicast': 1 } } };
    expect(ask(router, ping('a', 'ff02::1'), off)).toContain('delivered r | it was sent to many');
  });

  it("are answered to the sender's own address of the link unless OUTPUT changes the answer's hop limit", () => {
    const rule = ['mangle', '-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 129 -j HL --hl-dec 1'] as const;
    const changed = { rules: { a: [rule], r: [rule] } };
    expect(ask(router, ping('a', 'ff02::1'), changed)).toEqual([
      'delivered a | a: no route',
      'delivered r | delivered a',
    ]);
  });

  it('of routers reach those that forward', () => {
    const reached = ask(router, ping('b', 'ff02::2'));
    expect(reached).toContain('delivered r | delivered b');
    expect(reached.filter((end) => end.startsWith('delivered c'))).toEqual(['delivered c | delivered b']);
    expect(reached).toContain(`c: not for me | ${LOST}`);
  });

  it('that a gateway alone has a route to are not followed', () => {
    const { a, ...others } = router.nodes;
    if (a === undefined) throw new Error('no a');
    // a table local that is shown, and has no ff00::/8
    const shown = { ...a, routes: [...a.routes, 'local 10.99.99.0/24 dev lo table local scope host'] };
    expect(ask({ ...router, nodes: { a: shown, ...others } }, ping('a', 'ff02::1'))).toEqual([
      `unknown: what becomes of a packet to a group that a gateway is sent is not modelled | ${LOST}`,
    ]);
  });

  it('of an interface stay on it', () => {
    expect(ask(router, ping('a', 'ff01::1'))).toEqual([`a: no port | ${LOST}`, 'delivered a | delivered a']);
  });

  it('are refused by tcp', () => {
    expect(ask(router, { from: 'a', to: 'ff02::1', by: 'eth0', proto: 'TCP' })).toEqual([`a: no route | ${LOST}`]);
  });
});

describe('addresses that all routers of a network have', () => {
  it('are answered by echo from another address, by udp from their own, and by no connection', () => {
    expect(ask(router, { from: 'a', to: '2001:db8::a01:0', proto: 'ICMPV6' })).toEqual(['delivered r | delivered a']);
    expect(ask(router, { from: 'a', to: '2001:db8::a01:0', proto: 'UDP' })).toEqual(['delivered r | delivered a']);
    expect(ask(router, { from: 'a', to: '2001:db8::a01:0', proto: 'TCP' })).toEqual([
      'delivered r | it was sent to many',
    ]);
    const off = { settings: { r: { 'net.ipv6.icmp.echo_ignore_anycast': 1 } } };
    expect(ask(router, { from: 'a', to: '2001:db8::a01:0', proto: 'ICMPV6' }, off)).toEqual([
      'delivered r | it was sent to many',
    ]);
  });
});

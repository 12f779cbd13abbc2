import { expect, it } from 'vitest';
import { ends, send, socket, tcp, udp } from './ask.ts';
import { addr, build, guest, host } from './build.ts';

it('tcp does not connect to a group', () => {
  const network = build({ a: guest('10.0.0.1/24', '10.0.0.2'), b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]);
  for (const dst of ['10.0.0.255', '255.255.255.255', '224.0.0.1'])
    expect(ends(send(network, 'a', tcp(dst, 80)))[0]).toBe('dropped a: no route');
  expect(ends(send(network, 'a', udp('255.255.255.255', 9)))[0]).toBe('delivered b');
});

it('localhost leaves by no other device than lo, unless route_localnet is on', () => {
  const from = (sysctl: Record<string, number>) =>
    build({ a: host('10.0.0.1/24', { sysctl }), b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]);
  const spoofed = udp('10.0.0.2', 9, { src: addr('127.0.0.1') });
  expect(ends(send(from({}), socket('a', true), spoofed))[0]).toBe('dropped a: no route');
  // it leaves, but b answers no ARP request from localhost
  const allowed = from({ 'net.ipv4.conf.eth0.route_localnet': 1 });
  expect(ends(send(allowed, socket('a', true), spoofed))[0]).toBe('dropped a: no neighbour');
});

it('who was asked by ARP knows the asker, and need not ask back', () => {
  // a answers no ARP request at all
  const silent = host('10.0.0.1/24', { sysctl: { 'net.ipv4.conf.all.arp_ignore': 8 } });
  const network = build({ a: silent, b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]);
  expect(ends(send(network, 'a', udp('10.0.0.2', 53)))).toEqual(['delivered b', 'delivered a']);
  const unasked = send(network, 'b', udp('10.0.0.1', 53));
  expect(ends(unasked)).toEqual(['dropped b: no neighbour', 'none']);
  const untaught = 'no other traffic has put 10.0.0.1 into the neighbour table of eth0';
  expect(unasked.assumptions.map(({ text }) => text)).toContain(untaught);
});

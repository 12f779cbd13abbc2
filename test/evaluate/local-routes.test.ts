import { describe, expect, it } from 'vitest';
import { ends, send, udp, wire } from './ask.ts';
import { addr, build, FORWARDING, type Host } from './build.ts';

/** r with two interfaces; a frame comes in at the first. */
const arriving = (more: Partial<Host>): string => {
  const interfaces = {
    eth0: { addresses: ['10.0.0.254/24'], mac: '0a:00:00:00:00:01' },
    eth1: { addresses: ['10.0.1.254/24'] },
  };
  const network = build({ r: { interfaces, sysctl: FORWARDING, ...more } }, []);
  const broadcast = udp('10.0.0.254', 53, { src: addr('10.0.0.255'), macDst: 0x0a0000000001 });
  return ends(send(network, wire('r', 'eth0'), broadcast))[0];
};

describe('a local route that no address brought', () => {
  // its presence makes the kernel check sources in full even with rp_filter = 0: a broadcast address is none
  const lo = (addresses: readonly string[]): Partial<Host> => ({
    interfaces: {
      lo: { addresses },
      eth0: { addresses: ['10.0.0.254/24'], mac: '0a:00:00:00:00:01' },
      eth1: { addresses: ['10.0.1.254/24'] },
    },
  });
  it.each([
    ['to a network', { routes: ['local 192.0.2.0/24 dev lo'] }],
    ['to one address', { routes: ['local 192.0.2.7/32 dev lo'] }],
    ['wider than the address of lo that is in it', { ...lo(['192.0.2.1/25']), routes: ['local 192.0.2.0/24 dev lo'] }],
    ['beside the address of lo', { ...lo(['192.0.2.1/24']), routes: ['local 198.51.100.0/24 dev lo'] }],
    ['to the network of another device', { routes: ['local 10.0.1.0/24 dev lo'] }],
    ['in a table of its own', { routes: ['local 10.0.0.254/32 dev eth0 table 100'] }],
  ])('%s has sources checked in full', (_, more) => {
    expect(arriving(more)).toBe('dropped r: martian');
  });
  it.each([
    ['none', {}],
    ['those of the addresses of lo and their subnets', lo(['127.0.0.1/8', '192.0.2.1/24'])],
  ])('%s leaves the source alone', (_, more) => {
    expect(arriving(more)).toBe('delivered r');
  });
});

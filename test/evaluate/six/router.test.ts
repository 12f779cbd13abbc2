import { describe, expect, it } from 'vitest';
import { ends } from '../ask.ts';
import { build6, FORWARDING6, host6 } from '../six-build.ts';
import { ping, send6, tcp6, udp6 } from './ask.ts';

const R = {
  interfaces: { eth0: { addresses: ['2001:db8:a::1/64'] }, eth1: { addresses: ['2001:db8:b::1/64'] } },
  sysctl: FORWARDING6,
};
const network = build6(
  {
    a: host6('2001:db8:a::2/64', '2001:db8:a::1'),
    r: R,
    b: host6('2001:db8:b::2/64', '2001:db8:b::1'),
  },
  [
    ['a:eth0', 'r:eth0'],
    ['b:eth0', 'r:eth1'],
  ],
);

describe('two hosts and a router', () => {
  it.each([
    ['an echo request', ping('2001:db8:b::2')],
    ['tcp', tcp6('2001:db8:b::2', 80)],
    ['udp', udp6('2001:db8:b::2', 53)],
  ])('%s arrives and is answered', (_, of) => {
    const exchange = send6(network, 'a', of);
    expect(ends(exchange)).toEqual(['delivered b', 'delivered a']);
  });
});

import { expect, it } from 'vitest';
import { lower } from '../../src/lower/lower.ts';
import { only } from '../../src/packet/ranges.ts';
import { ends, send, udp } from '../evaluate/ask.ts';
import { addr, build, FORWARDING, host } from '../evaluate/build.ts';

const ALL = 'net.ipv4.conf.all.send_redirects';
const OWN = 'net.ipv4.conf.eth0.send_redirects';

/** a sends by r what b, on the same segment, could have from it at once. */
const detour = (sysctl: Readonly<Record<string, number>>, via = '10.0.0.1') =>
  build(
    {
      a: host('10.0.0.2/24', { routes: [`10.9.0.0/24 via ${via}`] }),
      r: host('10.0.0.1/24', { routes: ['10.9.0.0/24 via 10.0.0.3'], sysctl: { ...FORWARDING, ...sysctl } }),
      b: { interfaces: { eth0: { addresses: ['10.0.0.3/24'] }, lo: { addresses: ['127.0.0.1/8', '10.9.0.1/32'] } } },
    },
    [['a:eth0', 'r:eth0', 'b:eth0']],
  );

const SAID = 'senders keep their next hops, whatever ICMP redirects r sends by eth0';

// biome-ignore format: a table
it.each([
  ['where packets leave by the device that they came in by', {}, '10.0.0.1', true],
  ['where one of the two settings is on', { [ALL]: 0, [OWN]: 1 }, '10.0.0.1', true],
  ['not where both are off', { [ALL]: 0, [OWN]: 0 }, '10.0.0.1', false],
  ['not where nobody is told a shorter way', {}, '10.0.0.3', false],
])('that redirects change nothing is assumed %s', (_, sysctl, via, assumed) => {
  const network = detour(sysctl, via);
  const walked = send(network, 'a', udp('10.9.0.1', 53));
  expect(ends(walked)).toEqual(['delivered b', 'delivered a']);
  expect(walked.assumptions.some(({ text }) => text === SAID)).toBe(assumed);
  const { probe } = walked;
  const packets = { ...probe.packets, dst: only(addr('10.9.0.1')), proto: only(17) };
  const program = lower(network, { ...probe, packets });
  expect([...program.assumptions].some(({ text }) => text === SAID)).toBe(assumed);
});

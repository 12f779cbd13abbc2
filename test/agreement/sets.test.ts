import { expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import type { Slot } from '../../src/ir/program.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import type { Probe } from '../../src/packet/exchange.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { only } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';
import { parseIpsetSave } from '../../src/parse/ipset.ts';
import { said, udp } from '../evaluate/ask.ts';
import { build, host } from '../evaluate/build.ts';
import { everyEnd } from '../lower/ends.ts';

const SETS = `create friends hash:ip family inet
add friends 10.0.0.1
create elsewhere hash:net,iface
add elsewhere 10.0.0.0/24,eth0
add elsewhere 10.0.0.1,eth9
create both hash:net,iface
add both 10.0.0.0/24,eth9
add both 10.0.0.1,eth9
add both 10.0.0.1,eth0
create other hash:net,iface
add other 10.0.0.0/24,eth0
add other 10.0.0.7,eth9
create barred hash:net,iface
add barred 10.0.0.0/24,eth0
add barred 10.0.0.1,eth9 nomatch
`;
const guarded = (rules: string): Network =>
  build(
    {
      a: host('10.0.0.1/24'),
      b: host('10.0.0.2/24', {
        iptables: `*filter\n:INPUT DROP [0:0]\n${rules}`,
        sets: [...(parseIpsetSave(SETS, 'sets').value?.values() ?? [])],
      }),
    },
    [['a:eth0', 'b:eth0']],
  );

function endsOf(network: Network, of: Packet): readonly string[] {
  const probe: Probe = {
    source: { kind: 'socket', node: 'a', bound: false },
    packets: {},
    state: 'fresh',
    back: false,
  };
  const walked = explore(network, probe, { packet: of, states: new Map() });
  const packets = Object.fromEntries(Object.entries(of).map(([field, value]) => [field, only(value)]));
  const program = lower(network, { ...probe, packets });
  const inputs = new Map<Slot, Scalar>([...program.inputs].map(([slot]) => [slot, of[slot as keyof Packet] ?? 0]));
  const one = [...new Set(walked.map(({ disposition }) => said(disposition.request)))].sort();
  expect([...new Set(everyEnd(program, inputs).map(({ request }) => said(request)))].sort()).toEqual(one);
  return one;
}

it('what a set holds is known, unless a rule changes it while packets pass', () => {
  const asked = '-A INPUT -m set --match-set friends src -j ACCEPT';
  const of = udp('10.0.0.2', 53);
  expect(endsOf(guarded(asked), of)).toEqual(['delivered b']);
  for (const change of [
    '-j SET --add-set friends src',
    '-j SET --del-set friends src',
    '-p tcp -j SET --del-set friends src',
  ])
    expect(endsOf(guarded(`-A INPUT ${change}\n${asked}`), of)).toEqual(['delivered b', 'dropped b: rule']);
  expect(endsOf(guarded(`-A INPUT -j SET --add-set others src\n${asked}`), of)).toEqual(['delivered b']);
});

// biome-ignore format: a table
it.each([
  ['elsewhere', 'src,src', false],
  ['both', 'src,src', true],
  ['other', 'src,src', true],
  ['barred', 'src,src', false],
  ['barred', 'src,src --return-nomatch', false],
])('of hash:net,iface the longest prefix decides, of whatever interfaces it is: %s %s', (name, how, held) => {
  const asked = (not: string) => `-A INPUT -m set ${not}--match-set ${name} ${how} -j ACCEPT`;
  expect(endsOf(guarded(asked('')), udp('10.0.0.2', 53))).toEqual([held ? 'delivered b' : 'dropped b: rule']);
  expect(endsOf(guarded(asked('! ')), udp('10.0.0.2', 53))).toEqual([held ? 'dropped b: rule' : 'delivered b']);
});

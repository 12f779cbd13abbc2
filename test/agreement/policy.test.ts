import { expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import type { Slot } from '../../src/ir/program.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import type { Probe } from '../../src/packet/exchange.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { only } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';
import { said, udp } from '../evaluate/ask.ts';
import { build, host } from '../evaluate/build.ts';
import { everyEnd } from '../lower/ends.ts';

const ASSUMED = 'no IPsec policy transforms packets (no capture shows `ip xfrm policy`)';
const guarded = (match: string, partial: boolean): Network =>
  build(
    {
      a: host('10.0.0.1/24'),
      b: host('10.0.0.2/24', { partial, iptables: `*filter\n:INPUT DROP [0:0]\n-A INPUT ${match} -j ACCEPT` }),
    },
    [['a:eth0', 'b:eth0']],
  );

/** How the packet ends, and whether both twins say what was taken for granted. */
function asked(network: Network): readonly [ends: readonly string[], assumed: boolean] {
  const of = udp('10.0.0.2', 53);
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
  const ends = [...new Set(walked.map(({ disposition }) => said(disposition.request)))].sort();
  expect([...new Set(everyEnd(program, inputs).map(({ request }) => said(request)))].sort()).toEqual(ends);
  const says = (all: readonly { readonly text: string; readonly node?: string }[]) =>
    all.some(({ node, text }) => node === 'b' && text === ASSUMED);
  expect(says(program.assumptions)).toBe(walked.some(({ assumptions }) => says(assumptions)));
  return [ends, says(program.assumptions)];
}

// whether ARP is answered is open as well where nothing may be assumed
const BOTH = expect.arrayContaining(['delivered b', 'dropped b: rule']);

it('no IPsec is an assumption where kernel defaults may be assumed, and not known elsewhere', () => {
  expect(asked(guarded('-m policy --dir in --pol none', false))).toEqual([['delivered b'], true]);
  expect(asked(guarded('-m policy --dir in --pol none', true))).toEqual([BOTH, false]);
});

it('that a packet came by IPsec is never assumed, nor that it did not', () => {
  for (const partial of [false, true])
    expect(asked(guarded('-m policy --dir in --pol ipsec', partial))).toEqual([BOTH, false]);
});

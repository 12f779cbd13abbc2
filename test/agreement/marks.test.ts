import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import type { Slot } from '../../src/ir/program.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import type { Probe } from '../../src/packet/exchange.ts';
import type { Disposition } from '../../src/packet/fate.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { only } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';
import { said, tcp, udp } from '../evaluate/ask.ts';
import { build, FORWARDING, guest } from '../evaluate/build.ts';
import { everyEnd } from '../lower/ends.ts';

/** a and b with a router between them that has these rules in its mangle table, and lets pass what its filter says. */
const routed = (mangle: string, filter: string): Network =>
  build(
    {
      a: guest('10.0.1.2/24', '10.0.1.1'),
      r: {
        interfaces: { eth0: { addresses: ['10.0.1.1/24'] }, eth1: { addresses: ['10.0.2.1/24'] } },
        sysctl: FORWARDING,
        iptables: `*mangle\n${mangle}\n*filter\n:FORWARD DROP [0:0]\n${filter}`,
      },
      b: guest('10.0.2.2/24', '10.0.2.1'),
    },
    [
      ['a:eth0', 'r:eth0'],
      ['r:eth1', 'b:eth0'],
    ],
  );

const SOCKET = { kind: 'socket', node: 'a', bound: false } as const;
const text = ({ request, reply }: Disposition): string => `${said(request)}, ${said(reply)}`;

/** How both twins say that the packet ends, over all values of the unknowns: they must agree. */
function endsOf(network: Network, of: Packet): readonly string[] {
  const free: Probe = { source: SOCKET, packets: {}, state: 'fresh', back: true };
  const walked = explore(network, free, { packet: of, states: new Map() });
  const fields = Object.entries(of).map(([field, value]) => [field, only(value)] as const);
  const program = lower(network, { ...free, packets: Object.fromEntries(fields) });
  const inputs = new Map<Slot, Scalar>([...program.inputs].map(([slot]) => [slot, of[slot as keyof Packet] ?? 0]));
  const one = [...new Set(walked.map(({ disposition }) => text(disposition)))].sort();
  expect([...new Set(everyEnd(program, inputs).map(text))].sort()).toEqual(one);
  return one;
}

const BOTH = ['delivered b, delivered a'];
const NO_ANSWER = ['delivered b, dropped r: rule'];
const NONE = ['dropped r: rule, none'];
/** Requests pass, and answers whose flow or packet has the mark. */
const asks = (match: string) => `-A FORWARD -i eth0 -j ACCEPT\n-A FORWARD ${match} -j ACCEPT`;

describe.each([
  ['tcp', tcp('10.0.2.2', 80)],
  ['udp', udp('10.0.2.2', 53)],
] as const)('marks of a %s flow', (_, of) => {
  // biome-ignore format: a table
  it.each([
    ['that the request set are there for the answer', '-A PREROUTING -i eth0 -j CONNMARK --set-mark 5', '-m connmark --mark 5', BOTH],
    ['that nobody set are 0', '', '-m connmark --mark 5', NO_ANSWER],
    ['are not those of the packet', '-A PREROUTING -i eth0 -j CONNMARK --set-mark 5', '-m mark --mark 5', NO_ANSWER],
    ['come back to the packet', '-A PREROUTING -i eth0 -j CONNMARK --set-mark 5\n-A PREROUTING -i eth1 -j CONNMARK --restore-mark', '-m mark --mark 5', BOTH],
    ['come back under a mask', '-A PREROUTING -i eth0 -j CONNMARK --set-mark 0x5f\n-A PREROUTING -i eth1 -j CONNMARK --restore-mark --mask 0xf0', '-m mark --mark 0x50', BOTH],
    ['come back and leave other bits of the packet', '-A PREROUTING -i eth0 -j CONNMARK --set-mark 5\n-A PREROUTING -i eth1 -j MARK --set-mark 0xf0\n-A PREROUTING -i eth1 -j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xff', '-m mark --mark 0xf5', BOTH],
    ['are saved from the packet', '-A PREROUTING -i eth0 -j MARK --set-mark 7\n-A PREROUTING -i eth0 -j CONNMARK --save-mark', '-m connmark --mark 7', BOTH],
    ['are saved under a mask', '-A PREROUTING -i eth0 -j MARK --set-mark 0x37\n-A PREROUTING -i eth0 -j CONNMARK --save-mark --mask 0xf', '-m connmark --mark 7', BOTH],
    ['may be set bit by bit', '-A PREROUTING -j CONNMARK --or-mark 1\n-A FORWARD -i eth0 -j CONNMARK --or-mark 4', '-m connmark --mark 5', BOTH],
    ['that the last packet set count', '-A PREROUTING -i eth0 -j CONNMARK --set-mark 5\n-A PREROUTING -i eth1 -j CONNMARK --set-mark 6', '-m connmark --mark 5', NO_ANSWER],
    ['that are shifted may be any', '-A PREROUTING -i eth0 -j CONNMARK --set-mark 0xffffffff\n-A PREROUTING -i eth1 -j CONNMARK --restore-mark --left-shift-mark 1', '-m mark ! --mark 0', [...BOTH, ...NO_ANSWER]],
  ])('%s', (_law, mangle, match, ends) => {
    expect(endsOf(routed(mangle, asks(match)), of)).toEqual(ends);
  });

  it('are nothing to packets without an entry', () => {
    const blind = (match: string) =>
      routed(
        '-A PREROUTING -j MARK --set-mark 3\n-A PREROUTING -j CONNMARK --restore-mark',
        `-A FORWARD ${match} -j ACCEPT\n*raw\n-A PREROUTING -j CT --notrack`,
      );
    expect(endsOf(blind('-m mark --mark 3'), of)).toEqual(BOTH);
    expect(endsOf(blind('-m mark --mark 0'), of)).toEqual(NONE);
    expect(endsOf(blind('-m connmark ! --mark 1'), of)).toEqual(NONE);
  });
});

describe('what becomes of packets can be told only if they do not meet', () => {
  const lost = ['unknown r, none'];
  it.each([
    ['-A FORWARD -j TEE --gateway 10.0.2.2', lost],
    ['-A FORWARD -p tcp -j TEE --gateway 10.0.2.2', BOTH],
  ])('%s', (rule, ends) => {
    expect(endsOf(routed(rule, '-A FORWARD -j ACCEPT'), udp('10.0.2.2', 53))).toEqual(ends);
  });
});

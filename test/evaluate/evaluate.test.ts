import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { fixed } from '../../src/evaluate/oracle.ts';
import type { Network, Node } from '../../src/network/network.ts';
import { CT_STATE } from '../../src/packet/field.ts';
import { probeFrom, said, send, sendRaw, udp } from './ask.ts';
import { build, host } from './build.ts';

const GUARDED = '*filter\n:INPUT DROP [0:0]\n-A INPUT -m state --state NEW -j ACCEPT';
const pair = build({ a: host('10.0.0.1/24'), b: host('10.0.0.2/24', { iptables: GUARDED }), c: host('10.0.0.3/24') }, [
  ['a:eth0', 'b:eth0', 'c:eth0'],
]);

describe('an evaluation', () => {
  it('asks conntrack of each node, unless the question pins a state', () => {
    const states = new Map([['b', CT_STATE.ESTABLISHED]]);
    const start = { packet: udp('10.0.0.2', 53), states };
    const request = (state: 'fresh' | readonly number[]) =>
      said(evaluate(pair, { ...probeFrom('a'), state }, start, fixed()).disposition.request);
    expect([request('fresh'), request([CT_STATE.ESTABLISHED])]).toEqual(['delivered b', 'dropped b: rule']);
  });

  it('says which probe it answers', () => {
    const probe = probeFrom('a', false);
    expect(evaluate(pair, probe, { packet: udp('10.0.0.2', 53), states: new Map() }, fixed()).probe).toBe(probe);
  });

  it('takes for granted what the captures of the nodes do that any copy came by', () => {
    const assuming = (network: Network): Network => ({
      ...network,
      nodes: new Map(
        [...network.nodes].map(([name, node]): [string, Node] => [
          name,
          { ...node, assumptions: [{ node: name, text: `${name} is as it is shown` }] },
        ]),
      ),
    });
    const taken = (exchange: ReturnType<typeof send>) =>
      exchange.assumptions.map(({ text }) => text).filter((text) => text.endsWith('as it is shown'));
    expect(taken(send(assuming(pair), 'a', udp('10.0.0.2', 53))).sort()).toEqual([
      'a is as it is shown',
      'b is as it is shown',
    ]);
    expect(taken(sendRaw(assuming(pair), 'a', 'eth0', udp('255.255.255.255', 67))).sort()).toEqual([
      'a is as it is shown',
      'b is as it is shown',
      'c is as it is shown',
    ]);
  });
});

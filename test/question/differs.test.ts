import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import type { Network } from '../../src/network/network.ts';
import { known } from '../../src/network/unknown.ts';
import { parseIptablesSave } from '../../src/parse/iptables/save.ts';
import { type Compared, differ } from '../../src/question/differs.ts';
import { InternalError } from '../../src/question/internal.ts';
import { address, device, network, node, pair } from './networks.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await z3Engine();
});
afterAll(() => engine.close());

/** `a` and `b` on one wire; `b` has these rules in its INPUT chain. */
const withInput = (...rules: readonly string[]): Network => ruled('eth0 02:00:00:00:00:0a 10.0.0.1/24', rules);

function ruled(a: string, rules: readonly string[]): Network {
  const text = ['*filter', ':INPUT ACCEPT [0:0]', ...rules.map((rule) => `-A INPUT ${rule}`), 'COMMIT', ''].join('\n');
  const ruleset = parseIptablesSave(text, 'b/iptables-save.txt').value;
  if (ruleset === undefined) throw new Error('not read');
  return network(
    [node('a', [device(a)]), node('b', [device('eth0 02:00:00:00:00:0b 10.0.0.2/24')], { ruleset: known(ruleset) })],
    [['a:eth0', 'b:eth0']],
  );
}

async function compare(before: Network, after: Network, with_: Engine = engine): Promise<Compared[]> {
  const compared: Compared[] = [];
  for await (const one of differ(before, after, with_)) compared.push(one);
  return compared;
}

const told = (compared: readonly Compared[]): string[] =>
  compared.flatMap(({ source, differences }) =>
    differences.map(({ before, after }) => `${source.node}: ${before} → ${after}`),
  );

describe('differ', () => {
  it('proves that a network is like itself, source by source', async () => {
    const compared = await compare(pair(), pair());
    expect(told(compared)).toEqual([]);
    expect(compared.map(({ done, of, source }) => [done, of, source.kind, source.node])).toEqual([
      [1, 3, 'socket', 'a'],
      [2, 3, 'socket', 'b'],
      [3, 3, 'wire', 'b'],
    ]);
    for (const { unknowns, corners } of compared) {
      expect(unknowns).toEqual([]);
      expect(corners).toBeGreaterThanOrEqual(16);
    }
  });

  it('finds what changes for servers alone, which answer from a port of their own', async () => {
    const compared = await compare(withInput('-p udp --sport 67 -j DROP'), withInput());
    expect(told(compared)).toContain('a: dropped at b; no reply → delivered at b; reply delivered at a');
    const first = compared[0]?.differences.find(({ before }) => before.startsWith('dropped at b'));
    expect(first?.old.packet).toMatchObject({ proto: 17, sport: 67 });
  });

  it('finds what changes for programs alone that bind a second address, and not for what only a foreign one meets', async () => {
    const two = 'eth0 02:00:00:00:00:0a 10.0.0.1/24 10.0.0.9/24';
    const by = (source: string) => compare(ruled(two, []), ruled(two, [`-s ${source} -p udp -j DROP`]));
    expect((await by('10.0.0.9'))[0]?.differences[0]?.old.packet).toMatchObject({ src: address('10.0.0.9') });
    expect((await by('10.0.0.77'))[0]?.differences).toEqual([]);
  });

  it('proves rules equal that say the same in other words', async () => {
    const compared = await compare(
      withInput('-p tcp --dport 22 -j DROP'),
      withInput('-p tcp --dport 23 -j ACCEPT', '-p tcp -m multiport --dports 22,23 -j DROP'),
    );
    expect(told(compared)).toEqual([]);
    expect(compared.flatMap(({ unknowns }) => unknowns)).toEqual([]);
  });

  it('shows a packet for every pair of fates that some packet has', async () => {
    const compared = await compare(withInput(), withInput('-p tcp --dport 22 -j DROP'));
    expect(told(compared).sort()).toEqual([
      'a: delivered at b; reply delivered at a → dropped at b; no reply',
      // sent from port 22: the answer meets the rule
      'b: delivered at a; reply delivered at b → delivered at a; reply dropped at b',
      'b: delivered at b; reply delivered at b → delivered at b; reply dropped at b',
      'b: delivered at b; reply delivered at b → dropped at b; no reply',
    ]);
    const difference = compared[0]?.differences.find(({ before }) => before.endsWith('at a'));
    expect(difference?.old.packet).toMatchObject({ dst: address('10.0.0.2'), proto: 6, dport: 22 });
    expect(difference?.new.exchange.disposition.request).toMatchObject({
      kind: 'dropped',
      origin: { text: expect.stringContaining('--dport 22') },
    });
  });

  it('a match that cannot be known leaves the difference unknown, and is named', async () => {
    const compared = await compare(withInput(), withInput('-p tcp --dport 22 -m limit --limit 3/min -j DROP'));
    expect(told(compared)).toEqual([]);
    const unknowns = compared.flatMap((one) => one.unknowns);
    expect(unknowns.length).toBeGreaterThan(0);
    for (const { reason } of unknowns) expect(reason).toContain('limit');
  });

  it('a node that only one of the networks has is told, not compared', async () => {
    const alone = network([node('a', [device('eth0 02:00:00:00:00:0a 10.0.0.1/24')])], []);
    const compared = await compare(alone, pair());
    expect(
      compared.filter(({ onlyIn }) => onlyIn !== undefined).map(({ source, onlyIn }) => [source.node, onlyIn]),
    ).toEqual([
      ['b', 'new'],
      ['b', 'new'],
    ]);
  });

  it('a proof of what the evaluator can show to be wrong is an internal error', async () => {
    const lying: Engine = { ...engine, solve: async () => ({ kind: 'none', effort: { rlimit: 0, ms: 0 } }) };
    await expect(compare(withInput(), withInput('-p tcp --dport 22 -j DROP'), lying)).rejects.toThrow(InternalError);
  });
});

import { describe, expect, it } from 'vitest';
import type { Hop } from '../../src/network/trace.ts';
import { decidingRows, everyRow } from '../../src/report/hops.ts';
import { ping, rule } from './findings.ts';

const policy = (table: 'mangle' | 'filter', verdict: 'ACCEPT' | 'DROP'): Hop => ({
  node: 'compute-1',
  hook: 'FORWARD',
  table,
  chain: 'FORWARD',
  text: `:FORWARD ${verdict}`,
  verdict,
  packet: ping,
});
const hop = (chain: string, number: number, verdict: string): Hop =>
  rule('FORWARD', chain, number, `-j ${verdict.split(' ').at(-1)}`, verdict, 10 * number);

const TO_SECOND = [
  hop('FORWARD', 1, 'jump first'),
  hop('first', 2, 'RETURN'),
  hop('FORWARD', 2, 'jump second'),
  hop('second', 1, 'goto third'),
  hop('third', 4, 'DROP'),
];

describe('the rows of the hop table', () => {
  it('fold the jumps that led to a verdict into it, and drop those that led nowhere', () => {
    expect(decidingRows(TO_SECOND)).toMatchObject([
      { rule: 'filter third:4', verdict: 'DROP', by: 'FORWARD:2 > second:1' },
    ]);
  });

  it('tell rules for frames as rules, at bridges and where ARP asks', () => {
    const frame = (where: Hop['hook'], table: NonNullable<Hop['table']>): Hop => ({
      ...hop('FORWARD', 3, 'DROP'),
      hook: where,
      table,
    });
    const frames = [frame('neighbour', 'arptables filter'), frame('bridge', 'ebtables filter')];
    expect(decidingRows(frames)).toMatchObject([
      { hook: 'neighbour', rule: 'arptables filter FORWARD:3', quote: expect.stringContaining('-j DROP') },
      { hook: 'bridge', rule: 'ebtables filter FORWARD:3', quote: expect.stringContaining('-j DROP') },
    ]);
    // without a table it is what the bridge did
    const { table: _, ...forwarded } = frame('bridge', 'ebtables filter');
    expect(decidingRows([forwarded])).toMatchObject([{ rule: forwarded.text }]);
  });

  it('are every hop where every hop is wanted', () => {
    expect(everyRow(TO_SECOND).map((row) => row.rule)).toEqual([
      'filter FORWARD:1',
      'filter first:2',
      'filter FORWARD:2',
      'filter second:1',
      'filter third:4',
    ]);
  });

  it('put accepting policies of one hook together, and leave a dropping one by itself', () => {
    expect(decidingRows([policy('mangle', 'ACCEPT'), policy('filter', 'ACCEPT')])).toMatchObject([
      { rule: 'mangle, filter', verdict: 'ACCEPT (policy)' },
    ]);
    expect(decidingRows([policy('mangle', 'ACCEPT'), policy('filter', 'DROP')])).toMatchObject([
      { rule: 'mangle', verdict: 'ACCEPT (policy)' },
      { rule: 'filter FORWARD policy', verdict: 'DROP', quote: ':FORWARD DROP' },
    ]);
  });

  it('keep rules that changed the packet or wrote it down', () => {
    const marked = [hop('FORWARD', 1, 'MARK'), hop('FORWARD', 2, 'continue'), hop('FORWARD', 3, 'ACCEPT')];
    expect(decidingRows(marked).map((row) => row.verdict)).toEqual(['MARK', 'ACCEPT']);
  });

  it('keep two visits of one hook apart', () => {
    const twice = [policy('mangle', 'ACCEPT'), { ...policy('mangle', 'ACCEPT'), node: 'compute-2' }];
    expect(decidingRows(twice).map((row) => row.node)).toEqual(['compute-1', 'compute-2']);
  });
});

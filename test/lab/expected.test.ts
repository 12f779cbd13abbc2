import { expect, it } from 'vitest';
import { expectedVisits } from '../../src/lab/expected.ts';
import type { Hop } from '../../src/network/trace.ts';
import { packet } from '../../src/packet/packet.ts';

const hop = (hook: Hop['hook'], table: NonNullable<Hop['table']>): Hop => ({
  node: 'h',
  hook,
  table,
  chain: 'FORWARD',
  rule: 1,
  text: '-j ACCEPT',
  verdict: 'ACCEPT',
  packet: packet({}),
});

it('rules for frames are no visits of iptables', () => {
  const hops = [hop('neighbour', 'arptables filter'), hop('bridge', 'ebtables filter'), hop('FORWARD', 'filter')];
  expect(expectedVisits(hops).map(({ table, chain }) => `${table} ${chain}`)).toEqual(['filter FORWARD']);
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import type { Network } from '../../src/network/network.ts';
import type { Exchange } from '../../src/network/trace.ts';
import { parseAddress, printAddress } from '../../src/packet/address.ts';
import type { Probe } from '../../src/packet/exchange.ts';
import { PROTOCOL, TCP_FLAG } from '../../src/packet/field.ts';
import { type Packet, packet } from '../../src/packet/packet.ts';
import { readSnapshot } from '../../src/parse/snapshot.ts';

const MODELS = new URL('../../models/nova-network/', import.meta.url).pathname;

/** One probe that was sent in the recorded network, and what came of it. */
interface Row {
  readonly from: string;
  readonly proto: 'icmp' | 'tcp' | 'udp';
  readonly dst: string;
  readonly dport?: number;
  readonly result: string;
  readonly answered_by?: string;
  readonly seen_from?: string;
  readonly reply_from?: string;
}

const VERDICTS = 'kernel-verdicts.jsonl';
const states = readdirSync(MODELS).filter((state) => existsSync(`${MODELS}${state}/${VERDICTS}`));
const rowsOf = (state: string): readonly Row[] =>
  readFileSync(`${MODELS}${state}/${VERDICTS}`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

const named = (node: string): string => (node === 'gw' ? 'gateway' : node);
const NUMBER = { icmp: PROTOCOL.ICMP, tcp: PROTOCOL.TCP, udp: PROTOCOL.UDP } as const;
const HEADER: Readonly<Record<Row['proto'], Partial<Packet>>> = {
  icmp: { icmpType: 8, icmpId: 1 },
  tcp: { sport: 40000, tcpFlags: TCP_FLAG.SYN },
  udp: { sport: 40000 },
};

function walk(network: Network, { from, proto, dst, dport = 0 }: Row): readonly Exchange[] {
  const source = { kind: 'socket', node: named(from), bound: false } as const;
  const probe: Probe = { source, packets: {}, state: 'fresh', back: true };
  const first = packet({ dst: parseAddress(dst) ?? 0, proto: NUMBER[proto], dport, ...HEADER[proto] });
  const exchanges = explore(network, probe, { packet: first, states: new Map() });
  expect(exchanges.complete).toBe(true);
  return exchanges;
}

/** What one run says in the row's words. */
function verdictOf(row: Row, { walks, disposition }: Exchange): Partial<Row> {
  if (disposition.reply.kind !== 'delivered') return { result: 'none' };
  const [request, answer] = walks;
  if (row.proto === 'icmp') return { result: 'reply', reply_from: printAddress(answer?.received.src ?? 0) };
  const node = request?.fate.kind === 'delivered' ? request.fate.node : '';
  return { result: 'reply', answered_by: node, seen_from: printAddress(request?.received.src ?? 0) };
}

const recorded = ({ proto, result, answered_by, seen_from, reply_from }: Row): Partial<Row> => {
  if (result !== 'reply') return { result: 'none' };
  return proto === 'icmp'
    ? ({ result, reply_from } as Partial<Row>)
    : ({ result, answered_by: named(answered_by ?? ''), seen_from } as Partial<Row>);
};

/** Dropped in the sender's own OUTPUT. */
const refused = ({ from }: Row) => ({ kind: 'dropped', node: named(from), reason: 'rule' });

it('there are recorded verdicts of 2845 probes', () => {
  expect(states.flatMap(rowsOf)).toHaveLength(2845);
});

describe.each(states)('%s', (state) => {
  it('the evaluator says of every probe what the kernel did', async () => {
    const { value: network, located } = await readSnapshot(`${MODELS}${state}`);
    if (network === undefined) throw new Error(JSON.stringify(located));
    for (const row of rowsOf(state)) {
      const exchanges = walk(network, row);
      const said = exchanges.map((exchange) => verdictOf(row, exchange));
      const request = exchanges[0]?.disposition.request;
      if (row.result === 'EPERM') expect({ row, request }).toMatchObject({ row, request: refused(row) });
      // of two owners of an address any may have answered
      const anyOwner = exchanges.some(({ met }) => met.length > 0);
      if (anyOwner) expect(said).toContainEqual(recorded(row));
      else expect({ row, said }).toEqual({ row, said: [recorded(row)] });
    }
  });
});

it('only the five probes with two owners leave anything open', async () => {
  const open: string[] = [];
  for (const state of states) {
    const { value: network } = await readSnapshot(`${MODELS}${state}`);
    for (const row of rowsOf(state)) {
      const exchanges = network === undefined ? [] : walk(network, row);
      if (exchanges.some(({ met }) => met.length > 0)) open.push(`${state} ${row.from} ${row.dst}`);
    }
  }
  expect(new Set(open)).toEqual(new Set(['multi-host controller-1 169.254.169.254']));
  expect(open).toHaveLength(5);
});

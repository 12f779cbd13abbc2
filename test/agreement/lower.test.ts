import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import { parseAddress } from '../../src/packet/address.ts';
import type { Probe } from '../../src/packet/exchange.ts';
import { PROTOCOL, TCP_FLAG } from '../../src/packet/field.ts';
import { only } from '../../src/packet/ranges.ts';
import { readSnapshot } from '../../src/parse/snapshot.ts';
import { everyEnd, greatest, inputsOf, least } from '../lower/ends.ts';

/** One line of `kernel-verdicts.jsonl`. */
interface Row {
  readonly from: string;
  readonly proto: 'icmp' | 'tcp' | 'udp';
  readonly dst: string;
  readonly dport?: number;
  readonly result: 'reply' | 'timeout' | 'EPERM';
  readonly answered_by?: string;
}

const MODELS = join(import.meta.dirname, '../../models/nova-network');
const NUMBER = { icmp: PROTOCOL.ICMP, tcp: PROTOCOL.TCP, udp: PROTOCOL.UDP } as const;
const nameOf = (node: string): string => (node === 'gw' ? 'gateway' : node);

/** The row's packets: what an ordinary process sends to that address and port. */
const probeOf = ({ from, proto, dst, dport = 0 }: Row): Probe => ({
  source: { kind: 'socket', node: nameOf(from), bound: false },
  state: 'fresh',
  back: true,
  packets: {
    dst: only(parseAddress(dst) ?? Number.NaN),
    proto: only(NUMBER[proto]),
    sport: [[32768, 60999]],
    dport: only(dport),
    icmpType: only(8),
    icmpCode: only(0),
    tcpFlags: only(TCP_FLAG.SYN),
    tos: only(0),
    ttl: only(64),
    mark: only(0),
    fragment: only(0),
    badChecksum: only(0),
  },
});

describe.each(readdirSync(MODELS).filter((name) => name !== 'README.md' && name !== 'as-posted'))('%s', (state) => {
  const folder = join(MODELS, state);
  const rows = readFileSync(join(folder, 'kernel-verdicts.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  // two nodes of one state own the metadata address, and either may answer
  const ownersOf = ({ from, dst }: Row, by: string): readonly string[] =>
    state === 'multi-host' && from === 'controller-1' && dst === '169.254.169.254'
      ? ['compute-1', 'compute-2']
      : [nameOf(by)];
  let network: Network;
  beforeAll(async () => {
    const { value } = await readSnapshot(folder);
    if (value === undefined) throw new Error(`${state} cannot be read`);
    network = value;
  });

  it('ends every packet as the kernel did, at the node that answered it, whatever is unknown', () => {
    for (const row of rows) {
      const program = lower(network, probeOf(row));
      const ends = [least, greatest].flatMap((pick) => everyEnd(program, inputsOf(program, pick)));
      const answered = ends.map(({ reply }) => reply.kind === 'delivered');
      expect([row, new Set(answered)]).toEqual([row, new Set([row.result === 'reply'])]);
      if (row.answered_by === undefined) continue;
      const nodes = new Set(ends.map(({ request }) => (request.kind === 'delivered' ? request.node : request.kind)));
      expect([row, nodes]).toEqual([row, new Set(ownersOf(row, row.answered_by))]);
    }
  });

  it('says the same twice, byte for byte', () => {
    const [row] = rows;
    if (row === undefined) throw new Error('no rows');
    const text = (): string =>
      JSON.stringify([lower(network, probeOf(row)).steps, lower(network, probeOf(row)).assumptions]);
    expect(text()).toBe(text());
  });
});

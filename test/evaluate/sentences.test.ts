import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import type { Exchange, Walk } from '../../src/network/trace.ts';
import { parseAddress } from '../../src/packet/address.ts';
import { PROTOCOL, TCP_FLAG } from '../../src/packet/field.ts';
import { packet } from '../../src/packet/packet.ts';
import { readSnapshot } from '../../src/parse/snapshot.ts';
import { probeFrom } from './ask.ts';

const MODELS = join(import.meta.dirname, '..', '..', 'models', 'nova-network');
const NUMBER = { icmp: PROTOCOL.ICMP, tcp: PROTOCOL.TCP, udp: PROTOCOL.UDP } as const;

interface Row {
  readonly from: string;
  readonly proto: keyof typeof NUMBER;
  readonly dst: string;
  readonly dport?: number;
}

const rowsOf = (state: string): readonly Row[] =>
  readFileSync(join(MODELS, state, 'kernel-verdicts.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
    .filter(({ dport = 80 }) => dport === 80 || dport === 9999);

/** Everything that an exchange says: each hop, each fate, and what it leaves open. */
function sentences({ walks, disposition, met }: Exchange): readonly string[] {
  const hops = ({ hops: all, copies }: Walk): readonly string[] => [
    ...all.map(({ node, hook, text, verdict }) => `${node} ${hook}: ${text} -> ${verdict}`),
    ...copies.flatMap(hops),
  ];
  const fates = [disposition.request, disposition.reply].map((fate) => JSON.stringify(fate));
  return [...walks.flatMap(hops), ...fates, ...met.map(({ unknown }) => `open ${unknown.id}: ${unknown.reason}`)];
}

async function told(state: string): Promise<string> {
  const { value: network } = await readSnapshot(join(MODELS, state));
  if (network === undefined) throw new Error(`${state} is not read`);
  const all = rowsOf(state).flatMap(({ from, proto, dst, dport = 0 }) => {
    const header = proto === 'icmp' ? { icmpType: 8, icmpId: 1 } : { sport: 40000, dport };
    const flags = proto === 'tcp' ? { tcpFlags: TCP_FLAG.SYN } : {};
    const first = packet({ dst: parseAddress(dst) ?? 0, proto: NUMBER[proto], ...header, ...flags });
    const source = from === 'gw' ? 'gateway' : from;
    return explore(network, probeFrom(source), { packet: first, states: new Map() }).flatMap(sentences);
  });
  return `${[...new Set(all)].sort().join('\n')}\n`;
}

describe('every sentence that the evaluator says of the recorded probes', () => {
  for (const state of ['single-host', 'floating-ip', 'multi-host', 'one-vm-eth2-down'])
    it(`of ${state} is as it was read and found right`, async () => {
      await expect(await told(state)).toMatchFileSnapshot(`../golden/sentences/${state}.txt`);
    });
});

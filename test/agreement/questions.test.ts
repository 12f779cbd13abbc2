import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, close, type Finding, load, type Network, printAddress } from '../../src/index.ts';

const MODELS = 'models/nova-network';

/** One probe that a real kernel answered or did not, as recorded. */
interface Verdict {
  readonly from: string;
  readonly proto: string;
  readonly dst: string;
  readonly dport?: number;
  readonly result: 'reply' | 'timeout' | 'EPERM';
  readonly answered_by?: string;
  readonly seen_from?: string;
  readonly reply_from?: string;
}

const nodeName = (name: string): string => (name === 'gw' ? 'gateway' : name);
const read = (file: string): Verdict[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Verdict);

/** Every packet of such a class fares alike in these networks: no rule of theirs looks at source ports, ids or lengths. */
const QUANTIFIERS = [(from: string) => `can ${from} reach`, (from: string) => `does ${from} always reach`] as const;

const questionsOf = ({ from, proto, dst, dport }: Verdict): string[] =>
  QUANTIFIERS.map(
    (of) => `${of(nodeName(from))} ${dst} over ${proto}${dport === undefined ? '' : ` port ${dport}`} and back`,
  );

/** What the finding says of everything that the kernel's verdict tells. */
function told(finding: Finding, verdict: Verdict): object {
  const { request, reply } = finding;
  const owners = [request?.node, ...(request?.alternatives ?? [])];
  return {
    result: finding.answer === 'yes' ? 'reply' : finding.answer,
    ...(verdict.answered_by === undefined
      ? {}
      : { answered_by: owners.includes(nodeName(verdict.answered_by)) ? nodeName(verdict.answered_by) : owners }),
    ...(verdict.seen_from === undefined ? {} : { seen_from: printAddress(request?.src ?? 0) }),
    ...(verdict.reply_from === undefined ? {} : { reply_from: printAddress(reply?.src ?? 0) }),
  };
}

const wanted = ({ result, answered_by, seen_from, reply_from }: Verdict): object => ({
  result: result === 'reply' ? 'reply' : 'no',
  ...(answered_by === undefined ? {} : { answered_by: nodeName(answered_by) }),
  ...(seen_from === undefined ? {} : { seen_from }),
  ...(reply_from === undefined ? {} : { reply_from }),
});

const networks = new Map<string, Promise<Network>>();
const networkOf = (model: string): Promise<Network> => {
  const network = networks.get(model) ?? load(`${MODELS}/${model}`);
  networks.set(model, network);
  return network;
};

afterAll(close);

const models = readdirSync(MODELS, { withFileTypes: true })
  .filter((one) => one.isDirectory() && readdirSync(`${MODELS}/${one.name}`).includes('kernel-verdicts.jsonl'))
  .map(({ name }) => name);

it('all recorded verdicts are asked about', () => {
  const counts = models.map((model) => read(`${MODELS}/${model}/kernel-verdicts.jsonl`).length);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(2845);
});

describe.each(models)('what is proved of %s is what the kernel did', (model) => {
  const verdicts = read(`${MODELS}/${model}/kernel-verdicts.jsonl`);
  const senders = [...new Set(verdicts.map(({ from }) => from))];

  it.each(senders)('from %s', { timeout: 300_000 }, async (sender) => {
    const network = await networkOf(model);
    const wrong: object[] = [];
    for (const verdict of verdicts.filter(({ from }) => from === sender))
      for (const question of questionsOf(verdict)) {
        const [says, should] = [told(await ask(network, question), verdict), wanted(verdict)];
        if (JSON.stringify(says) !== JSON.stringify(should)) wrong.push({ question, says, should });
      }
    expect(wrong).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Engine } from '../../src/engine/engine.ts';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import { answer } from '../../src/question/answer.ts';
import { plainest } from '../../src/question/corners.ts';
import type { Finding } from '../../src/question/finding.ts';
import { InternalError } from '../../src/question/internal.ts';
import { classesOf } from '../../src/question/packets.ts';
import { parseQuestion } from '../../src/question/parse.ts';
import type { Question, Reach } from '../../src/question/question.ts';
import { address, pair } from './networks.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await z3Engine();
});
afterAll(() => engine.close());

const NETWORK = pair();
const question = (text: string, network: Network = NETWORK): Question => parseQuestion(text, network).value as Question;
const ask = (text: string, with_: Engine = engine): Promise<Finding> => answer(question(text), NETWORK, with_);

describe('can', () => {
  it('yes: a packet, with the way that it took and the answer to it', async () => {
    expect(await ask('can a reach 10.0.0.2 over icmp')).toMatchObject({
      answer: 'yes',
      witness: { packet: { src: address('10.0.0.1'), dst: address('10.0.0.2'), proto: 1, icmpType: 8 } },
      request: { delivered: true, node: 'b', alternatives: [], src: address('10.0.0.1'), dst: address('10.0.0.2') },
      reply: { delivered: true, node: 'a', src: address('10.0.0.2'), dst: address('10.0.0.1') },
      unknowns: [],
    });
  });

  it('no: a proof, what it ranges over, and one of its packets', async () => {
    const finding = await ask('can a reach 10.0.0.9 over udp port 53');
    expect(finding).toMatchObject({
      answer: 'no',
      witness: null,
      proof: { example: { packet: { dst: address('10.0.0.9') } } },
      request: { delivered: false, fate: { kind: 'dropped', reason: 'no neighbour' } },
      reply: { delivered: false },
    });
    expect(finding.proof?.corners).toBeGreaterThanOrEqual(16);
    expect(finding.proof?.over).toBe(
      'every udp datagram from a to 10.0.0.9 with any source port of 32768-60999, destination port 53, any length of 28-1500, the first of its flow',
    );
  });

  it('a node is reached by one of its addresses, and only if it is that node', async () => {
    expect(await ask('can a reach b over icmp')).toMatchObject({ answer: 'yes', request: { node: 'b' } });
    expect(await ask('can b reach a over tcp port 22 and back')).toMatchObject({
      answer: 'yes',
      request: { node: 'a' },
    });
  });

  it('what leaves is the yes of `outside`, and unknown for what must arrive', async () => {
    expect(await ask('can b reach outside over icmp')).toMatchObject({
      answer: 'yes',
      request: { fate: { kind: 'leaves', node: 'b', interface: 'eth1' } },
    });
    expect(await ask('can b reach outside via b:eth1 over icmp')).toMatchObject({ answer: 'yes' });
    expect(await ask('can b reach 192.0.2.7 over icmp')).toMatchObject({
      answer: 'unknown',
      witness: { packet: { dst: address('192.0.2.7') } },
      unknowns: [{ reason: expect.stringContaining('b:eth1') }],
    });
    expect(await ask('can b reach outside over icmp and back')).toMatchObject({
      answer: 'unknown',
      unknowns: [{ reason: expect.stringContaining('b:eth1') }],
    });
  });
});

describe('always', () => {
  it('yes: a proof', async () => {
    expect(await ask('does a always reach 10.0.0.2 over icmp and back')).toMatchObject({
      answer: 'yes',
      witness: null,
      request: { delivered: true },
      reply: { delivered: true },
    });
  });

  it('no: a packet that does not arrive', async () => {
    expect(await ask('does a always reach b over icmp')).toMatchObject({
      answer: 'no',
      witness: { packet: { dst: address('192.0.2.1') } },
      request: { delivered: false },
    });
  });

  it('each protocol of the class must arrive, and be answered where that is asked', async () => {
    expect(await ask('does a always reach 10.0.0.2')).toMatchObject({ answer: 'yes' });
    expect(await ask('does a always reach 10.0.0.2 and back')).toMatchObject({
      answer: 'no',
      request: { delivered: true },
      reply: { delivered: false },
    });
  });
});

describe('the evaluator has the last word', () => {
  const lying = (answered: Answer | ((inputs: number) => Answer)): Engine => ({
    ...engine,
    solve: async () => answered as Answer,
  });
  const effort = { rlimit: 0, ms: 0 };

  it('a proof of what it can show to be wrong is an internal error', async () => {
    await expect(ask('can a reach 10.0.0.2 over icmp', lying({ kind: 'none', effort }))).rejects.toThrow(InternalError);
    await expect(ask('does a always reach 10.0.0.9 over icmp', lying({ kind: 'none', effort }))).rejects.toThrow(
      InternalError,
    );
  });

  it('a witness that it does not confirm is an internal error, with both traces', async () => {
    const reach = question('can a reach 10.0.0.9 over icmp') as Reach;
    const packets = classesOf(reach, NETWORK)[0]?.packets ?? {};
    const program = lower(NETWORK, { source: reach.source, packets, state: 'fresh', back: false });
    const found = lying({ kind: 'found', inputs: plainest(program, new Map()), effort });
    await expect(ask('can a reach 10.0.0.9 over icmp', found)).rejects.toThrow(
      /no neighbour[^]*program:[^]*no neighbour/,
    );
  });

  it('an engine that gives up is no answer', async () => {
    expect(
      await ask('can a reach 10.0.0.9 over icmp', lying({ kind: 'gave up', reason: 'rlimit', effort })),
    ).toMatchObject({ answer: 'unknown', unknowns: [{ reason: expect.stringContaining('budget') }] });
  });
});

describe('services', () => {
  it('every pair of nodes on the segment must be answered', async () => {
    const finding = await ask('is ssh always allowed');
    expect(finding).toMatchObject({
      question: 'is ssh always allowed',
      answer: 'yes',
      witness: null,
      request: { delivered: true },
      reply: { delivered: true },
    });
    expect(finding.proof?.corners).toBeGreaterThanOrEqual(32);
  });

  it('without a server nothing is concluded', async () => {
    expect(await ask('is dhcp always allowed')).toMatchObject({
      answer: 'unknown',
      witness: null,
      unknowns: [{ reason: expect.stringContaining('DHCP server') }],
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  type Change,
  type Compared,
  change,
  check,
  close,
  differ,
  type Finding,
  InputError,
  load,
  type Network,
  parseAddress,
} from '../../src/index.ts';

let single: Network;
let oneVm: Network;
let multi: Network;
beforeAll(async () => {
  [single, oneVm, multi] = (await Promise.all(
    ['single-host', 'one-vm', 'multi-host'].map((name) => load(`models/nova-network/${name}`)),
  )) as [Network, Network, Network];
});
afterAll(close);

const insert = (text: string): Change => ({ option: '--insert', text });
const reasons = ({ unknowns }: Finding): string[] => unknowns.map(({ reason }) => reason);
const LIMIT = '-m limit --limit 1/s';

describe('what a snapshot cannot show', () => {
  it.each(['can controller-1 reach 10.0.0.2 over icmp', 'does controller-1 always reach 10.0.0.2 over icmp'])(
    'where it decides, `%s` is unknown and names it',
    async (question) => {
      const finding = await ask(change(oneVm, insert(`compute-1:-t filter -I FORWARD 1 ${LIMIT} -j DROP`)), question);
      expect(finding).toMatchObject({ answer: 'unknown', witness: { packet: { dst: parseAddress('10.0.0.2') } } });
      expect(reasons(finding)).toEqual([expect.stringContaining('-m limit')]);
      expect(finding.unknowns[0]?.origin).toMatchObject({
        node: 'compute-1',
        text: expect.stringContaining('--limit'),
      });
    },
  );

  it('where it does not decide, it is not named', async () => {
    const accepting = change(oneVm, insert(`compute-1:-t filter -I FORWARD 1 ${LIMIT} -j ACCEPT`));
    expect(await ask(accepting, 'does controller-1 always reach 10.0.0.2 over icmp and back')).toMatchObject({
      answer: 'yes',
      unknowns: [],
    });
    const other = change(oneVm, insert(`compute-1:-t filter -I FORWARD 1 -p tcp ${LIMIT} -j DROP`));
    expect(await ask(other, 'can controller-1 reach 10.0.0.2 over icmp')).toMatchObject({
      answer: 'yes',
      unknowns: [],
    });
    expect(await ask(other, 'can controller-1 reach 10.0.0.2')).toMatchObject({ answer: 'yes', unknowns: [] });
    expect(await ask(other, 'does controller-1 always reach 10.0.0.2 over tcp')).toMatchObject({ answer: 'unknown' });
  });

  it('of two owners either may answer: alternatives, or unknown where it matters who does', async () => {
    const both = await ask(multi, 'can controller-1 reach 169.254.169.254 over tcp port 80 and back');
    expect(both.answer).toBe('yes');
    expect([both.request?.node, ...(both.request?.alternatives ?? [])].sort()).toEqual(['compute-1', 'compute-2']);
    const one = await ask(multi, 'can controller-1 reach compute-1 over tcp port 80 with dst 169.254.169.254');
    expect(one.answer).toBe('unknown');
    expect(reasons(one)).toEqual([expect.stringContaining('ambiguous owner')]);
  });
});

describe('states', () => {
  it('INVALID is dropped first, ESTABLISHED let through, any state thus not always delivered', async () => {
    const to = 'reach 10.0.0.2 over icmp';
    expect(await ask(single, `can controller-1 ${to} with ct state INVALID`)).toMatchObject({
      answer: 'no',
      request: { fate: { origin: { text: expect.stringContaining('INVALID') } } },
    });
    expect(await ask(single, `does controller-1 always ${to} with ct state ESTABLISHED`)).toMatchObject({
      answer: 'yes',
    });
    expect(await ask(single, `does controller-1 always ${to} in any state`)).toMatchObject({
      answer: 'no',
      request: { fate: { origin: { text: expect.stringContaining('INVALID') } } },
    });
  });
});

describe('services', () => {
  it.each([
    ['is dhcp always allowed', 'yes'],
    ['is dhcp always allowed in any state', 'no'],
    ['is metadata always allowed', 'yes'],
    ['is dns always allowed', 'yes'],
    ['is ssh always allowed between controller-1 and vm-cirros', 'yes'],
    ['is ping always allowed between compute-1 and vm-cirros', 'no'],
  ])('%s: %s', async (question, answer) => {
    expect(await ask(single, question)).toMatchObject({ question, answer });
  });

  it('a request that is flooded is told where it was to go', async () => {
    expect(await ask(single, 'is dhcp always allowed between vm-cirros and controller-1')).toMatchObject({
      request: { delivered: true, node: 'controller-1', src: 0, dst: 0xffffffff },
    });
  });
});

it('check answers a file of policies', async () => {
  const text =
    'version: 1\npolicies:\n  - { id: a, ask: can controller-1 reach vm-cirros over icmp and back, expect: yes }\n  - { id: b, ask: is dhcp always allowed, expect: no }\n';
  expect(await check(single, text)).toMatchObject([
    { id: 'a', expect: 'yes', finding: { answer: 'yes' } },
    { id: 'b', expect: 'no', finding: { answer: 'yes' } },
  ]);
  await expect(check(single, 'version: 1\n')).rejects.toThrow(/policies.yaml:1:1/);
  await expect(ask(single, 'can nobody reach vm-cirros')).rejects.toThrow(InputError);
});

it('same input, same answer', async () => {
  const { ms: _, ...once } = await ask(single, 'can vm-cirros reach world');
  const { ms: __, ...twice } = await ask(single, 'can vm-cirros reach world');
  expect(twice).toEqual(once);
});

it('allow_same_net_traffic = false changes what the controller sends to the guest, and nothing else', async () => {
  const compared: Compared[] = [];
  for await (const one of differ(oneVm, await load('models/nova-network/one-vm-same-net-false'))) compared.push(one);
  expect(compared.map(({ source }) => source.node)).toEqual([
    'compute-1',
    'compute-2',
    'controller-1',
    'vm-cirros',
    'gateway',
    'lan',
    'world',
  ]);
  expect(compared.flatMap(({ unknowns }) => unknowns)).toEqual([]);
  const differences = compared.flatMap((one) => one.differences);
  expect(differences.map(({ source, before, after }) => [source.node, before, after]).sort()).toEqual([
    ['controller-1', 'delivered at vm-cirros; no reply', 'dropped at compute-1; no reply'],
    ['controller-1', 'delivered at vm-cirros; reply delivered at controller-1', 'dropped at compute-1; no reply'],
  ]);
  expect(differences[0]?.new.exchange.disposition.request).toMatchObject({
    origin: { text: expect.stringContaining('sg-fallback') },
  });
});

import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../src/report/paint.ts';
import { type Kernel, type Replay, replayReport, replayStatus, replayText } from '../../src/report/replay.ts';
import type { Beside } from '../../src/report/side-by-side.ts';
import { halfway, ip } from './findings.ts';

const { witness } = halfway;
if (witness === null) throw new Error('a finding without witness');
const { exchange } = witness;
const [request] = exchange.walks;
const told = request?.hops.filter(({ table }) => table === 'filter') ?? [];
const steps = told.map(({ chain = '', rule, verdict }) => ({
  chain,
  ...(rule === undefined ? {} : { rule }),
  verdict: verdict.toLowerCase(),
}));
const passage = { node: 'compute-1', table: 'filter', chain: 'FORWARD', hops: steps };

const kernel: Kernel = {
  release: '6.18.0',
  delivered: [{ node: 'vm-cirros-b', interface: 'eth0', src: ip('10.0.0.1'), sport: 0, dst: ip('10.0.0.3'), dport: 0 }],
  answered: false,
  errno: 'EHOSTUNREACH',
  errors: [{ node: 'controller-1', type: 3, code: 1 }],
};
const same: readonly Beside[] = [{ expected: { ...passage, told }, seen: passage, same: true }];
const AGREED: Replay = { exchange, reasons: [], kernel, pairs: same, differences: [] };
const lines = (replay: Replay): readonly string[] => replayText(replay, PLAIN).split('\n');
const rowOf = (replay: Replay, rule: string): string | undefined =>
  lines(replay).find((line) => line.includes(` ${rule} `));
const last = (replay: Replay): string | undefined => lines(replay).at(-2);

describe('a replay in text', () => {
  it('puts what the kernel did with a rule beside what the model says of it', () => {
    const [rule] = told;
    expect(rowOf(AGREED, `filter ${rule?.chain}:${rule?.rule}`)).toMatch(/ jump +jump$/);
    expect(lines(AGREED)).toContainEqual(expect.stringMatching(/^ +model +kernel$/));
  });

  it('tells where the kernel delivered it, as what, whether it was answered, and what the socket was told', () => {
    const text = lines(AGREED).join('\n');
    expect(text).toContain('kernel    delivered to vm-cirros-b (eth0) as 10.0.0.1 -> 10.0.0.3\n');
    expect(text).toContain('no answer: EHOSTUNREACH\n');
    expect(text).toContain('icmp type 3 code 1 came to controller-1\n');
  });

  it('ends with one line: agree, disagree, or not replayed', () => {
    expect(last(AGREED)).toBe('agree');
    expect(last({ ...AGREED, differences: ['answered: model yes; kernel no'] })).toBe('disagree');
    expect(last({ exchange, reasons: ['only root may'], differences: [] })).toBe('not replayed');
    expect(last({ ...AGREED, differences: ['x'], incomplete: true })).toMatch(/^unknown: /);
  });

  it('shows a rule that only one of them asked, and where', () => {
    const short = { ...passage, hops: steps.slice(0, -1) };
    const one: Replay = {
      ...AGREED,
      pairs: [{ expected: { ...passage, told }, seen: short, same: false }],
      differences: ['x'],
    };
    const rule = told.at(-1);
    expect(rowOf(one, `filter ${rule?.chain}:${rule?.rule}`)).toMatch(/ -$/);
    const more = { ...AGREED, pairs: [...same, { seen: { ...passage, node: 'z' }, same: false }], differences: ['x'] };
    expect(lines(more).filter((line) => /^ {2}z .* - +\S+/.test(line))).toHaveLength(steps.length);
  });

  it('says why rules are not shown, and why nothing was sent', () => {
    expect(lines({ ...AGREED, untraced: 'not installed: nft' }).join('\n')).toContain('not known: not installed: nft');
    expect(lines({ exchange, reasons: ['only root may'], differences: [] })).toContain('  only root may');
  });

  it('says first what the question was answered', () => {
    expect(lines({ ...AGREED, finding: halfway })[0]).toMatch(/^no: /);
  });
});

describe('a replay as JSON', () => {
  const json = (replay: Replay): Record<string, any> => JSON.parse(replayReport(replay)) as Record<string, any>;

  it('holds the packet, both ways, and the result', () => {
    const all = json({ ...AGREED, finding: halfway });
    expect(all).toMatchObject({ schemaVersion: '1', question: halfway.question, answer: 'no', result: 'agree' });
    expect(all['packet']).toMatchObject({ src: '10.0.0.1', dst: '10.0.0.3' });
    expect(all['model'].trace.length).toBeGreaterThan(told.length);
    expect(all['kernel']).toMatchObject({
      release: '6.18.0',
      delivered: [{ node: 'vm-cirros-b', interface: 'eth0', src: '10.0.0.1', dst: '10.0.0.3' }],
      answered: false,
      from: null,
      errno: 'EHOSTUNREACH',
    });
    expect(all['kernel'].rules).toEqual(
      steps.map((step) => ({ node: 'compute-1', table: 'filter', rule: null, ...step })),
    );
    expect(all['summary']).toEqual({ exitCode: 0 });
  });

  it('has no rules where none were traced, and no kernel where nothing was sent', () => {
    expect(json({ ...AGREED, untraced: 'not installed: nft' })['kernel']).toMatchObject({ rules: null });
    expect(json({ exchange, reasons: ['why'], differences: [] })).toMatchObject({ kernel: null, reasons: ['why'] });
  });
});

it.each([
  [0, AGREED],
  [1, { ...AGREED, differences: ['x'] }],
  [3, { ...AGREED, differences: ['x'], incomplete: true }],
  [3, { reasons: ['why'], differences: [] }],
] as const)('the status is %i', (status, replay) => {
  expect(replayStatus(replay)).toBe(status);
});

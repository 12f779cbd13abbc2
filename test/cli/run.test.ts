import { describe, expect, it } from 'vitest';
import { explainInternal } from '../../src/cli/internal.ts';
import type { Finding } from '../../src/question/finding.ts';
import { InternalError } from '../../src/question/internal.ts';
import { shown } from '../report/findings.ts';
import { netqed, SINGLE_HOST } from './captured.ts';

const exchangeOf = ({ witness }: Finding) => {
  if (witness === null) throw new Error('no witness');
  return witness.exchange;
};

describe('a mistake of netqed itself', () => {
  it('is status 70, never an answer', async () => {
    const boom = (): never => {
      throw new Error('boom');
    };
    const { status, out, err } = await netqed(['show', SINGLE_HOST], { out: boom });
    expect({ status, out }).toEqual({ status: 70, out: '' });
    expect(err).toMatch(/^netqed: internal error: no answer is given\n.*boom/);
    expect(err).toContain('please report it');
  });

  it('prints what the evaluator and the program say, where those disagree', () => {
    const exchange = exchangeOf(shown);
    const program = [
      { request: { kind: 'dropped', node: 'x', reason: 'ttl' }, reply: { kind: 'none', reason: 'y' } },
    ] as const;
    const text = explainInternal(new InternalError('the evaluator contradicts a proof', exchange, program));
    expect(text).toContain('the evaluator contradicts a proof');
    expect(text).toContain('-A nova-compute-inst-10 -s 10.0.0.0/24 -j ACCEPT');
    expect(text).toContain('"reason":"ttl"');
    expect(text).toContain('please report it');
  });
});

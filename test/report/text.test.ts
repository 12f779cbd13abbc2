import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Paint } from '../../src/report/paint.ts';
import { PLAIN } from '../../src/report/paint.ts';
import { PLAIN_TEXT, textReport } from '../../src/report/text.ts';
import { halfway, open, refuted, shown } from './findings.ts';

const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;

const FINDINGS = { refuted, shown, halfway, open };

describe('the text report', () => {
  for (const [name, finding] of Object.entries(FINDINGS)) {
    it(`prints ${name} as it did`, async () => {
      await expect(textReport(finding)).toMatchFileSnapshot(`../golden/${name}.txt`);
    });
    it(`keeps ${name} within 100 columns, in both details`, () => {
      for (const detail of ['deciding', 'every'] as const)
        for (const line of textReport(finding, { detail, paint: PLAIN }).split('\n'))
          expect(line).toSatisfy((text: string) => text.length <= 100);
    });
    it(`begins ${name} with its answer`, () => {
      expect(textReport(finding)).toMatch(new RegExp(`^${finding.answer}: `));
    });
  }

  it('prints every hop of every leg where that is asked', async () => {
    const text = textReport(shown, { detail: 'every', paint: PLAIN });
    await expect(text).toMatchFileSnapshot('../golden/shown-verbose.txt');
    const hops = shown.witness?.exchange.walks.flatMap((walk) => walk.hops) ?? [];
    expect(hops.length).toBeGreaterThan(5);
    for (const hop of hops) expect(text).toContain(hop.verdict);
  });

  it('quotes the deciding rule with its file and line', () => {
    expect(textReport(refuted)).toContain('compute-1/iptables-save.txt:78: -A nova-compute-sg-fallback -j DROP');
  });

  it('says a repeated unknown once, and how to supply what is missing', () => {
    const text = textReport(open);
    expect(text.split('-m limit depends on what came before').length).toBe(2);
    expect(text).toContain('--set');
  });

  it('prints no escape sequence unless it is given paint, and the same words with it', () => {
    const paint: Paint = { good: bold, bad: bold, doubtful: bold, strong: bold, faint: bold };
    const painted = textReport(refuted, { ...PLAIN_TEXT, paint });
    expect(textReport(refuted)).not.toContain('\u001b');
    expect(painted).toContain('\u001b');
    expect(stripVTControlCharacters(painted)).toBe(textReport(refuted));
  });
});

describe('the text report of two owners', () => {
  it('names the other nodes that may get the request', () => {
    const owned = { ...shown, request: { ...shown.request, alternatives: ['compute-2'] } } as typeof shown;
    expect(textReport(owned)).toMatch(/^or +delivered to compute-2 instead/m);
    expect(textReport(shown)).not.toMatch(/^or /m);
  });
});

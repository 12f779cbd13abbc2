import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { describe, expect, it } from 'vitest';
import { junitReport } from '../../src/report/junit.ts';
import { halfway, open, shown } from './findings.ts';

const text = junitReport(
  [
    { id: 'a<b', expect: 'yes', finding: shown },
    { id: 'always', expect: 'yes', finding: halfway, why: 'guests boot' },
    { id: 'open', expect: 'no', finding: open },
  ],
  'single-host',
);

const children = (element: XmlElement, name: string): XmlElement[] =>
  element.children.filter((child): child is XmlElement => child instanceof XmlElement && child.name === name);

describe('the JUnit report', () => {
  const root = parseXml(text).root as XmlElement;
  const suite = children(root, 'testsuite')[0] as XmlElement;
  const cases = children(suite, 'testcase');

  it('is one suite with one case a policy', () => {
    expect(suite.attributes).toMatchObject({
      name: 'single-host',
      tests: '3',
      failures: '1',
      errors: '1',
      skipped: '0',
    });
    expect(cases.map(({ attributes }) => attributes['name'])).toEqual([
      `a<b: ${shown.question}`,
      `always: ${halfway.question}`,
      `open: ${open.question}`,
    ]);
  });

  it('leaves a met case empty, fails a violated one, and lets an undecided one be an error', () => {
    expect(cases[0]?.children.length).toBe(0);
    const [failure] = children(cases[1] as XmlElement, 'failure');
    expect(failure?.attributes['message']).toMatch(/^expected yes, but no: .*\(guests boot\)$/);
    expect(failure?.text).toContain('compute-1/iptables-save.txt:78');
    const [error] = children(cases[2] as XmlElement, 'error');
    expect(error?.attributes['type']).toBe('undecided');
    expect(error?.text).toContain('-m limit');
  });

  it('prints what it did', async () => {
    await expect(text).toMatchFileSnapshot('../golden/report.junit.xml');
  });
});

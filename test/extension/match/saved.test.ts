import { describe, expect, it } from 'vitest';
import { ruleOf } from '../ask.ts';

// each row as iptables 1.8.9 saves it
describe('defaults are written out, and what says nothing is left out', () => {
  it.each([
    ['-m hashlimit --hashlimit-name a --hashlimit-above 10mb/s', '--hashlimit-above 10mb/s --hashlimit-name a'],
    [
      '-m hashlimit --hashlimit-name a --hashlimit-above 5/s --hashlimit-burst 10',
      '--hashlimit-above 5/sec --hashlimit-burst 10 --hashlimit-name a',
    ],
    [
      '-m hashlimit --hashlimit-name a --hashlimit-upto 5/s --hashlimit-srcmask 32 --hashlimit-dstmask 32',
      '--hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-name a',
    ],
    [
      '-m hashlimit --hashlimit-name a --hashlimit-upto 5/s --hashlimit-srcmask 24 --hashlimit-dstmask 16',
      '--hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-name a --hashlimit-srcmask 24 --hashlimit-dstmask 16',
    ],
    ['-m limit --limit 1/s --limit-burst 5', '--limit 1/sec'],
    ['-m limit --limit 1/s --limit-burst 6', '--limit 1/sec --limit-burst 6'],
    ['-m limit --limit-burst 6', '--limit 3/hour --limit-burst 6'],
    ['-p ah -m ah --ahspi :', ''],
    ['-p ah -m ah --ahspi 0:5', '--ahspi 0:5'],
    ['-p ah -m ah --ahspi 5:', '--ahspi 5:4294967295'],
    ['-p ah -m ah ! --ahspi :', ''],
    ['-p esp -m esp --espspi :', ''],
    ['-p esp -m esp --espspi 0:5', '--espspi 0:5'],
    ['-p esp -m esp --espspi 5:', '--espspi 5:4294967295'],
    ['-p esp -m esp ! --espspi :', ''],
  ])('%s: %s', (rule, saved) => {
    expect(ruleOf(rule).matches.at(-1)?.text).toBe(`-m ${rule.replace(/.*-m (\w+).*/, '$1')} ${saved}`.trimEnd());
  });
});

import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { lower } from '../../src/lower/lower.ts';
import { build6 } from '../evaluate/six-build.ts';
import { CASES } from '../kernel/six/cases.ts';
import { probeOf, shotOf } from '../kernel/six/shot.ts';
import { comparable, endOfExchange, endsOfProgram } from './ends.ts';

/** Of the questions of a long case, every so manieth; with NETQED_CASES all. */
const STEP = process.env['NETQED_CASES'] === undefined ? 4 : 1;

describe('what a kernel was asked about IPv6', () => {
  for (const [name, { hosts, links, probes }] of CASES)
    it(`ends in a Program as the evaluator walks it: ${name}`, () => {
      const network = build6(hosts, links);
      // whether a program is in the group of an address that the node has not, a Program leaves open
      const asked = probes.filter((text, n) => !text.includes('ff02::1:ff') && (probes.length < 20 || n % STEP === 0));
      const both = asked.map((text, n) => {
        const shot = shotOf(text, n);
        const walked = explore(network, probeOf(shot), { packet: shot.packet, states: new Map() });
        const run = endsOfProgram(lower(network, probeOf(shot)), shot.packet);
        return { text, walked: comparable(walked.map(endOfExchange)), ended: comparable(run.ends) };
      });
      expect(both.filter(({ walked, ended }) => walked.join() !== ended.join())).toEqual([]);
    });
});

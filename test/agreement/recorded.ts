import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shot, Verdict } from '../../src/lab/verdict.ts';
import { parseAddress, printAddress } from '../../src/packet/address.ts';
import { packetOf, type Question, shotOf } from './generate/probe.ts';

/** One line of a `kernel-verdicts.jsonl`: what was asked, and what a kernel did. */
export interface Recorded extends Question {
  /** `reply`, `timeout` (no answer; says nothing of the request), or what the asking socket was told. */
  readonly result: string;
  readonly answered_by?: string;
  readonly seen_from?: string;
  readonly reply_from?: string;
  /** Where the request was delivered; absent in recordings that did not look. */
  readonly delivered?: readonly RecordedArrival[];
}

export interface RecordedArrival {
  readonly node: string;
  readonly interface: string;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
}

/** `gw` is the node `gateway` in the tutorial's recordings, which did not look where requests were delivered. */
const nodeNamed = (name: string, { delivered }: Recorded): string =>
  name === 'gw' && delivered === undefined ? 'gateway' : name;

export function readRecorded(folder: string): readonly Recorded[] {
  const text = readFileSync(join(folder, 'kernel-verdicts.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => readLine(JSON.parse(line) as Recorded));
}

const readLine = (line: Recorded): Recorded => ({
  ...line,
  from: nodeNamed(line.from, line),
  dport: line.dport ?? 0,
  ...(line.answered_by === undefined ? {} : { answered_by: nodeNamed(line.answered_by, line) }),
});

/** Folders below `parent` that hold a recording, by name. */
export const recordings = (parent: string): readonly string[] =>
  readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(parent, entry.name)).includes('kernel-verdicts.jsonl'))
    .map(({ name }) => name)
    .sort();

/** What the tutorial's recordings asked, as the lab sends it. */
export const shotsOf = (lines: readonly Recorded[]): readonly Shot[] => lines.map((line, n) => shotOf(line, n));

/** What the lab saw, as a line to record. */
export function record(
  question: Question,
  n: number,
  { arrivals, answered, from, errno }: Verdict,
): Recorded & { readonly sport: number } {
  const first = arrivals[0];
  return {
    ...question,
    sport: packetOf(question, n).sport,
    result: answered ? 'reply' : (errno ?? 'timeout'),
    ...(answered && first !== undefined ? { answered_by: first.node, seen_from: printAddress(first.src) } : {}),
    ...(from === undefined ? {} : { reply_from: printAddress(from) }),
    delivered: arrivals.map((one) => ({ ...one, src: printAddress(one.src), dst: printAddress(one.dst) })),
  };
}

/** The recorded verdict as the lab would give it; only for recordings that say where requests were delivered. */
export function verdictOf({ result, delivered = [], reply_from }: Recorded): Verdict {
  const from = reply_from === undefined ? undefined : parseAddress(reply_from);
  return {
    arrivals: delivered.map((one) => ({ ...one, src: parseAddress(one.src) ?? 0, dst: parseAddress(one.dst) ?? 0 })),
    answered: result === 'reply',
    ...(from === undefined ? {} : { from }),
    ...(result === 'reply' || result === 'timeout' ? {} : { errno: result }),
    errors: [],
  };
}

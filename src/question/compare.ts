import type { Engine, Goal } from '../engine/engine.ts';
import { lower } from '../lower/lower.ts';
import type { Network } from '../network/network.ts';
import type { Exchange } from '../network/trace.ts';
import type { Probe } from '../packet/exchange.ts';
import type { Disposition, Fate } from '../packet/fate.ts';
import type { Assumption, Unknown } from '../packet/place.ts';
import type { Effort } from './answer.ts';
import { corners } from './corners.ts';
import type { Difference } from './differs.ts';
import { InternalError } from './internal.ts';
import { endsOfExchange } from './outcome.ts';
import { preferredOf } from './preferred.ts';
import { witnessOf } from './reach.ts';
import { type Case, programEnds, replay } from './replay.ts';
import { endsOf } from './search.ts';
import type { Inputs } from './start.ts';

export interface Sides<T> {
  readonly old: T;
  readonly new: T;
}

export interface ComparedClass {
  readonly differences: readonly Difference[];
  readonly unknowns: readonly Unknown[];
  readonly assumptions: readonly Assumption[];
  readonly corners: number;
}

/** What counts as a packet's fate: kind and node of the request's and the reply's end. */
export const fateKey = ({ request, reply }: Disposition): string =>
  `${fate(request)}; ${reply.kind === 'none' ? 'no reply' : `reply ${fate(reply)}`}`;
const fate = (one: Fate): string => (one.kind === 'none' ? 'none' : `${one.kind} at ${one.node}`);

/** Finds every pair of fates (before, after) that some packet of the class has and that are not the same. */
export async function compareClass(
  networks: Sides<Network>,
  probe: Probe,
  engine: Engine,
  { budget }: Effort,
): Promise<ComparedClass> {
  const cases: Sides<Case> = { old: caseOf(networks.old, probe), new: caseOf(networks.new, probe) };
  const programs = [cases.old.program, cases.new.program];
  const assumptions = programs.flatMap((program) => program.assumptions);
  const keys = new Set(programs.flatMap((program) => endsOf(program).map(fateKey)));
  const differences: Difference[] = [];
  const known: (readonly [string, string])[] = [];
  for (;;) {
    const goal = otherFates([...keys], known);
    const answer = await engine.solve({ programs, goal, ...(budget === undefined ? {} : { budget }) });
    if (answer.kind === 'none')
      return { differences, unknowns: [], assumptions, corners: differences.length === 0 ? walkCorners(cases) : 0 };
    if (answer.kind === 'gave up')
      return {
        differences,
        unknowns: [{ id: 'budget', reason: `the solver gave up: ${answer.reason} (budget)` }],
        assumptions,
        corners: 0,
      };
    if (answer.kind === 'depends') return { differences, unknowns: answer.unknowns, assumptions, corners: 0 };
    const found = differenceOf(cases, answer.inputs);
    if (known.some(([before, after]) => before === found.before && after === found.after))
      throw new Error(`found twice: ${found.before} → ${found.after}`);
    known.push([found.before, found.after]);
    differences.push(found);
  }
}

const caseOf = (network: Network, probe: Probe): Case => ({ network, probe, program: lower(network, probe) });

const ends = (program: 0 | 1, key: string): Goal => ({ kind: 'ends', program, where: (end) => fateKey(end) === key });

/** Some fate that only one side has, and not one of the pairs that are known. */
function otherFates(keys: readonly string[], known: readonly (readonly [string, string])[]): Goal {
  const differs = keys.map((key): Goal => {
    const [old, now] = [ends(0, key), ends(1, key)];
    return {
      kind: 'any',
      of: [
        { kind: 'all', of: [old, { kind: 'not', of: now }] },
        { kind: 'all', of: [{ kind: 'not', of: old }, now] },
      ],
    };
  });
  const others = known.map(
    ([before, after]): Goal => ({ kind: 'not', of: { kind: 'all', of: [ends(0, before), ends(1, after)] } }),
  );
  return { kind: 'all', of: [{ kind: 'any', of: differs }, ...others] };
}

/** The packet in both networks, as the evaluator walks it. @throws InternalError if it does not fare as was found */
function differenceOf({ old, new: now }: Sides<Case>, inputs: Inputs): Difference {
  const [was, is] = [walkBoth(old, inputs), walkBoth(now, inputs)];
  const [before, after] = [was.fates[0] ?? [], is.fates[0] ?? []];
  const same = before.join() === after.join();
  if (same) throw new InternalError('a packet is said to differ that fares the same', is.runs[0] as Exchange, []);
  return {
    source: old.probe.source,
    before: firstOf(before, after),
    after: firstOf(after, before),
    old: witnessOf(was.runs),
    new: witnessOf(is.runs),
  };
}

/** A fate that the other side has not, else any: one copy of a flooded packet may fare as before. */
const firstOf = (fates: readonly string[], others: readonly string[]): string =>
  fates.find((key) => !others.includes(key)) ?? fates[0] ?? 'none';

interface Walked {
  readonly runs: readonly Exchange[];
  /** For each run, the Program's fates of all copies, sorted. */
  readonly fates: readonly (readonly string[])[];
}

/** Walks a packet through evaluator and Program. @throws InternalError if some run's end is none of the Program's */
function walkBoth(one: Case, inputs: Inputs): Walked {
  const runs = replay(one, inputs, true);
  const fates = runs.map((run) => {
    const ends = programEnds(one, inputs, run);
    const keys = ends.map(fateKey);
    if (!keys.includes(fateKey(run.disposition)))
      throw new InternalError('the evaluator does not confirm a fate', run, ends);
    return [...new Set(keys)].sort();
  });
  return { runs, fates };
}

/** Corner packets of a proof fare the same on both sides. @throws InternalError if one does not */
function walkCorners({ old, new: now }: Sides<Case>): number {
  const packets = corners(now.program, preferredOf(now.network, now.probe));
  for (const inputs of packets) {
    const [was, is] = [replay(old, inputs, true), replay(now, inputs, true)];
    if (fatesOf(was) !== fatesOf(is)) {
      const run = is[0] as Exchange;
      throw new InternalError('the evaluator contradicts a proof of equivalence', run, programEnds(now, inputs, run));
    }
  }
  return packets.length;
}

const fatesOf = (runs: readonly Exchange[]): string =>
  [...new Set(runs.flatMap(endsOfExchange).map(fateKey))].sort().join();

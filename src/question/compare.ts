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

/** The packet in both networks, as the evaluator walks it. @throws InternalError if it fares the same there */
function differenceOf(cases: Sides<Case>, inputs: Inputs): Difference {
  const [old, now] = [replay(cases.old, inputs, true), replay(cases.new, inputs, true)];
  const [before, after] = [keysOf(old), keysOf(now)];
  if (before.join() === after.join())
    throw disagreement('the evaluator does not confirm a difference', cases, inputs, old, now);
  const first = [...before.filter((key) => !after.includes(key)), before[0] ?? ''][0] as string;
  const second = [...after.filter((key) => !before.includes(key)), after[0] ?? ''][0] as string;
  return { source: cases.old.probe.source, before: first, after: second, old: witnessOf(old), new: witnessOf(now) };
}

/** Shows the side on which evaluator and Program part. */
function disagreement(
  message: string,
  cases: Sides<Case>,
  inputs: Inputs,
  old: readonly Exchange[],
  now: readonly Exchange[],
): InternalError {
  const sides = [
    programEnds(cases.old, inputs, old[0] as Exchange),
    programEnds(cases.new, inputs, now[0] as Exchange),
  ] as const;
  const parts = keysOf(old.slice(0, 1)).join() === sides[0].map(fateKey).sort().join();
  return parts
    ? new InternalError(message, now[0] as Exchange, sides[1])
    : new InternalError(message, old[0] as Exchange, sides[0]);
}

const keysOf = (runs: readonly Exchange[]): readonly string[] =>
  [...new Set(runs.flatMap(endsOfExchange).map(fateKey))].sort();

/** Corner packets of a proof fare the same on both sides. @throws InternalError if one does not */
function walkCorners(cases: Sides<Case>): number {
  const packets = corners(cases.new.program, preferredOf(cases.new.network, cases.new.probe));
  for (const inputs of packets) {
    const [old, now] = [replay(cases.old, inputs, true), replay(cases.new, inputs, true)];
    if (keysOf(old).join() !== keysOf(now).join())
      throw disagreement('the evaluator contradicts a proof of equivalence', cases, inputs, old, now);
  }
  return packets.length;
}

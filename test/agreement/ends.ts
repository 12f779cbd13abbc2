import type { Engine, Goal } from '../../src/engine/engine.ts';
import { type Choice, interpret } from '../../src/ir/interpret.ts';
import type { Program, Slot } from '../../src/ir/program.ts';
import type { Exchange } from '../../src/network/trace.ts';
import type { Disposition, Fate } from '../../src/packet/fate.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Ranges } from '../../src/packet/ranges.ts';
import { contains, each, size } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';

/** What one packet comes to for one value of all unknowns: how its copies end, and whether some copy's answer came back. */
export type End = string;

const fate = (of: Fate): string =>
  of.kind === 'delivered' || of.kind === 'leaves'
    ? `${of.kind} ${of.node}:${of.interface}`
    : of.kind === 'unknown'
      ? 'unknown'
      : '';

/** Copies of a flood that arrive nowhere do not count: only the evaluator keeps one for each port. */
const endOf = (requests: readonly Fate[], replies: readonly Fate[]): End => {
  const arrived = [...new Set(requests.map(fate))].filter((text) => text !== '').sort();
  return `${arrived.join(' and ') || 'lost'}; ${replies.some(({ kind }) => kind === 'delivered') ? 'answered' : 'no answer'}`;
};

export const endOfExchange = ({ walks, disposition }: Exchange): End =>
  endOf(
    walks
      .filter(({ leg }) => leg === 'request')
      .flatMap((walk) => [walk.fate, ...walk.copies.map((copy) => copy.fate)]),
    [disposition.reply],
  );

const endOfRun = (all: readonly Disposition[]): End =>
  endOf(
    all.map(({ request }) => request),
    all.map(({ reply }) => reply),
  );

/** What two walks of a packet are compared by. */
export const comparable = (ends: Iterable<End>): readonly End[] => [...new Set(ends)].sort();

/** The values of a range that a run of the interpreter is given: all of a small one, else its corners. */
const valuesOf = (ranges: Ranges<Scalar>): readonly Scalar[] => [
  ...new Set(ranges.flatMap(([low, high]) => (size([[low, high]]) <= 8 ? [...each([[low, high]])] : [low, high]))),
];

/** Of what has many pieces (the MAC addresses of hosts) one value, and those that somebody names. */
const MANY = 100;
const tried = (ranges: Ranges<Scalar>, named: readonly Scalar[]): readonly Scalar[] =>
  named.length === 0 || ranges.length < MANY
    ? valuesOf(ranges)
    : [...new Set([...ranges.slice(-1).map(([, high]) => high), ...named.filter((one) => contains(ranges, one))])];

export interface Runs {
  readonly ends: ReadonlySet<End>;
  /** False where a budget ended it before every combination of unknowns was run. */
  readonly complete: boolean;
}

/** Every end that the interpreter comes to, whatever the unknowns are. `named`: MAC addresses that make a difference. */
export function endsOfProgram(program: Program, start: Packet, named: readonly number[] = [], budget = 256): Runs {
  const inputs = new Map(
    [...program.inputs.keys()].map((slot): [Slot, Scalar] => [slot, start[slot as keyof Packet] ?? 0]),
  );
  const ends = new Set<End>();
  const todo: ReadonlyMap<string, Scalar>[] = [new Map()];
  for (let run = todo.pop(), runs = 0; run !== undefined; run = todo.pop(), runs++) {
    if (runs >= budget) return { ends, complete: false };
    const chosen = new Map(run);
    const choose: Choice = ({ id }, ranges) => {
      const before = chosen.get(id);
      if (before !== undefined) return before;
      const [first = 0, ...others] = tried(ranges, named);
      for (const other of others) todo.push(new Map([...chosen, [id, other]]));
      chosen.set(id, first);
      return first;
    };
    ends.add(endOfRun(interpret(program, inputs, choose)));
  }
  return { ends, complete: true };
}

/** What an engine must answer, by how many of the ends meet a goal: all, none, or some. */
export const expected = (ends: ReadonlySet<End>, meets: (end: End) => boolean): 'found' | 'none' | 'depends' => {
  const meeting = [...ends].filter(meets).length;
  return meeting === ends.size ? 'found' : meeting === 0 ? 'none' : 'depends';
};

export const DELIVERED: Goal = { kind: 'ends', program: 0, where: ({ request }) => request.kind === 'delivered' };
export const ANSWERED: Goal = { kind: 'ends', program: 0, where: ({ reply }) => reply.kind === 'delivered' };
export const isDelivered = (end: End): boolean => end.includes('delivered');
export const isAnswered = (end: End): boolean => end.endsWith('; answered');

/** What the engine says about a goal, of one packet. */
export const ask = async (engine: Engine, program: Program, goal: Goal): Promise<string> =>
  (await engine.solve({ programs: [program], goal })).kind;

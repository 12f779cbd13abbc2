import type { Engine } from '../engine/engine.ts';
import { lower } from '../lower/lower.ts';
import { inFamily } from '../network/family.ts';
import type { Network } from '../network/network.ts';
import type { Exchange } from '../network/trace.ts';
import type { Probe } from '../packet/exchange.ts';
import type { Disposition } from '../packet/fate.ts';
import type { Assumption } from '../packet/place.ts';
import { type Aim, aimOf, arrives, unknownsOf } from './aim.ts';
import { corners } from './corners.ts';
import { distinctBy } from './distinct.ts';
import type { Finding, Witness } from './finding.ts';
import { endsOfExchange, replyOutcome, requestOutcome } from './outcome.ts';
import { describeClasses } from './over.ts';
import { classesOf } from './packets.ts';
import { preferredOf } from './preferred.ts';
import type { Reach } from './question.ts';
import { type Case, confirm, refute, replay, shows } from './replay.ts';
import { endsOf, type Found, search } from './search.ts';
import { simplify } from './simplify.ts';
import type { Inputs } from './start.ts';

/** One class of a question, lowered. */
export interface ReachCase extends Case {
  readonly assumptions: readonly Assumption[];
}

/** The classes of a question as Programs, one after the other as they are needed. */
export function* casesOf(question: Reach, all: Network): Iterable<ReachCase> {
  const { family, source, state, back } = question;
  const network = inFamily(all, family);
  for (const { packets, assumptions } of classesOf(question, network)) {
    const probe: Probe = { ...(family === undefined ? {} : { family }), source, packets, state, back };
    const program = lower(network, probe);
    yield { network, probe, program, assumptions: [...assumptions, ...program.assumptions] };
  }
}

interface Doubt {
  readonly one: ReachCase;
  readonly found: Extract<Found, { kind: 'unknown' }>;
}

/**
 * `can`: one packet of the question that arrives decides it; `always`: one that does not. Where there is none in any
 * class, and nothing out of sight could be one, that is the proof.
 */
export async function answerReach(
  question: Reach,
  network: Network,
  engine: Engine,
  budget?: number,
): Promise<Finding> {
  const aim = aimOf(question);
  const doubts: Doubt[] = [];
  const cases: ReachCase[] = [];
  for (const one of casesOf(question, network)) {
    const found = await search(one.program, aim, question.quantifier, engine, budget);
    if (found.kind === 'found') return shown(question, one, found.inputs, aim);
    if (found.kind === 'unknown') doubts.push({ one, found });
    cases.push(one);
  }
  return doubts.length > 0 ? undecided(question, doubts, aim) : proved(question, cases, aim);
}

/** What a packet must end as beyond doubt to decide the question. */
const decisive = ({ quantifier }: Reach, aim: Aim) => (quantifier === 'can' ? aim.certain : aim.possible);
/** What it may end as to leave the question open. */
const perhaps = ({ quantifier }: Reach, aim: Aim) => (quantifier === 'can' ? aim.possible : aim.certain);

function shown(question: Reach, one: ReachCase, inputs: Inputs, aim: Aim): Finding {
  const where = decisive(question, aim);
  confirm(one, inputs, where, question.quantifier);
  const plain = simplify(one, inputs, preferredOf(one.network, one.probe), where, question.quantifier);
  const runs = replay(one, plain, true);
  return {
    question: question.text,
    answer: question.quantifier === 'can' ? 'yes' : 'no',
    witness: witnessOf(runs),
    request: requestOutcome(runs, (fate) => arrives(question.target, fate)),
    reply: replyOutcome(runs),
    unknowns: [],
    assumptions: assumptionsOf([one], runs),
    ms: 0,
  };
}

function proved(question: Reach, cases: readonly ReachCase[], aim: Aim): Finding {
  const where = perhaps(question, aim);
  const walked = cases.flatMap((one) =>
    corners(one.program, preferredOf(one.network, one.probe)).map((inputs) => ({
      one,
      inputs,
      runs: refute(one, inputs, where, question.quantifier),
    })),
  );
  const [first] = walked;
  if (first === undefined) throw new Error(`no packet is meant by: ${question.text}`);
  const runs = replay(first.one, first.inputs, true);
  const classes = cases.map(({ probe }) => probe.packets);
  return {
    question: question.text,
    answer: question.quantifier === 'can' ? 'no' : 'yes',
    witness: null,
    proof: { over: describeClasses(question, classes), corners: walked.length, example: witnessOf(runs) },
    request: requestOutcome(runs, (fate) => arrives(question.target, fate)),
    reply: replyOutcome(runs),
    unknowns: [],
    assumptions: assumptionsOf(
      cases,
      walked.flatMap(({ runs: each }) => each),
    ),
    ms: 0,
  };
}

/** Names exactly what blocked the answer: the engine's unknowns, and whatever the example packet met out of sight. */
function undecided(question: Reach, doubts: readonly Doubt[], aim: Aim): Finding {
  const example = doubts.find(({ found }) => found.inputs !== undefined) ?? (doubts[0] as Doubt);
  const inputs =
    example.found.inputs ??
    (corners(example.one.program, preferredOf(example.one.network, example.one.probe))[0] as Inputs);
  const where = perhaps(question, aim);
  const all = replay(example.one, inputs, true);
  const showing = all.filter((run) => shows(run, where, question.quantifier));
  const runs = showing.length > 0 ? showing : all;
  const doubtful = (end: Disposition): boolean => aim.certain(end) !== aim.possible(end);
  const met = [
    ...doubts.flatMap(({ found }) => found.unknowns),
    ...runs.flatMap((run) => endsOfExchange(run).filter(doubtful).flatMap(unknownsOf)),
  ];
  // what is missing is always named: where the example does not meet it, some other packet does
  const ends = doubts.flatMap(({ one }) => endsOf(one.program).filter(doubtful));
  const unknowns = met.length > 0 ? met : ends.flatMap(unknownsOf);
  return {
    question: question.text,
    answer: 'unknown',
    witness: witnessOf(runs),
    request: requestOutcome(runs, (fate) => arrives(question.target, fate)),
    reply: replyOutcome(runs),
    unknowns: distinctBy(unknowns, ({ id }) => id),
    assumptions: assumptionsOf(
      doubts.map(({ one }) => one),
      runs,
    ),
    ms: 0,
  };
}

/** The packet as its sender's kernel sent it: an unbound socket's source address is the one that it picked. */
export function witnessOf(runs: readonly Exchange[]): Witness {
  const exchange = runs[0] as Exchange;
  const [request] = exchange.walks;
  if (request === undefined) throw new Error('an exchange without a request');
  return { packet: request.sent, exchange };
}

export function assumptionsOf(cases: readonly ReachCase[], runs: readonly Exchange[]): readonly Assumption[] {
  const all = [...cases.flatMap(({ assumptions }) => assumptions), ...runs.flatMap(({ assumptions }) => assumptions)];
  return distinctBy(all, ({ node, text }) => `${node} ${text}`);
}

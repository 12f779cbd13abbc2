/**
 * netqed as a library: read a snapshot, ask questions about every packet of its network, get answers with a witness or a
 * proof. The functions that take plain text throw {@link InputError} for what cannot be read; those that return a
 * `Result` say where and why instead. An engine is started when the first question needs one.
 */
import type { Engine } from './engine/engine.ts';
import { explore } from './evaluate/explore.ts';
import type { Network } from './network/network.ts';
import type { Probe, Start } from './packet/exchange.ts';
import type { Located, Result } from './parse/located.ts';
import { readSnapshot } from './parse/snapshot.ts';
import { type Change, whatIf } from './parse/what-if/what-if.ts';
import { answer, type Effort } from './question/answer.ts';
import { type CheckedPolicy, checkPolicies } from './question/check.ts';
import { type Compared, differ as differWith } from './question/differs.ts';
import type { Finding } from './question/finding.ts';
import { parseQuestion } from './question/parse.ts';
import { parsePolicies } from './question/policy.ts';
import type { Question } from './question/question.ts';
import { printLocated } from './report/located.ts';

export type { Answer, Engine, Goal, Query } from './engine/engine.ts';
export { z3Engine } from './engine/z3/z3.ts';
export { evaluate } from './evaluate/evaluate.ts';
export type { Network, Node } from './network/network.ts';
export type { Exchange, Hop, Walk } from './network/trace.ts';
export { parseAddress, printAddress } from './packet/address.ts';
export type { Probe, Source, Start } from './packet/exchange.ts';
export type { Disposition, DropReason, Fate } from './packet/fate.ts';
export { type Packet, type PacketClass, packet } from './packet/packet.ts';
export type { Assumption, Place, Unknown } from './packet/place.ts';
export type { Located, Result } from './parse/located.ts';
export { parseSnapshot, readSnapshot } from './parse/snapshot.ts';
export { type Change, whatIf } from './parse/what-if/what-if.ts';
export { answer, type Effort } from './question/answer.ts';
export { type CheckedPolicy, checkPolicies } from './question/check.ts';
export type { Compared, Difference } from './question/differs.ts';
export type { Finding, Outcome, Proof, Witness } from './question/finding.ts';
export { InternalError } from './question/internal.ts';
export { parseQuestion } from './question/parse.ts';
export { type Policy, parsePolicies } from './question/policy.ts';
export type { Question, Target } from './question/question.ts';
export { textReport } from './report/text.ts';

/** Something that was given could not be read: where, and what to do about it. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly located: readonly Located[];

  constructor(located: readonly Located[]) {
    super(
      located
        .filter(({ severity }) => severity === 'error')
        .map((one) => printLocated(one))
        .join('\n'),
    );
    this.located = located;
  }
}

function valueOf<T>({ value, located }: Result<T>): T {
  if (value === undefined) throw new InputError(located);
  return value;
}

let engine: Promise<Engine> | undefined;

/** The engine that the functions below share; started with the first question. */
export function defaultEngine(): Promise<Engine> {
  engine ??= import('./engine/z3/z3.ts').then(({ z3Engine }) => z3Engine());
  return engine;
}

/** Closes the shared engine; the next question starts another. A process ends without it, too. */
export async function close(): Promise<void> {
  const running = engine;
  engine = undefined;
  await (await running)?.close();
}

/** Reads a snapshot folder (contract, section 1). @throws InputError */
export const load = async (folder: string): Promise<Network> => valueOf(await readSnapshot(folder));

/** The network after changes, from left to right, as `--set`, `--delete` and `--insert` make them. @throws InputError */
export const change = (network: Network, ...changes: readonly Change[]): Network => valueOf(whatIf(changes, network));

/** Answers `can … reach …`, `does … always reach …` or `is … always allowed` (contract, section 2). @throws InputError */
export const ask = async (network: Network, question: string | Question, effort?: Effort): Promise<Finding> =>
  answer(
    typeof question === 'string' ? valueOf(parseQuestion(question, network)) : question,
    network,
    await defaultEngine(),
    effort,
  );

/** Checks every policy of a `policies.yaml`, given as text. @throws InputError */
export async function check(network: Network, policies: string, effort?: Effort): Promise<readonly CheckedPolicy[]> {
  const parsed = valueOf(parsePolicies(policies, 'policies.yaml', network));
  const checked: CheckedPolicy[] = [];
  for await (const one of checkPolicies(parsed, network, await defaultEngine(), effort)) checked.push(one);
  return checked;
}

/** Compares what two networks do with every packet, source by source. */
export async function* differ(before: Network, after: Network, effort?: Effort): AsyncGenerator<Compared> {
  yield* differWith(before, after, await defaultEngine(), effort);
}

/** Walks one packet through the concrete evaluator, once for every value of the unknowns that it meets. */
export const trace = (network: Network, probe: Probe, start: Start): ReturnType<typeof explore> =>
  explore(network, probe, start);

import type { Engine } from '../engine/engine.ts';
import type { Network } from '../network/network.ts';
import type { Assumption } from '../packet/place.ts';
import { distinctBy } from './distinct.ts';
import type { Finding, Proof } from './finding.ts';
import type { Reach } from './question.ts';
import { answerReach } from './reach.ts';
import type { Needs, ServiceQuestion } from './service/part.ts';
import { needsOf } from './service/table.ts';

/**
 * A service is always allowed if every question that it comes down to is answered yes; the first no decides. A service
 * that nobody is known to offer or to ask for is unknown, never a yes about nothing.
 */
export async function answerService(
  question: ServiceQuestion,
  network: Network,
  engine: Engine,
  budget?: number,
): Promise<Finding> {
  const needs = needsOf(network, question);
  const findings: Finding[] = [];
  for (const part of needs.parts) {
    const finding = await answerReach(part, network, engine, budget);
    if (finding.answer === 'no') return { ...finding, question: question.text, assumptions: assumed([finding], needs) };
    findings.push(finding);
  }
  return together(question, findings, needs);
}

function together(question: ServiceQuestion, findings: readonly Finding[], needs: Needs): Finding {
  const unknowns = [...needs.missing, ...findings.flatMap((one) => one.unknowns)];
  const shared = { question: question.text, assumptions: assumed(findings, needs), unknowns, ms: 0 };
  const [first] = findings;
  if (first === undefined) return { ...shared, answer: 'unknown', witness: null };
  const open = findings.find(({ answer }) => answer === 'unknown');
  return open === undefined
    ? { ...first, ...shared, proof: jointProof(needs.parts, findings) }
    : { ...open, ...shared };
}

const assumed = (findings: readonly Finding[], needs: Needs): readonly Assumption[] =>
  distinctBy(
    [...findings.flatMap((one) => one.assumptions), ...needs.assumptions],
    ({ node, text }) => `${node} ${text}`,
  );

/** So many proofs are told in full; of more, what each is about and one of them as an example. */
const TOLD = 4;

function jointProof(parts: readonly Reach[], findings: readonly Finding[]): Proof {
  const proofs = findings.flatMap(({ proof }) => proof ?? []);
  const overs = proofs.map(({ over }) => over);
  const over =
    overs.length <= TOLD ? overs.join('; ') : `${parts.map(({ text }) => text).join('; ')}: for ${overs[0]}, and so on`;
  return { ...proofs[0], over, corners: proofs.reduce((sum, { corners }) => sum + corners, 0) };
}

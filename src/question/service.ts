import type { Engine } from '../engine/engine.ts';
import type { Network } from '../network/network.ts';
import type { Assumption, Unknown } from '../packet/place.ts';
import type { Finding } from './finding.ts';
import { answerReach } from './reach.ts';
import type { ServiceQuestion } from './service/part.ts';
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
  const { parts, assumptions, missing } = needsOf(network, question);
  const findings: Finding[] = [];
  for (const part of parts) {
    const finding = await answerReach(part, network, engine, budget);
    if (finding.answer === 'no')
      return { ...finding, question: question.text, assumptions: [...finding.assumptions, ...assumptions] };
    findings.push(finding);
  }
  return together(question, findings, assumptions, missing);
}

function together(
  question: ServiceQuestion,
  findings: readonly Finding[],
  assumptions: readonly Assumption[],
  missing: readonly Unknown[],
): Finding {
  const open = findings.find(({ answer }) => answer === 'unknown');
  const all = [...findings.flatMap((one) => one.assumptions), ...assumptions];
  const shared = {
    question: question.text,
    assumptions: [...new Map(all.map((one) => [`${one.node ?? ''} ${one.text}`, one])).values()],
    unknowns: [...missing, ...findings.flatMap(({ unknowns }) => unknowns)],
    ms: 0,
  };
  if (findings.length === 0) return { ...shared, answer: 'unknown', witness: null };
  if (open !== undefined) return { ...open, ...shared };
  const [first] = findings as [Finding];
  const proofs = findings.flatMap(({ proof }) => proof ?? []);
  const proof = {
    ...first.proof,
    over: proofs.map(({ over }) => over).join('; '),
    corners: proofs.reduce((sum, { corners }) => sum + corners, 0),
  };
  return { ...first, ...shared, proof };
}

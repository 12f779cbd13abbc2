import type { Network } from '../network/network.ts';
import type { Finding } from '../question/finding.ts';
import type { Question } from '../question/question.ts';
import type { Io } from './io.ts';
import { startProgress } from './progress.ts';

/** Answers one question with an engine of its own. */
export async function decide(question: Question, network: Network, io: Io): Promise<Finding> {
  const progress = await startProgress(io, 'deciding');
  const [{ z3Engine }, { answer }] = await Promise.all([import('../engine/z3/z3.ts'), import('../question/answer.ts')]);
  const engine = await z3Engine();
  try {
    return await answer(question, network, engine);
  } finally {
    progress.stop();
    await engine.close();
  }
}

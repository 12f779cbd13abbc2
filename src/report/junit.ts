import junit, { type Builder } from 'junit-report-builder';
import { answerSentence } from './sentence.ts';
import { type Checked, statusOf } from './status.ts';
import { textReport } from './text.ts';

/** The package is CommonJS whose `module.exports` is the builder itself; its types say otherwise. */
const newBuilder = (): Builder => (junit as unknown as Builder).newBuilder();

/** What the policy expected and what came out, in one line. */
export const missed = ({ expect, why, finding }: Checked): string =>
  `expected ${expect ?? 'yes'}, but ${finding.answer}: ${answerSentence(finding)}${why === undefined ? '' : ` (${why})`}`;

/**
 * One test case a policy: violated is a failure, undecided an error (nothing was concluded, so it must not look
 * passed). The body is the text report.
 */
export function junitReport(results: readonly Checked[], suite: string): string {
  const builder = newBuilder();
  const cases = builder.testSuite().name(suite);
  for (const checked of results) {
    const { id, finding } = checked;
    const one = cases
      .testCase()
      .className(suite)
      .name(`${id}: ${finding.question}`)
      .time(finding.ms / 1000);
    switch (statusOf(checked)) {
      case 'met':
        break;
      case 'violated':
        one.failure(missed(checked), 'violated').stacktrace(textReport(finding));
        break;
      case 'undecided':
        one.error(missed(checked), 'undecided', textReport(finding));
        break;
    }
  }
  return `${builder.build()}\n`;
}

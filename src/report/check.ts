import { align } from './layout.ts';
import { answerSentence } from './sentence.ts';
import { type Checked, type Status, statusOf, summarise } from './status.ts';
import { type TextOptions, textReport } from './text.ts';

const COLOUR = { met: 'good', violated: 'bad', undecided: 'doubtful' } as const satisfies Record<Status, string>;

function detail(checked: Checked, options: TextOptions): string[] {
  const why = checked.why === undefined ? [] : [`why: ${checked.why}`];
  return [...why, ...textReport(checked.finding, options).trimEnd().split('\n'), ''];
}

/** All policies in one table; below each that is not met, its whole answer. Everybody's where every detail is wanted. */
export function checkText(results: readonly Checked[], options: TextOptions): string {
  const rows = results.map((checked) => {
    const { expect, finding, id } = checked;
    return [statusOf(checked), id, `expected ${expect ?? 'yes'}`, `${finding.answer}: ${answerSentence(finding)}`];
  });
  const lines = align(rows).flatMap((line, i) => {
    const checked = results[i] as Checked;
    const status = statusOf(checked);
    const painted = options.paint[COLOUR[status]](line);
    return status === 'met' && options.detail !== 'every' ? [painted] : [painted, ...detail(checked, options)];
  });
  return `${lines.join('\n').trimEnd()}\n\n${total(results)}\n`;
}

function total(results: readonly Checked[]): string {
  const { met, violated, undecided } = summarise(results);
  return `${met} met, ${violated} violated, ${undecided} undecided`;
}

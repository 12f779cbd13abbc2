import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Ending, Judged } from './mutant.ts';

export interface Score {
  readonly killed: number;
  readonly survived: number;
  readonly uncovered: number;
}

const count = (judged: readonly Judged[], ...endings: readonly Ending[]): number =>
  judged.filter(({ ending }) => endings.includes(ending)).length;

const scoreOf = (judged: readonly Judged[]): Score => ({
  killed: count(judged, 'Killed', 'Timeout'),
  survived: count(judged, 'Survived'),
  uncovered: count(judged, 'NoCoverage'),
});

const totalOf = ({ killed, survived, uncovered }: Score): number => killed + survived + uncovered;

/** Killed mutants in percent; 100 where there are none. */
export function percentOf(judged: readonly Judged[]): number {
  const score = scoreOf(judged);
  return totalOf(score) === 0 ? 100 : (100 * score.killed) / totalOf(score);
}

const fileOf = ({ mutant }: Judged): string => relative('', mutant.fileName);

function rowOf(name: string, judged: readonly Judged[]): string {
  const score = scoreOf(judged);
  const cells = [`${score.killed}/${totalOf(score)}`, percentOf(judged).toFixed(1), score.survived, score.uncovered];
  return name.padEnd(44) + cells.map((cell) => String(cell).padStart(11)).join('');
}

const HEAD = 'file'.padEnd(44) + ['killed', '%', 'survived', 'no test'].map((cell) => cell.padStart(11)).join('');

/** A row a file, and one for all. */
export function printTable(judged: readonly Judged[]): string {
  const byFile = new Map<string, Judged[]>();
  for (const one of judged) byFile.set(fileOf(one), [...(byFile.get(fileOf(one)) ?? []), one]);
  return [HEAD, ...[...byFile].map(([file, its]) => rowOf(file, its)), rowOf('all', judged)].join('\n');
}

/** The text that a mutant replaced: its first line. */
function textOf({ mutant: { fileName, location } }: Judged): string {
  const line = readFileSync(fileName, 'utf8').split('\n')[location.start.line] ?? '';
  return line.slice(location.start.column, location.end.line === location.start.line ? location.end.column : undefined);
}

/** A line a mutant that no test noticed: its place, what was there, and what stood there instead. */
export const printSurvivors = (judged: readonly Judged[]): string =>
  judged
    .filter(({ ending }) => ending === 'Survived' || ending === 'NoCoverage')
    .map((one) => {
      const { line, column } = one.mutant.location.start;
      const replacement = one.mutant.replacement.replaceAll(/\s+/g, ' ');
      return `${fileOf(one)}:${line + 1}:${column + 1} ${one.ending} \`${textOf(one)}\` → \`${replacement}\`\n`;
    })
    .join('');

// `npm run mutation [FILES…]`: changes sources in small ways, and counts the changes that no test notices.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleTests } from './bundle.ts';
import { instrument } from './instrument.ts';
import { judge } from './judge.ts';
import type { Judged } from './mutant.ts';
import { type Plan, planFor, strangers } from './plan.ts';
import { percentOf, printSurvivors, printTable } from './table.ts';

/** A folder below this share of killed mutants, in percent, fails. */
const ENOUGH = 80;
const SURVIVORS = 'reports/mutation/survivors.txt';

async function judgePlan({ folder, sources, tests }: Plan): Promise<readonly Judged[]> {
  const { mutants, sources: instrumented } = await instrument(sources);
  const bundle = join(import.meta.dirname, `${folder}.cjs`);
  writeFileSync(bundle, await bundleTests(tests, instrumented));
  console.log(`src/${folder}: ${mutants.length} mutants, ${tests.length} files of tests`);
  return judge(bundle, mutants);
}

async function main(named: readonly string[]): Promise<number> {
  const unknown = strangers(named);
  for (const name of unknown) console.error(`no source of the project: \`${name}\``);
  if (unknown.length > 0) return 2;
  const folders: (readonly Judged[])[] = [];
  for (const plan of planFor(named)) folders.push(await judgePlan(plan));
  writeFileSync(SURVIVORS, printSurvivors(folders.flat()));
  console.log(`${folders.map(printTable).join('\n\n')}\n\nwhat no test noticed: ${SURVIVORS}`);
  return folders.every((judged) => percentOf(judged) >= ENOUGH) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));

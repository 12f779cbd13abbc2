import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Network } from '../network/network.ts';
import type { Policy } from '../question/policy.ts';
import { checkText } from '../report/check.ts';
import { jsonReport } from '../report/json.ts';
import { type Checked, EXIT, summarise } from '../report/status.ts';
import { type Io, paintFor, wantsColour } from './io.ts';
import { complain, load } from './load.ts';
import { readPolicies } from './policies.ts';
import type { Options } from './program.ts';
import { startProgress } from './progress.ts';
import { version } from './version.ts';

/** `netqed check [SNAPSHOT] [--policy FILE]…`. */
export async function check(folder: string, files: readonly string[], options: Options, io: Io): Promise<number> {
  const { network, names, located } = await load(folder, options);
  const policies = names === undefined ? { located: [] } : await readPolicies(files, folder, names);
  await complain([...located, ...policies.located], options, io);
  if (network === undefined || policies.value === undefined) return EXIT.unusable;
  const results = await decide(policies.value, network, io);
  io.out(await print(results, folder, policies.value, options, io));
  return summarise(results).exitCode;
}

async function decide(policies: readonly Policy[], network: Network, io: Io): Promise<Checked[]> {
  const progress = await startProgress(io, `deciding ${policies.length} policies`);
  const [{ z3Engine }, { checkPolicies }] = await Promise.all([
    import('../engine/z3/z3.ts'),
    import('../question/check.ts'),
  ]);
  const engine = await z3Engine();
  const results: Checked[] = [];
  try {
    for await (const checked of checkPolicies(policies, network, engine)) {
      results.push(checked);
      progress.say(`decided ${results.length} of ${policies.length} policies`);
    }
    return results;
  } finally {
    progress.stop();
    await engine.close();
  }
}

async function print(
  results: readonly Checked[],
  folder: string,
  policies: readonly Policy[],
  options: Options,
  io: Io,
): Promise<string> {
  switch (options.format) {
    case 'json':
      return jsonReport(results);
    case 'junit':
      return (await import('../report/junit.ts')).junitReport(results, basename(resolve(folder)));
    case 'sarif': {
      const named = new Set(policies.map(({ place }) => place.file));
      const uri = (file: string): string => uriOf(named.has(file) ? file : join(folder, file));
      return (await import('../report/sarif.ts')).sarifReport(results, { version: version(), uri });
    }
    default: {
      const paint = await paintFor(wantsColour(options.color, io.outIsTty, io.env));
      return checkText(results, { detail: options.verbose ? 'every' : 'deciding', paint });
    }
  }
}

/** Relative to the current folder where the file is below it (as code scanning wants it), else absolute. */
function uriOf(path: string): string {
  const below = relative('.', path);
  if (below.startsWith('..') || isAbsolute(below)) return pathToFileURL(path).href;
  return below.split(sep).map(encodeURIComponent).join('/');
}

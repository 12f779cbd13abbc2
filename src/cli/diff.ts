import { join } from 'node:path';
import type { Network } from '../network/network.ts';
import type { Located } from '../parse/located.ts';
import type { Compared } from '../question/differs.ts';
import { diffJson, diffStatus, diffText } from '../report/diff.ts';
import { EXIT } from '../report/status.ts';
import { type Io, paintFor, wantsColour } from './io.ts';
import { complain, load } from './load.ts';
import type { Options } from './program.ts';
import { startProgress } from './progress.ts';

/** `netqed diff OLD NEW`. */
export async function diff(before: string, after: string, options: Options, io: Io): Promise<number> {
  const [old, now] = [await load(before, options), await load(after, options)];
  await complain([...within(before, old.located), ...within(after, now.located)], options, io);
  if (old.network === undefined || now.network === undefined) return EXIT.unusable;
  const compared = await compare(old.network, now.network, io);
  const paint = await paintFor(wantsColour(options.color, io.outIsTty, io.env));
  const detail = options.verbose ? 'every' : 'deciding';
  io.out(options.format === 'json' ? diffJson(compared) : diffText(compared, { detail, paint }));
  return diffStatus(compared);
}

/** Two snapshots have files of the same names: say which folder is meant. */
function within(folder: string, located: readonly Located[]): Located[] {
  const named = (file: string): string => (file.startsWith(folder) ? file : join(folder, file));
  return located.map((one) => ({ ...one, place: { ...one.place, file: named(one.place.file) } }));
}

async function compare(old: Network, now: Network, io: Io): Promise<Compared[]> {
  const progress = await startProgress(io, 'comparing');
  const [{ z3Engine }, { differ }] = await Promise.all([
    import('../engine/z3/z3.ts'),
    import('../question/differs.ts'),
  ]);
  const engine = await z3Engine();
  const all: Compared[] = [];
  try {
    for await (const one of differ(old, now, engine)) {
      all.push(one);
      progress.say(`compared ${one.done} of ${one.of} sources`);
    }
    return all;
  } finally {
    progress.stop();
    await engine.close();
  }
}

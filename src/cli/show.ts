import { showJson, showText } from '../report/show.ts';
import { EXIT } from '../report/status.ts';
import { type Io, paintFor, wantsColour } from './io.ts';
import { complain, load } from './load.ts';
import { openRules } from './open.ts';
import type { Options } from './program.ts';

/** `netqed show [SNAPSHOT]`. */
export async function show(folder: string, options: Options, io: Io): Promise<number> {
  const { network, located } = await load(folder, options);
  if (network === undefined) {
    await complain(located, options, io);
    return EXIT.unusable;
  }
  const overview = { network, open: openRules(network), located };
  const paint = await paintFor(wantsColour(options.color, io.outIsTty, io.env));
  io.out(options.format === 'json' ? showJson(overview) : showText(overview, paint));
  return EXIT.met;
}

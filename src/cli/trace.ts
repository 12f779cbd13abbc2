import { EXIT } from '../report/status.ts';
import { traceReport, traceStatus, traceText } from '../report/trace.ts';
import { type Io, paintFor, wantsColour } from './io.ts';
import type { Options } from './program.ts';
import { readSent } from './sent.ts';

/** `netqed trace [SNAPSHOT] --from NODE PACKET`: `words` are the snapshot, if it is given, and the packet. */
export async function trace(words: readonly string[], from: string, options: Options, io: Io): Promise<number> {
  const sent = await readSent('trace', words, from, options, io);
  if (sent === undefined) return EXIT.unusable;
  const { explore } = await import('../evaluate/explore.ts');
  const exchanges = explore(sent.network, sent.probe, sent.start);
  const traced = { exchanges, complete: isComplete(exchanges) };
  const paint = await paintFor(wantsColour(options.color, io.outIsTty, io.env));
  const detail = options.verbose ? 'every' : 'deciding';
  io.out(options.format === 'json' ? traceReport(traced) : traceText(traced, { detail, paint }));
  return traceStatus(traced);
}

/** Whether every combination was walked, where the explorer says it. */
const isComplete = (explored: object): boolean => !('complete' in explored) || explored.complete === true;

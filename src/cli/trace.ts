import type { Network } from '../network/network.ts';
import type { Source } from '../packet/exchange.ts';
import type { Located, Result } from '../parse/located.ts';
import { complain as complaint, type Span } from '../question/complaint.ts';
import { resolveSource } from '../question/places.ts';
import { EXIT } from '../report/status.ts';
import { traceReport, traceStatus, traceText } from '../report/trace.ts';
import { type Io, paintFor, wantsColour } from './io.ts';
import { complain, load } from './load.ts';
import { parsePacket } from './packet.ts';
import type { Options } from './program.ts';
import { startFrom } from './start.ts';

/** `netqed trace [SNAPSHOT] --from NODE PACKET`: `words` are the snapshot, if it is given, and the packet. */
export async function trace(words: readonly string[], from: string, options: Options, io: Io): Promise<number> {
  const [folder, text, more] = words.length === 1 ? ['.', ...words] : words;
  if (folder === undefined || text === undefined || more !== undefined) {
    io.err('error: write `netqed trace [SNAPSHOT] --from NODE PACKET`, the packet in quotes\n');
    return EXIT.unusable;
  }
  const { network, names, located } = await load(folder, options);
  const fields = parsePacket(text);
  const source = names === undefined ? undefined : parseFrom(from, names);
  await complain([...located, ...(source?.located ?? []), ...fields.located], options, io);
  if (network === undefined || fields.value === undefined || source?.value === undefined) return EXIT.unusable;

  const { explore } = await import('../evaluate/explore.ts');
  const { probe, start } = startFrom(source.value, fields.value, network);
  const exchanges = explore(network, probe, start);
  const traced = { exchanges, complete: isComplete(exchanges) };
  const paint = await paintFor(wantsColour(options.color, io.outIsTty, io.env));
  const detail = options.verbose ? 'every' : 'deciding';
  io.out(options.format === 'json' ? traceReport(traced) : traceText(traced, { detail, paint }));
  return traceStatus(traced);
}

/** Whether every combination was walked, where the explorer says it. */
const isComplete = (explored: object): boolean => !('complete' in explored) || explored.complete === true;

/** `NODE`, `NODE:IFACE` or `outside via NODE:IFACE`. */
function parseFrom(text: string, network: Network): Result<Source> {
  const located: Located[] = [];
  const name = text.replace(/^outside\s+via\s+/, '');
  const skipped = text.length - name.length;
  const report = ([start, end]: Span, message: string, advice: string): void => {
    const one = complaint(text, [start + skipped, end + skipped], message, advice);
    located.push({ ...one, place: { ...one.place, file: '--from' } });
  };
  const value = resolveSource({ kind: 'name', text: name, at: [0, name.length] }, network, report);
  return value === undefined ? { located } : { value, located };
}

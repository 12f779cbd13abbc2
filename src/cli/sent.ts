import { findInterface, nodeOf } from '../network/access.ts';
import type { Network } from '../network/network.ts';
import type { Probe, Source as Sender, Start } from '../packet/exchange.ts';
import type { Located, Result } from '../parse/located.ts';
import { didYouMean } from '../parse/nearest.ts';
import { Source } from '../parse/source.ts';
import { complain as complaint, type Span } from '../question/complaint.ts';
import { resolveSource } from '../question/places.ts';
import type { Io } from './io.ts';
import { complain, load } from './load.ts';
import { FILE, type Named, parsePacket, zoneIn } from './packet.ts';
import type { Options } from './program.ts';
import { startFrom } from './start.ts';

/** One packet to send, in the network that it is sent in. */
export interface Sent {
  readonly network: Network;
  readonly probe: Probe;
  readonly start: Start;
  /** The fields that the packet's text names. */
  readonly fields: Named;
}

/**
 * Reads the snapshot, the sender and the packet of `trace` and `replay`; `words` are the snapshot, if it is given, and
 * the packet. `undefined`: there are mistakes, and they are told.
 */
export async function readSent(
  command: string,
  words: readonly string[],
  from: string,
  options: Options,
  io: Io,
): Promise<Sent | undefined> {
  const [folder, text, more] = words.length === 1 ? ['.', ...words] : words;
  if (folder === undefined || text === undefined || more !== undefined) {
    io.err(`error: write \`netqed ${command} [SNAPSHOT] --from NODE PACKET\`, the packet in quotes\n`);
    return undefined;
  }
  const { network, names, located } = await load(folder, options);
  const fields = parsePacket(text);
  const source = names === undefined ? undefined : inZone(parseFrom(from, names), text, names);
  await complain([...located, ...(source?.located ?? []), ...fields.located], options, io);
  if (network === undefined || fields.value === undefined || source?.value === undefined) return undefined;
  return { network, fields: fields.value, ...startFrom(source.value, fields.value, network) };
}

/** `NODE`, `NODE:IFACE` or `outside via NODE:IFACE`. */
function parseFrom(text: string, network: Network): Result<Sender> {
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

/** The sender's socket bound to the device that the zone of the packet's destination names. */
function inZone({ value: from, located }: Result<Sender>, text: string, network: Network): Result<Sender> {
  const zone = zoneIn(text);
  if (from === undefined || zone === undefined) return { ...(from !== undefined && { value: from }), located };
  const source = new Source(text, FILE);
  const node = nodeOf(network, from.node);
  const names = node.interfaces.map(({ name }) => name);
  if (from.kind !== 'socket') source.error(zone, 'a zone is for a node as sender', 'a frame has its interface already');
  else if (findInterface(node, zone.text) === undefined)
    source.error(zone, `no interface \`${zone.text}\` on \`${node.name}\``, didYouMean(zone.text, names));
  const value = from.kind === 'socket' ? { ...from, device: zone.text } : from;
  return { ...source.result(value), located: [...located, ...source.located] };
}

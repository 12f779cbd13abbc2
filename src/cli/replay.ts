import { release } from 'node:os';
import { type Exploration, explore } from '../evaluate/explore.ts';
import { compare } from '../lab/agree.ts';
import { interruptible } from '../lab/interrupt.ts';
import { whyNot } from '../lab/possible.ts';
import { lengthSent, type Replayed, reachesBeyond, replay as sendOnce, whyUnsendable } from '../lab/replay.ts';
import { whyNoPaths } from '../lab/rulepath.ts';
import type { Shot } from '../lab/verdict.ts';
import type { Network } from '../network/network.ts';
import type { Exchange } from '../network/trace.ts';
import type { Probe, Start } from '../packet/exchange.ts';
import { asText } from '../packet/scalar.ts';
import type { Finding } from '../question/finding.ts';
import { parseQuestion } from '../question/parse.ts';
import { type Replay, replayReport, replayStatus, replayText } from '../report/replay.ts';
import { EXIT } from '../report/status.ts';
import { syntaxOnly } from './ask.ts';
import { decide } from './decide.ts';
import { type Io, paintFor, wantsColour } from './io.ts';
import { complain, load } from './load.ts';
import type { Options } from './program.ts';
import { startProgress } from './progress.ts';
import { readSent } from './sent.ts';

/** Who sends the packet, or the question whose packet is sent. */
export interface Aim {
  readonly from?: string;
  readonly ask?: string;
}

/** What is to be sent, and why that may not be possible. */
interface Wanted {
  readonly network: Network;
  readonly packet?: { readonly probe: Probe; readonly start: Start };
  readonly finding?: Finding;
  readonly impossible?: string;
  /** The walk to show where the packet can't be sent. */
  readonly exchange?: Exchange;
}

/** `netqed replay [SNAPSHOT] --from NODE PACKET`, `netqed replay [SNAPSHOT] --ask QUESTION`. */
export async function replay(words: readonly string[], { from, ask }: Aim, options: Options, io: Io): Promise<number> {
  if ((from === undefined) === (ask === undefined)) return misused(io);
  const wanted =
    from === undefined ? await fromQuestion(words, ask ?? '', options, io) : await fromPacket(words, from, options, io);
  if (wanted === undefined) return EXIT.unusable;
  const done = await carryOut(wanted, io);
  const paint = await paintFor(wantsColour(options.color, io.outIsTty, io.env));
  io.out(options.format === 'json' ? replayReport(done) : replayText(done, paint));
  return replayStatus(done);
}

function misused(io: Io): number {
  io.err('error: write `netqed replay [SNAPSHOT] --from NODE PACKET` or `netqed replay [SNAPSHOT] --ask QUESTION`\n');
  return EXIT.unusable;
}

async function fromPacket(
  words: readonly string[],
  from: string,
  options: Options,
  io: Io,
): Promise<Wanted | undefined> {
  const sent = await readSent('replay', words, from, options, io);
  if (sent === undefined) return undefined;
  const { network, probe, start, fields } = sent;
  const packet = asSent(probe, start);
  const { length } = packet.start.packet;
  if (fields.length === undefined || fields.length === length) return { network, packet };
  return { network, packet, impossible: `the lab sends such a packet with ${length} bytes: leave its length out` };
}

async function fromQuestion(
  words: readonly string[],
  question: string,
  options: Options,
  io: Io,
): Promise<Wanted | undefined> {
  const [folder = '.', more] = words;
  if (more !== undefined) return void misused(io);
  const { network, names, located } = await load(folder, options);
  const asked = names === undefined ? syntaxOnly(question) : parseQuestion(question, names);
  await complain([...located, ...asked.located], options, io);
  if (network === undefined || asked.value === undefined) return undefined;
  return fromFinding(network, await decide(asked.value, network, io));
}

function fromFinding(network: Network, finding: Finding): Wanted {
  const shown = finding.witness ?? finding.proof?.example;
  if (shown === undefined) return { network, finding, impossible: 'the answer has no packet to show' };
  const { probe } = shown.exchange;
  if (probe.state !== 'fresh') return { network, finding, impossible: NOT_FRESH, exchange: shown.exchange };
  const start: Start = { packet: shown.packet, states: new Map() };
  const packet = asSent(probe, start);
  const wanted: Wanted = { network, packet, finding };
  const fates = [{ probe: packet.probe, start }, packet].map((one) => fateOf(explore(network, one.probe, one.start)));
  return fates[0] === fates[1]
    ? wanted
    : {
        ...wanted,
        impossible: `its fate depends on its length, and the lab sends ${packet.start.packet.length} bytes`,
      };
}

const fateOf = (exchanges: Exploration): string =>
  asText(exchanges.map(({ disposition: { request, reply } }) => [request.kind, reply.kind]));

/** The packet with the length that the lab's has: only rules about lengths can tell. */
function asSent(probe: Probe, start: Start): NonNullable<Wanted['packet']> {
  const length = lengthSent({ source: probe.source, packet: start.packet });
  return { probe: { ...probe, back: true }, start: { ...start, packet: { ...start.packet, length } } };
}

const NOT_FRESH = 'every flow of a lab is a new one: leave the conntrack state out';

async function carryOut({ network, packet, finding, impossible, exchange: shown }: Wanted, io: Io): Promise<Replay> {
  const known = { ...(finding === undefined ? {} : { finding }), ...(shown === undefined ? {} : { exchange: shown }) };
  if (packet === undefined) return { ...known, reasons: [impossible ?? ''], differences: [] };
  const exchanges = explore(network, packet.probe, packet.start);
  const shot: Shot = { source: packet.probe.source, packet: packet.start.packet };
  const [exchange] = exchanges;
  const model = { ...known, ...(exchange === undefined ? {} : { exchange }), several: exchanges.length > 1 };
  const reasons = impossible === undefined ? whyNotSent(network, packet.probe, shot, exchanges) : [impossible];
  if (reasons.length > 0) return { ...model, reasons, differences: [] };
  return { ...model, ...(await sendTwice(network, shot, exchanges, io)) };
}

function whyNotSent(network: Network, { state }: Probe, shot: Shot, exchanges: Exploration): readonly string[] {
  const reasons = [
    state === 'fresh' ? undefined : NOT_FRESH,
    whyUnsendable(shot, network),
    ...exchanges.flatMap(undecided),
    ...reachesBeyond(network),
  ].filter((reason) => reason !== undefined);
  const machine = whyNot();
  return reasons.length > 0 || machine === undefined ? [...new Set(reasons)] : [machine];
}

/** What the captures do not show can't be built. */
const undecided = ({ walks, disposition }: Exchange): readonly string[] =>
  [disposition.reply, ...walks.flatMap((walk) => [walk, ...walk.copies]).map(({ fate }) => fate)].flatMap((fate) =>
    fate.kind === 'unknown' ? [`the model can't tell what ${fate.node} does: ${fate.unknown.reason}`] : [],
  );

/** What of it is told: all but what was asked. */
type Told = Omit<Replay, 'finding' | 'several'>;

/** A busy machine loses packets: what does not agree is sent once more, in a lab of its own, with more patience. */
async function sendTwice(network: Network, shot: Shot, exchanges: Exploration, io: Io): Promise<Told> {
  const progress = await startProgress(io, 'sending it through namespaces');
  try {
    const send = (limit?: number): Promise<Replayed> => interruptible(() => sendOnce(network, shot, limit));
    const first = told(network, exchanges, await send());
    return first.differences.length === 0 ? first : told(network, exchanges, await send(PATIENCE));
  } finally {
    progress.stop();
  }
}

const PATIENCE = 3000;

function told(network: Network, exchanges: Exploration, replayed: Replayed): Told {
  if ('impossible' in replayed) return { reasons: replayed.impossible, differences: [] };
  const { exchange, pairs, differences } = compare(network, exchanges, replayed);
  const { verdict, visits } = replayed;
  const untraced = visits === undefined ? { untraced: whyNoPaths() ?? 'not traced' } : {};
  return {
    exchange,
    reasons: [],
    kernel: { ...verdict, delivered: verdict.arrivals, release: release() },
    pairs,
    differences,
    ...untraced,
    ...(exchanges.complete ? {} : { incomplete: true }),
  };
}

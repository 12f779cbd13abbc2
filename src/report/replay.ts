import type { Exchange, Walk } from '../network/trace.ts';
import { type Address, printAddress } from '../packet/address.ts';
import type { Finding } from '../question/finding.ts';
import { describeFate, originOf, printOrigin } from './fate.ts';
import { copiesJson, fateJson, print, SCHEMA_VERSION, traceJson } from './json.ts';
import { align, hanging, indent, labelled, WIDTH } from './layout.ts';
import { describeFrame, packetJson } from './packet.ts';
import type { Paint } from './paint.ts';
import { answerSentence } from './sentence.ts';
import { type Beside, type Passage, rowsBeside } from './side-by-side.ts';
import { EXIT } from './status.ts';
import { taken } from './unknown.ts';

/** Where a request was delivered, and as what. */
export interface Delivery {
  readonly node: string;
  readonly interface: string;
  readonly src: Address;
  readonly sport: number;
  readonly dst: Address;
  readonly dport: number;
}

/** What a kernel did with one packet. */
export interface Kernel {
  readonly release: string;
  readonly delivered: readonly Delivery[];
  readonly answered: boolean;
  readonly from?: Address;
  readonly errno?: string;
  readonly errors: readonly { readonly node: string; readonly type: number; readonly code: number }[];
}

/** One packet walked by the model and sent through a kernel. */
export interface Replay {
  /** The question that the packet answers, where one was asked. */
  readonly finding?: Finding;
  /** The model's walk: of several, the one that comes closest. */
  readonly exchange?: Exchange;
  /** There are several, one a combination of what is not known. */
  readonly several?: boolean;
  /** Not all of them were walked. */
  readonly incomplete?: boolean;
  /** Why nothing was sent; empty where it was. */
  readonly reasons: readonly string[];
  readonly kernel?: Kernel;
  readonly pairs?: readonly Beside[];
  /** Why the rules that the kernel asked are not known. */
  readonly untraced?: string;
  readonly differences: readonly string[];
}

type Result = 'agree' | 'disagree' | 'unknown' | 'not replayed';

export function resultOf({ kernel, differences, incomplete }: Replay): Result {
  if (kernel === undefined) return 'not replayed';
  if (differences.length === 0) return 'agree';
  return incomplete === true ? 'unknown' : 'disagree';
}

const STATUS: Readonly<Record<Result, number>> = {
  agree: EXIT.met,
  disagree: EXIT.violated,
  unknown: EXIT.undecided,
  'not replayed': EXIT.undecided,
};

/** 0 the kernel does what the model says, 1 it does not, 3 that can't be said here. */
export const replayStatus = (replay: Replay): number => STATUS[resultOf(replay)];

const requestOf = ({ walks }: Exchange): Walk | undefined => walks.find(({ leg }) => leg === 'request');

const endOf = (address: Address, port: number): string => `${printAddress(address)}${port === 0 ? '' : `:${port}`}`;

const describeDelivery = ({ node, interface: device, src, sport, dst, dport }: Delivery): string =>
  `delivered to ${node} (${device}) as ${endOf(src, sport)} -> ${endOf(dst, dport)}`;

function kernelLines({ delivered, answered, from, errno, errors }: Kernel): string[] {
  const answer = answered ? `answered${from === undefined ? '' : ` from ${printAddress(from)}`}` : 'no answer';
  return [
    ...(delivered.length === 0 ? ['delivered nowhere'] : delivered.map(describeDelivery)),
    ...(errno === undefined ? [answer] : [`${answer}: ${errno}`]),
    ...errors.map(({ node, type, code }) => `icmp type ${type} code ${code} came to ${node}`),
  ];
}

function modelLines({ walks, disposition: { reply } }: Exchange): string[] {
  const ends = walks.filter(({ leg }) => leg === 'request').flatMap((walk) => [walk, ...walk.copies]);
  const told = ends.flatMap(({ fate, received }) => {
    if (fate.kind === 'delivered') return [describeDelivery({ ...fate, ...received, ...ports(received) })];
    const origin = originOf(fate);
    return [describeFate(fate), ...(origin === undefined ? [] : [`  ${printOrigin(origin)}`])];
  });
  return [...new Set(told), reply.kind === 'delivered' ? 'answered' : 'no answer'];
}

const PORTED: readonly number[] = [6, 17];
const ports = ({ proto, sport, dport }: Walk['received']): Pick<Delivery, 'sport' | 'dport'> =>
  PORTED.includes(proto) ? { sport, dport } : { sport: 0, dport: 0 };

/** The model's hops in a table, each with what the kernel's trace says of it. */
function table({ exchange, pairs, untraced }: Replay, paint: Paint): string[] {
  if (exchange === undefined || pairs === undefined) return [];
  const rows = rowsBeside(exchange, pairs);
  const head = ['', '', 'model', untraced === undefined ? 'kernel' : ''];
  const lines = align([head, ...rows.map(({ cells }) => cells)]);
  return indent(lines, 2).map((line, i) => (rows[i - 1]?.differs === true ? paint.strong(line) : line));
}

const CONCLUSION: Readonly<Record<Result, string>> = {
  agree: 'agree',
  disagree: 'disagree',
  unknown: 'unknown: the model leaves open more than was walked, and nothing of that is what the kernel did',
  'not replayed': 'not replayed',
};

/** The replay for a person: the packet, the rules that it meets side by side, where it ends, and whether they agree. */
export function replayText(replay: Replay, paint: Paint): string {
  const { finding, exchange, several, kernel, untraced, reasons, differences } = replay;
  const result = resultOf(replay);
  const request = exchange === undefined ? undefined : requestOf(exchange);
  const told = [
    ...(finding === undefined ? [] : [paint.strong(`${finding.answer}: ${answerSentence(finding)}`), '']),
    ...(request === undefined ? [] : labelled('packet', [describeFrame(request.sent)])),
    ...(several === true && exchange !== undefined ? labelled('if', taken(exchange)) : []),
    ...(kernel === undefined ? [] : table(replay, paint)),
    ...(exchange === undefined ? [] : labelled('model', modelLines(exchange))),
    ...(kernel === undefined ? [] : labelled('kernel', kernelLines(kernel))),
    ...(untraced === undefined ? [] : labelled('', [`the rules that it met are not known: ${untraced}`])),
    ...labelled('differs', differences),
    ...reasons.flatMap((reason) => indent(hanging(reason, WIDTH - 2), 2)),
  ];
  const colour = result === 'agree' ? paint.good : result === 'disagree' ? paint.bad : paint.doubtful;
  return `${[...told, paint.strong(colour(CONCLUSION[result]))].join('\n')}\n`;
}

const stepJson = ({ node, table: of, hops }: Passage): object[] =>
  hops.map(({ chain, rule, verdict }) => ({ node, table: of, chain, rule: rule ?? null, verdict }));

const kernelJson = (
  { release, delivered, answered, from, errno, errors }: Kernel,
  pairs: readonly Beside[],
  untraced?: string,
): object => ({
  release,
  delivered: delivered.map((one) => ({ ...one, src: printAddress(one.src), dst: printAddress(one.dst) })),
  answered,
  from: from === undefined ? null : printAddress(from),
  errno: errno ?? null,
  errors,
  rules: untraced === undefined ? pairs.flatMap(({ seen }) => (seen === undefined ? [] : stepJson(seen))) : null,
  ...(untraced === undefined ? {} : { untraced }),
});

function modelJson(exchange: Exchange): object {
  const { disposition } = exchange;
  return {
    request: fateJson(disposition.request),
    reply: fateJson(disposition.reply),
    trace: traceJson(exchange),
    copies: copiesJson(exchange),
  };
}

/** The replay as JSON. The kernel's rules stand in the order of the model's, those that only the kernel met at the end. */
export function replayReport(replay: Replay): string {
  const { finding, exchange, kernel, pairs = [], untraced, reasons, differences } = replay;
  const request = exchange === undefined ? undefined : requestOf(exchange);
  return print({
    schemaVersion: SCHEMA_VERSION,
    question: finding?.question ?? null,
    answer: finding?.answer ?? null,
    packet: request === undefined ? null : packetJson(request.sent),
    model: exchange === undefined ? null : modelJson(exchange),
    kernel: kernel === undefined ? null : kernelJson(kernel, pairs, untraced),
    result: resultOf(replay),
    differences,
    reasons,
    summary: { exitCode: replayStatus(replay) },
  });
}

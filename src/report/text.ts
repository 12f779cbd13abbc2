import type { Exchange, Walk } from '../network/trace.ts';
import type { Finding, Proof } from '../question/finding.ts';
import { assumptionLines } from './assumption.ts';
import { describeFate, originOf, printOrigin } from './fate.ts';
import { hanging, indent, labelled, WIDTH, wrap } from './layout.ts';
import { describePacket } from './packet.ts';
import { type Paint, PLAIN } from './paint.ts';
import { answerSentence } from './sentence.ts';
import { shownOf } from './shown.ts';
import { describeUnknown, distinctUnknowns, taken } from './unknown.ts';
import { describeWalk, fateLines, hopTable, type TextOptions } from './walk.ts';

export type { TextOptions } from './walk.ts';

export const PLAIN_TEXT: TextOptions = { detail: 'deciding', paint: PLAIN };

const OPEN = 'a packet whose fate depends on it, walked with one value of each unknown:';

const COLOUR = { yes: 'good', no: 'bad', unknown: 'doubtful' } as const satisfies Record<
  Finding['answer'],
  keyof Paint
>;

function verdict(finding: Finding, paint: Paint): string[] {
  const [first = '', ...rest] = wrap(`${finding.answer}: ${answerSentence(finding)}`, WIDTH);
  return [first, ...rest].map((line) => paint.strong(paint[COLOUR[finding.answer]](line)));
}

/** Right below a `no`: where the packet that is shown was lost, and by what. */
function reason({ answer, request, reply }: Finding, paint: Paint): string[] {
  const lost = request?.delivered === true ? reply : request;
  if (answer !== 'no' || lost === undefined || lost.delivered) return [];
  const origin = originOf(lost.fate);
  const what = lost === reply ? 'the reply: ' : '';
  const lines = [what + describeFate(lost.fate), ...(origin === undefined ? [] : [printOrigin(origin)])];
  return indent(
    lines.flatMap((line) => hanging(line, WIDTH - 4)),
    4,
  ).map(paint.strong);
}

function proofLines({ over, corners, example }: Proof): string[] {
  const packets = `${corners} corner packet${corners === 1 ? '' : 's'}`;
  const checked = corners === 0 ? [] : [`the evaluator walked ${packets} of it, and none says otherwise`];
  return labelled('proved', [over, ...checked, ...(example === undefined ? [] : ['one of these packets:'])]);
}

/** The legs after the request: in full where one is lost, else in one line. */
function replyLines({ walks, disposition, probe }: Exchange, options: TextOptions): string[] {
  const { detail, paint } = options;
  const later = walks.filter(({ leg }) => leg !== 'request');
  const last = later.at(-1);
  if (last === undefined || disposition.reply.kind === 'none')
    return labelled('reply', [describeFate(disposition.reply)]);
  if (detail === 'every') return later.flatMap((walk) => describeWalk(walk, probe.state, options));
  if (disposition.reply.kind !== 'delivered') return lostReply(later, last, paint);
  return keptReply(later, paint);
}

/** An answer that came back; for tcp, the rest of the connection too. */
function keptReply([answer, ...rest]: readonly Walk[], paint: Paint): string[] {
  if (answer === undefined) return [];
  const legs = rest.map(({ leg }) => leg).join(', ');
  return labelled('reply', [
    describePacket(answer.sent),
    ...fateLines(answer, 'alone', paint),
    ...(rest.length === 0 ? [] : [`so do the packets behind it: ${legs}`]),
  ]);
}

const lostReply = (later: readonly Walk[], last: Walk, paint: Paint): string[] => [
  ...labelled('reply', [
    ...later.slice(0, -1).map(({ leg, fate }) => `${leg}: ${describeFate(fate)}`),
    describePacket(last.sent),
  ]),
  ...hopTable(last, 'deciding', paint),
  ...labelled('', fateLines(last, 'table above', paint)),
];

/** A concrete exchange: the request's hops and fate, then the reply's. */
export function exchangeLines(exchange: Exchange, options: TextOptions): string[] {
  const request = exchange.walks.find(({ leg }) => leg === 'request');
  const first = request === undefined ? [] : describeWalk(request, exchange.probe.state, options);
  return [...first, ...replyLines(exchange, options)];
}

/** Two owners of one address: the answer holds whoever of them gets the request. */
const alternatives = ({ request }: Finding): string[] =>
  (request?.alternatives.length ?? 0) === 0
    ? []
    : [`delivered to ${request?.alternatives.join(' or ')} instead: they answer for the same address`];

/** The answer to one question, for a person: verdict, packet, hops, reply, then what it rests on. At most 100 columns. */
export function textReport(finding: Finding, options: TextOptions = PLAIN_TEXT): string {
  const { paint } = options;
  const example = shownOf(finding);
  const unknowns = distinctUnknowns(finding.unknowns);
  const missing = labelled('unknown', unknowns.flatMap(describeUnknown)).map(paint.doubtful);
  const assumed = assumptionLines(finding.assumptions, options.detail);
  return `${[
    ...verdict(finding, paint),
    ...reason(finding, paint),
    ...(finding.answer === 'unknown' ? missing : []),
    '',
    ...(finding.proof === undefined ? [] : proofLines(finding.proof)),
    ...(finding.answer !== 'unknown' || example === undefined
      ? []
      : labelled('example', [OPEN, ...taken(example.exchange)])),
    ...(example === undefined ? [] : exchangeLines(example.exchange, options)),
    ...labelled('or', alternatives(finding)),
    ...labelled('assumed', assumed).map(paint.faint),
    ...(finding.answer === 'unknown' ? [] : missing),
  ].join('\n')}\n`;
}

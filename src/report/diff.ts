import type { Exchange, Walk } from '../network/trace.ts';
import type { Source } from '../packet/exchange.ts';
import type { Compared, Difference } from '../question/differs.ts';
import type { Witness } from '../question/finding.ts';
import { assumptionLines } from './assumption.ts';
import { assumptionJson, copiesJson, print, SCHEMA_VERSION, traceJson, unknownJson } from './json.ts';
import { hanging, indent, labelled, WIDTH } from './layout.ts';
import { describePacket, packetJson } from './packet.ts';
import { EXIT, worst } from './status.ts';
import { exchangeLines, type TextOptions } from './text.ts';
import { describeUnknown, distinctUnknowns } from './unknown.ts';
import { fateLines } from './walk.ts';

const printSource = (source: Source): string =>
  source.kind === 'socket' ? source.node : `${source.node}:${source.interface}`;

/** 1 where a fate changes (or a source is there on one side only), 3 where one may, 0 where none does: proved. */
export function diffStatus(compared: readonly Compared[]): number {
  return worst(
    compared.map(({ differences, onlyIn, unknowns }) => {
      if (differences.length > 0 || onlyIn !== undefined) return EXIT.violated;
      return unknowns.length > 0 ? EXIT.undecided : EXIT.met;
    }),
  );
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

function verdict(compared: readonly Compared[], { paint }: TextOptions): string {
  const classes = compared.reduce((sum, { differences }) => sum + differences.length, 0);
  switch (diffStatus(compared)) {
    case EXIT.met:
      return paint.good('equivalent: every packet fares the same in both');
    case EXIT.undecided:
      return paint.doubtful('unknown: no packet is known to fare differently, but some may');
    default:
      return paint.bad(
        classes === 0
          ? 'differs: not the same nodes'
          : `differs: ${count(classes, 'class of packets changes its fate', 'classes of packets change their fate')}`,
      );
  }
}

/** The packet that fared worst on this side: the reply if it is lost, else the request. */
const toldOf = ({ walks }: Exchange): Walk | undefined => {
  const request = walks.find(({ leg }) => leg === 'request');
  return request?.fate.kind === 'delivered' ? walks.at(-1) : request;
};

function side(label: string, { exchange }: Witness, options: TextOptions): string[] {
  if (options.detail === 'every') return [`${label}:`, ...indent(exchangeLines(exchange, options), 2)];
  const walk = toldOf(exchange);
  const leg = walk === undefined || walk.leg === 'request' ? '' : 'reply ';
  return walk === undefined
    ? []
    : labelled(
        label,
        fateLines(walk, 'alone', options.paint).map((line, i) => (i === 0 ? leg + line : line)),
      );
}

function difference({ before, after, old, new: now }: Difference, number: number, options: TextOptions): string[] {
  return [
    ...hanging(`${number}. ${before}  =>  ${after}`, WIDTH - 2).map(options.paint.strong),
    ...indent(
      [...labelled('packet', [describePacket(now.packet)]), ...side('old', old, options), ...side('new', now, options)],
      3,
    ),
  ];
}

function sourceLines(compared: Compared, options: TextOptions): string[] {
  const { source, over, onlyIn, differences, unknowns, corners } = compared;
  const title = `from ${printSource(source)}${source.kind === 'socket' ? '' : ' (from the wire)'}`;
  if (onlyIn !== undefined) return [`${title}: there in the ${onlyIn} snapshot only`];
  if (differences.length + unknowns.length === 0)
    return hanging(
      `${title}: the same; proved for ${over}; ${count(corners, 'corner packet', 'corner packets')} walked`,
      WIDTH,
    );
  return [
    options.paint.strong(`${title}:`),
    ...indent(
      differences.flatMap((one, i) => difference(one, i + 1, options)),
      2,
    ),
    ...labelled('unknown', distinctUnknowns(unknowns).flatMap(describeUnknown)).map(options.paint.doubtful),
  ];
}

/** All sources of which nothing changes, in one paragraph. */
function sameLines(same: readonly Compared[]): string[] {
  const corners = same.reduce((sum, one) => sum + one.corners, 0);
  const names = same.map(({ source }) => printSource(source)).join(', ');
  return hanging(
    `the same from ${names}: proved for every packet that begins a flow there, from any own address and port to any destination, with its answer; ` +
      `${count(corners, 'corner packet', 'corner packets')} walked`,
    WIDTH,
  );
}

/** What changes between two networks, for a person: first the sources of which something does. */
export function diffText(compared: readonly Compared[], options: TextOptions): string {
  const changed = compared.filter((one) => diffStatus([one]) !== EXIT.met);
  const same = compared.filter((one) => !changed.includes(one));
  const together = options.detail === 'deciding' && same.length > 0;
  const assumed = assumptionLines(
    compared.flatMap(({ assumptions }) => assumptions),
    options.detail,
  );
  return `${[
    options.paint.strong(verdict(compared, options)),
    ...[...changed, ...(together ? [] : same)].flatMap((one) => ['', ...sourceLines(one, options)]),
    ...(together ? ['', ...sameLines(same)] : []),
    '',
    ...labelled('assumed', assumed).map(options.paint.faint),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

const witnessJson = ({ packet, exchange }: Witness): object => ({
  packet: packetJson(packet),
  trace: traceJson(exchange),
  copies: copiesJson(exchange),
});

const comparedJson = (one: Compared): object => ({
  source: printSource(one.source),
  over: one.over,
  onlyIn: one.onlyIn ?? null,
  differences: one.differences.map(({ before, after, old, new: now }) => ({
    before,
    after,
    old: witnessJson(old),
    new: witnessJson(now),
  })),
  unknowns: distinctUnknowns(one.unknowns).map(unknownJson),
  assumptions: one.assumptions.map(assumptionJson),
  corners: one.corners,
});

/** The same as JSON; nothing in it differs between two runs. */
export function diffJson(compared: readonly Compared[]): string {
  const exitCode = diffStatus(compared);
  const answer = exitCode === EXIT.met ? 'equivalent' : exitCode === EXIT.undecided ? 'unknown' : 'differs';
  const differences = compared.reduce((sum, one) => sum + one.differences.length, 0);
  return print({
    schemaVersion: SCHEMA_VERSION,
    answer,
    results: compared.map(comparedJson),
    summary: { differences, exitCode },
  });
}

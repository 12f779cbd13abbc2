import type { Hop, Walk } from '../network/trace.ts';
import { describeFate, originOf, printOrigin } from './fate.ts';
import { decidingRows, everyRow, quoteOf, type Row } from './hops.ts';
import { align, hanging, indent, labelled, WIDTH } from './layout.ts';
import { describeFrame, describePacket } from './packet.ts';
import type { Paint } from './paint.ts';

/** How much of a walk is shown: the hops that decided, or every one. */
export type Detail = 'deciding' | 'every';

const MARGIN = 2;
const QUOTE = 6;

const repeated = (rows: readonly Row[], at: number): boolean =>
  rows[at - 1]?.node === rows[at]?.node && rows[at - 1]?.hook === rows[at]?.hook;

function below({ quote, by }: Row, paint: Paint): string[] {
  const lines = quote === undefined ? [] : hanging(quote, WIDTH - QUOTE);
  const path = by === undefined ? [] : hanging(`by ${by}`, WIDTH - QUOTE).map(paint.faint);
  return indent([...lines, ...path], QUOTE);
}

const isEnd = (verdict: string): boolean => /^(DROP|REJECT|drop)/.test(verdict);

/** The hop table: node, hook, `table chain:rule`, verdict; what decided is quoted below its row. */
export function hopTable(walk: Walk, detail: Detail, paint: Paint): string[] {
  const rows = detail === 'every' ? everyRow(walk.hops) : decidingRows(walk.hops);
  if (rows.length === 0) return [];
  const cells = rows.map((row, i) => {
    const same = repeated(rows, i);
    return [same && rows[i - 1]?.node === row.node ? '' : row.node, same ? '' : row.hook, row.rule, row.verdict];
  });
  const lines = indent(align(cells), MARGIN);
  return lines.flatMap((line, i) => {
    const row = rows[i] as Row;
    return [isEnd(row.verdict) ? paint.strong(line) : line, ...below(row, paint)];
  });
}

/** What became of the packet, and what decided it (unless that is its last hop, where it is quoted already). */
export function fateLines({ fate, received, sent, copies, hops }: Walk, paint: Paint): string[] {
  const origin = originOf(fate);
  const quoted =
    origin !== undefined && hops.at(-1) !== undefined && quoteOf(hops.at(-1) as Hop) === printOrigin(origin);
  const changed = describePacket(received) !== describePacket(sent) && fate.kind === 'delivered';
  const marked = fate.kind === 'delivered' || fate.kind === 'leaves' ? paint.good : paint.bad;
  return [
    marked(describeFate(fate)),
    ...(origin === undefined || quoted ? [] : [`  ${printOrigin(origin)}`]),
    ...(changed ? [`received as ${describePacket(received)}`] : []),
    ...(copies.length === 0 ? [] : [`copies: ${copies.map((copy) => describeFate(copy.fate)).join('; ')}`]),
  ];
}

/** One packet's way: what was sent, its hops, its fate. */
export function describeWalk(walk: Walk, detail: Detail, paint: Paint): string[] {
  return [
    ...labelled('packet', [describeFrame(walk.sent)]),
    ...hopTable(walk, detail, paint),
    ...labelled(walk.leg === 'request' ? 'request' : 'reply', fateLines(walk, paint)),
  ];
}

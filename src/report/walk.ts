import type { Hop, Walk } from '../network/trace.ts';
import type { FlowState } from '../packet/exchange.ts';
import { CT_STATE } from '../packet/field.ts';
import type { Origin } from '../packet/place.ts';
import { describeFate, originOf, printOrigin } from './fate.ts';
import { decidingRows, everyRow, quoteOf, type Row } from './hops.ts';
import { align, hanging, indent, labelled, WIDTH } from './layout.ts';
import { describeFrame, describePacket } from './packet.ts';
import type { Paint } from './paint.ts';

/** How much of a walk is shown: the hops that decided, or every one. */
export type Detail = 'deciding' | 'every';

export interface TextOptions {
  readonly detail: Detail;
  readonly paint: Paint;
}

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

/** Whether the last row of the walk's hop table quotes this already. */
const isQuoted = ({ hops }: Walk, origin: Origin): boolean => {
  const last = hops.at(-1);
  return last !== undefined && quoteOf(last) === printOrigin(origin);
};

/** What became of the packet and, unless the hop table above says it, what decided that. */
export function fateLines(walk: Walk, table: 'table above' | 'alone', paint: Paint): string[] {
  const { fate, received, sent, copies } = walk;
  const origin = originOf(fate);
  const quoted = origin !== undefined && table === 'table above' && isQuoted(walk, origin);
  const changed = describePacket(received) !== describePacket(sent) && fate.kind === 'delivered';
  const marked = fate.kind === 'delivered' || fate.kind === 'leaves' ? paint.good : paint.bad;
  return [
    marked(describeFate(fate)),
    ...(origin === undefined || quoted ? [] : [`  ${printOrigin(origin)}`]),
    ...(changed ? [`received as ${describePacket(received)}`] : []),
    ...(copies.length === 0 ? [] : [`copies: ${copies.map((copy) => describeFate(copy.fate)).join('; ')}`]),
  ];
}

const STATES: ReadonlyMap<number, string> = new Map(Object.entries(CT_STATE).map(([name, value]) => [value, name]));

/** What conntrack says of the packet in a hook; nothing outside of netfilter, and before it looks (raw). */
export const stateOf = ({ table, packet }: Hop): string | undefined =>
  table === undefined || table === 'raw' ? undefined : STATES.get(packet.ctState);

/** `controller-1 NEW, compute-1 INVALID`: worth telling where the question leaves states free. */
function states({ hops }: Walk): string[] {
  const seen = new Map(hops.flatMap((hop) => (stateOf(hop) === undefined ? [] : [[hop.node, stateOf(hop)] as const])));
  return seen.size === 0 ? [] : [`state: ${[...seen].map(([node, state]) => `${node} ${state}`).join(', ')}`];
}

/** One packet's way: what was sent, its hops, its fate. */
export function describeWalk(walk: Walk, flow: FlowState, { detail, paint }: TextOptions): string[] {
  const told = flow === 'fresh' ? [] : states(walk);
  return [
    ...labelled('packet', [describeFrame(walk.sent), ...told]),
    ...hopTable(walk, detail, paint),
    ...labelled(walk.leg === 'request' ? 'request' : 'reply', fateLines(walk, 'table above', paint)),
  ];
}

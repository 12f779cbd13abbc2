import type { Exchange, Walk } from '../network/trace.ts';
import type { Fate } from '../packet/fate.ts';
import { assumptionLines } from './assumption.ts';
import { describeFate } from './fate.ts';
import {
  assumptionJson,
  copiesJson,
  fateJson,
  print,
  SCHEMA_VERSION,
  traceJson,
  unknownJson,
  walkJson,
} from './json.ts';
import { labelled } from './layout.ts';
import { packetJson } from './packet.ts';
import { EXIT } from './status.ts';
import { exchangeLines, type TextOptions } from './text.ts';
import { taken } from './unknown.ts';

/** One packet walked for every combination of what is not known. */
export interface Traced {
  readonly exchanges: readonly Exchange[];
  /** `false` where there were more combinations than were walked. */
  readonly complete: boolean;
}

const requestOf = ({ disposition }: Exchange): Fate => disposition.request;
const isDelivered = (exchange: Exchange): boolean => requestOf(exchange).kind === 'delivered';

/** 0 delivered, 1 not, 3 where that depends on what is not known (or on what was not walked). */
export function traceStatus({ exchanges, complete }: Traced): number {
  const delivered = exchanges.filter(isDelivered).length;
  if (delivered > 0 && delivered < exchanges.length) return EXIT.undecided;
  if (exchanges.some((exchange) => requestOf(exchange).kind === 'unknown')) return EXIT.undecided;
  if (!complete) return EXIT.undecided;
  return delivered > 0 ? EXIT.met : EXIT.violated;
}

/** One exchange for each end that the packet may come to, in the order in which they were walked. */
function distinct(exchanges: readonly Exchange[]): Exchange[] {
  const ends = new Map<string, Exchange>();
  for (const exchange of exchanges) {
    const key = JSON.stringify(exchange.disposition);
    if (!ends.has(key)) ends.set(key, exchange);
  }
  return [...ends.values()];
}

function endLines(exchange: Exchange, several: boolean, options: TextOptions): string[] {
  const values = several ? labelled('if', taken(exchange)).map(options.paint.doubtful) : [];
  return [...values, ...exchangeLines(exchange, options), ...(several ? [''] : [])];
}

/** The walks of one packet, for a person. */
export function traceText(traced: Traced, options: TextOptions): string {
  const { paint } = options;
  const ends = distinct(traced.exchanges);
  const fates = [...new Set(ends.map((exchange) => describeFate(requestOf(exchange))))];
  const several = ends.length > 1;
  const [first = 'nothing was walked'] = fates;
  const title = fates.length > 1 ? 'the fate of the packet depends on what is not known' : first;
  const assumed = assumptionLines(
    ends.flatMap(({ assumptions }) => assumptions),
    options.detail,
  );
  return `${[
    paint.strong(title),
    ...(traced.complete ? [] : [paint.doubtful('not every combination of the unknowns was walked')]),
    '',
    ...ends.flatMap((exchange) => endLines(exchange, several, options)),
    ...labelled('assumed', assumed).map(paint.faint),
  ].join('\n')}\n`;
}

const NOTHING = { delivered: false, node: null, src: null, dst: null };

function legJson(walk: Walk | undefined, fate: Fate): object {
  return {
    ...(walk === undefined ? NOTHING : walkJson(walk)),
    delivered: fate.kind === 'delivered',
    ...fateJson(fate),
  };
}

function exchangeJson(exchange: Exchange): object {
  const { walks, disposition, met, assumptions } = exchange;
  const request = walks.find(({ leg }) => leg === 'request');
  const replies = walks.filter(({ leg }) => leg !== 'request');
  const delivered = disposition.reply.kind === 'delivered';
  const reply = delivered ? replies.find(({ leg }) => leg === 'answer') : replies.at(-1);
  return {
    request: legJson(request, disposition.request),
    reply: legJson(reply, disposition.reply),
    witness:
      request === undefined
        ? null
        : { packet: packetJson(request.sent), trace: traceJson(exchange), copies: copiesJson(exchange) },
    unknowns: met.map(({ unknown, value }) => ({ ...unknownJson(unknown), value })),
    assumptions: assumptions.map(assumptionJson),
  };
}

/** The walks of one packet as JSON: one result for each end that it may come to. */
export const traceReport = (traced: Traced): string =>
  print({
    schemaVersion: SCHEMA_VERSION,
    complete: traced.complete,
    results: distinct(traced.exchanges).map(exchangeJson),
    summary: { exitCode: traceStatus(traced) },
  });

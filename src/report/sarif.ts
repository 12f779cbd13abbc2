import type { CodeFlow, Location, Log, ReportingDescriptor, Result, Run } from 'sarif';
import type { Exchange, Hop } from '../network/trace.ts';
import type { Place } from '../packet/place.ts';
import type { Finding } from '../question/finding.ts';
import { originOf } from './fate.ts';
import { missed } from './junit.ts';
import { shownOf } from './shown.ts';
import { type Checked, statusOf, summarise } from './status.ts';

/** Where the snapshot is and which netqed looked at it. */
export interface SarifContext {
  readonly version: string;
  /** Turns a file of the snapshot into a URI reference: relative to where the check ran, if it is below. */
  readonly uri: (file: string) => string;
}

type Uri = SarifContext['uri'];

const exchangeOf = (finding: Finding): Exchange | undefined => shownOf(finding)?.exchange;

const at = (file: string, line: number, uri: Uri): Location => ({
  physicalLocation: { artifactLocation: { uri: uri(file) }, region: { startLine: line } },
});

/** The last rule that let the packet through: what to look at where a packet arrives that must not. */
function lastAccept({ walks }: Exchange): Place | undefined {
  const request = walks.find(({ leg }) => leg === 'request');
  const hop = request?.hops.findLast(
    ({ rule, file, verdict }) => rule !== undefined && file !== undefined && !/^(jump|goto) /.test(verdict),
  );
  return hop?.file === undefined || hop.line === undefined ? undefined : { file: hop.file, line: hop.line, column: 1 };
}

/** The line of a capture that decided the answer, or that leaves it open. */
export function decidingPlace(finding: Finding): Place | undefined {
  const { answer, request, reply, unknowns } = finding;
  const exchange = exchangeOf(finding);
  const open = unknowns.find(({ origin }) => origin?.place !== undefined)?.origin?.place;
  const accepted = exchange === undefined ? undefined : lastAccept(exchange);
  const lost = [request, reply]
    .map((outcome) => outcome && originOf(outcome.fate)?.place)
    .find((place) => place !== undefined);
  switch (answer) {
    case 'yes':
      return accepted;
    case 'no':
      return lost ?? accepted;
    case 'unknown':
      return open ?? lost ?? accepted;
  }
}

const hopText = ({ node, hook, table, chain, rule, verdict, text }: Hop): string =>
  [node, hook, table, rule === undefined ? chain : `${chain}:${rule}`, verdict, text]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');

function hopLocation(hop: Hop, uri: Uri): Location {
  const where = hop.file === undefined || hop.line === undefined ? {} : at(hop.file, hop.line, uri);
  return { ...where, message: { text: hopText(hop) }, logicalLocations: [{ name: hop.node, kind: 'node' }] };
}

/** The hops of the exchange, in order: one thread flow a packet. */
const codeFlow = ({ walks }: Exchange, uri: Uri): CodeFlow => ({
  threadFlows: walks
    .filter(({ hops }) => hops.length > 0)
    .map(({ leg, hops }) => ({ id: leg, locations: hops.map((hop) => ({ location: hopLocation(hop, uri) })) })),
});

function resultOf(checked: Checked, index: number, uri: Uri): Result {
  const place = decidingPlace(checked.finding) ?? checked.place;
  const exchange = exchangeOf(checked.finding);
  const undecided = statusOf(checked) === 'undecided';
  return {
    ruleId: checked.id,
    ruleIndex: index,
    kind: undecided ? 'open' : 'fail',
    level: undecided ? 'none' : 'error', // SARIF 3.27.10: a kind other than `fail` has the level `none`
    message: { text: missed(checked) },
    locations: place === undefined ? [] : [at(place.file, place.line, uri)],
    ...(exchange === undefined || exchange.walks.every(({ hops }) => hops.length === 0)
      ? {}
      : { codeFlows: [codeFlow(exchange, uri)] }),
  };
}

const ruleOf = ({ id, expect, why, finding }: Checked): ReportingDescriptor => ({
  id,
  shortDescription: { text: `${finding.question}: ${expect ?? 'yes'}` },
  ...(why === undefined ? {} : { fullDescription: { text: why } }),
});

function runOf(results: readonly Checked[], { version, uri }: SarifContext): Run {
  const { exitCode } = summarise(results);
  return {
    tool: { driver: { name: 'netqed', semanticVersion: version, rules: results.map(ruleOf) } },
    invocations: [{ executionSuccessful: true, exitCode }],
    results: results.flatMap((checked, i) => (statusOf(checked) === 'met' ? [] : [resultOf(checked, i, uri)])),
  };
}

/**
 * SARIF 2.1.0 (OASIS): one rule a policy, one result a policy that is violated (`fail`) or undecided (`open`), at the
 * line of the capture that decides it, with the hops as its code flow.
 */
export function sarifReport(results: readonly Checked[], context: SarifContext): string {
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [runOf(results, context)],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

import type { Exchange, Hop, Walk } from '../network/trace.ts';
import type { Address } from '../packet/address.ts';
import { printAddress } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import type { Assumption, Unknown } from '../packet/place.ts';
import type { Finding, Outcome, Witness } from '../question/finding.ts';
import { describeFate, fateNode, originOf } from './fate.ts';
import { packetJson } from './packet.ts';
import { shownOf } from './shown.ts';
import { type Checked, statusOf, summarise } from './status.ts';
import { distinctUnknowns } from './unknown.ts';
import { stateOf } from './walk.ts';

/** The version of the shape; it changes only when a member that is there changes or goes. */
export const SCHEMA_VERSION = '1';

const hopJson = (leg: string, hop: Hop): object => ({
  leg,
  node: hop.node,
  hook: hop.hook,
  table: hop.table ?? null,
  chain: hop.chain ?? null,
  rule: hop.rule ?? null,
  file: hop.file ?? null,
  line: hop.line ?? null,
  verdict: hop.verdict,
  text: hop.text,
  ...(stateOf(hop) === undefined ? {} : { ctState: stateOf(hop) }),
});

/** All hops of an exchange in the order of the walk, each with its leg. */
export const traceJson = ({ walks }: Exchange): object[] =>
  walks.flatMap(({ leg, hops }) => hops.map((hop) => hopJson(leg, hop)));

export const copiesJson = ({ walks }: Exchange): object[] =>
  walks.flatMap(({ leg, copies }) =>
    copies.map((copy) => ({ leg, ...fateJson(copy.fate), trace: copy.hops.map((hop) => hopJson(leg, hop)) })),
  );

/** A fate with the place that decided it. */
export function fateJson(fate: Fate): object {
  const origin = originOf(fate);
  return {
    fate: fate.kind,
    reason: fate.kind === 'dropped' || fate.kind === 'none' ? fate.reason : null,
    text: describeFate(fate),
    decidedBy:
      origin === undefined
        ? null
        : { text: origin.text, file: origin.place?.file ?? null, line: origin.place?.line ?? null },
  };
}

const address = (value: Address | undefined): string | null => (value === undefined ? null : printAddress(value));

function outcomeJson(outcome: Outcome | undefined): object {
  if (outcome === undefined) return { delivered: false, node: null, alternatives: [], src: null, dst: null };
  const { delivered, fate, node, alternatives, src, dst } = outcome;
  return {
    delivered,
    node: node ?? fateNode(fate) ?? null,
    alternatives,
    src: address(src),
    dst: address(dst),
    ...fateJson(fate),
  };
}

export const walkJson = ({ fate, received }: Walk): object => ({
  delivered: fate.kind === 'delivered',
  node: fateNode(fate) ?? null,
  src: address(received.src),
  dst: address(received.dst),
  ...fateJson(fate),
});

const witnessJson = ({ packet, exchange }: Witness): object => ({
  packet: packetJson(packet),
  trace: traceJson(exchange),
  copies: copiesJson(exchange),
});

export const unknownJson = ({ reason, origin }: Unknown): object => ({
  reason,
  node: origin?.node ?? null,
  text: origin?.text ?? null,
  file: origin?.place?.file ?? null,
  line: origin?.place?.line ?? null,
});

export const assumptionJson = ({ node, text }: Assumption): object => ({ node: node ?? null, text });

function proofJson({ proof }: Finding, example: Witness | undefined): object | null {
  if (proof === undefined) return null;
  const { over, corners } = proof;
  return { over, corners, example: example === undefined ? null : witnessJson(example) };
}

function resultJson(checked: Checked): object {
  const { id, expect, why, finding } = checked;
  const shown = shownOf(finding);
  const example = shown === undefined ? null : witnessJson(shown);
  return {
    id,
    question: finding.question,
    answer: finding.answer,
    expect,
    status: statusOf(checked),
    ...(why === undefined ? {} : { why }),
    request: outcomeJson(finding.request),
    reply: outcomeJson(finding.reply),
    witness: finding.witness === null || finding.answer === 'unknown' ? null : example,
    proof: proofJson(finding, shown),
    ...(finding.answer === 'unknown' ? { example } : {}),
    unknowns: distinctUnknowns(finding.unknowns).map(unknownJson),
    assumptions: finding.assumptions.map(assumptionJson),
    ms: finding.ms,
  };
}

export const print = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** The object of `check --format json` and `ask --format json`; `ms` alone may differ between two runs. */
export const jsonReport = (results: readonly Checked[]): string =>
  print({ schemaVersion: SCHEMA_VERSION, results: results.map(resultJson), summary: summarise(results) });

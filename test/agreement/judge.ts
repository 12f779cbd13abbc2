import type { Arrival, Verdict } from '../../src/lab/verdict.ts';
import type { Exchange, Walk } from '../../src/network/trace.ts';
import { printAddress } from '../../src/packet/address.ts';
import { PROTOCOL } from '../../src/packet/field.ts';

/** What kernel and evaluator are compared by: where the request was delivered, as what, and whether the answer came back. */
export interface Outcome {
  readonly delivered: readonly string[];
  readonly answered: boolean;
}

/** A node's own packets come in by `lo`, but a raw socket sees them on the interface that has the address: left out there. */
const place = (from: string, node: string, device: string): string => (from === node ? node : `${node}:${device}`);

const written = (from: string, { node, interface: device, src, sport, dst, dport }: Arrival): string =>
  `${place(from, node, device)} ${printAddress(src)}:${sport} > ${printAddress(dst)}:${dport}`;

export const ofKernel = (from: string, { arrivals, answered }: Verdict): Outcome => ({
  delivered: [...new Set(arrivals.map((one) => written(from, one)))].sort(),
  answered,
});

export function ofExchange(from: string, { walks, disposition }: Exchange): Outcome {
  const copies = walks.filter(({ leg }) => leg === 'request').flatMap((walk) => [walk, ...walk.copies]);
  const delivered = [...new Set(copies.flatMap((walk) => arrivalOf(from, walk)))].sort();
  return { delivered, answered: disposition.reply.kind === 'delivered' };
}

function arrivalOf(from: string, { fate, received }: Walk): readonly string[] {
  if (fate.kind !== 'delivered') return [];
  const ports =
    received.proto === PROTOCOL.TCP || received.proto === PROTOCOL.UDP
      ? { sport: received.sport, dport: received.dport }
      : { sport: 0, dport: 0 };
  return [
    written(from, { node: fate.node, interface: fate.interface, src: received.src, dst: received.dst, ...ports }),
  ];
}

/** Only a socket can tell whether it was answered. */
const seenBy = (exchange: Exchange | undefined, outcome: Outcome): Outcome =>
  exchange?.probe.source.kind === 'socket' ? outcome : { ...outcome, answered: false };

export const same = (a: Outcome, b: Outcome): boolean =>
  a.answered === b.answered && a.delivered.join() === b.delivered.join();

const print = ({ delivered, answered }: Outcome): string =>
  `${delivered.join(' and ') || 'delivered nowhere'}, ${answered ? 'answered' : 'no answer'}`;

/** Where, without the addresses and ports. */
const roughly = ({ delivered, answered }: Outcome): Outcome => ({
  delivered: delivered.map((text) => text.split(' ')[0] ?? text),
  answered,
});

/** What the captures do not decide, a kernel can't contradict. */
const isUndecided = ({ walks }: Exchange): boolean =>
  walks.flatMap((walk) => [walk, ...walk.copies]).some(({ fate }) => fate.kind === 'unknown');

/** How an evaluator's exchanges (one a combination of unknowns) differ from what the kernel did; `undefined` if one of them is it. */
export function disagreement(
  from: string,
  exchanges: readonly Exchange[] & { readonly complete?: boolean },
  verdict: Verdict,
): string | undefined {
  if (exchanges.some(isUndecided)) return undefined;
  const kernel = ofKernel(from, verdict);
  const model = exchanges.map((exchange) => seenBy(exchange, ofExchange(from, exchange)));
  if (model.some((one) => same(one, kernel))) return undefined;
  // a port or an address that nat picks: not every one was walked
  if (exchanges.complete === false && model.some((one) => same(roughly(one), roughly(kernel)))) return undefined;
  return [
    `kernel: ${print(kernel)}${verdict.errno === undefined ? '' : ` (${verdict.errno})`}`,
    ...exchanges.map((exchange, n) => `model: ${print(model[n] as Outcome)}\n${trace(exchange)}`),
  ].join('\n');
}

/** The exchange hop by hop, for messages. */
export const trace = ({ walks, disposition }: Exchange): string =>
  [
    ...walks.flatMap((walk) => [walk, ...walk.copies]).flatMap(walkLines),
    `  request ${JSON.stringify(disposition.request)}`,
    `  reply ${JSON.stringify(disposition.reply)}`,
  ].join('\n');

const walkLines = ({ leg, hops, fate }: Walk): readonly string[] => [
  `  ${leg}: ${fate.kind}`,
  ...hops.map(({ node, hook, table, chain, rule, text, verdict, packet }) => {
    const where = table === undefined ? hook : `${hook} ${table}:${chain}:${rule ?? 'policy'}`;
    return `    ${node} ${where} ${printAddress(packet.src)}:${packet.sport}>${printAddress(packet.dst)}:${packet.dport} ${text} => ${verdict}`;
  }),
];

import type { Exchange, Walk } from '../network/trace.ts';
import { type Address, printAddress } from '../packet/address.ts';
import { PROTOCOL } from '../packet/field.ts';
import { asText } from '../packet/scalar.ts';
import { requestsOf } from './expected.ts';
import type { Arrival, Verdict } from './verdict.ts';

/** What model and kernel are compared by, besides the rules: where the request was delivered, as what, and whether the answer came back. */
export interface Outcome {
  readonly delivered: readonly Arrival[];
  readonly answered: boolean;
}

/** Each arrival once, in an order of their own. */
function distinct(arrivals: readonly Arrival[]): readonly Arrival[] {
  const keys = new Map(arrivals.map((one) => [keyOf(one), one]));
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

const keyOf = ({ node, interface: device, src, sport, dst, dport }: Arrival): string =>
  asText([node, device, src, sport, dst, dport]);

/** A node's own packets come in by `lo`, but a raw socket sees them on the interface that has the address: left out there. */
const placed = (one: Arrival, asker: string): Arrival => (one.node === asker ? { ...one, interface: 'lo' } : one);

export const kernelOutcome = (asker: string, { arrivals, answered }: Verdict): Outcome => ({
  delivered: distinct(arrivals.map((one) => placed(one, asker))),
  answered,
});

/** Only a socket can tell whether it was answered. */
export const modelOutcome = (exchange: Exchange): Outcome => ({
  delivered: distinct(requestsOf(exchange).flatMap((walk) => arrivalOf(walk, exchange.probe.source.node))),
  answered: exchange.probe.source.kind === 'socket' && exchange.disposition.reply.kind === 'delivered',
});

const PORTED: readonly number[] = [PROTOCOL.TCP, PROTOCOL.UDP];

function arrivalOf({ fate, received }: Walk, asker: string): readonly Arrival[] {
  if (fate.kind !== 'delivered') return [];
  const { src, dst, proto } = received;
  const { sport, dport } = PORTED.includes(proto) ? received : { sport: 0, dport: 0 };
  return [placed({ node: fate.node, interface: fate.interface, src, sport, dst, dport }, asker)];
}

export const outcomeDifferences = (model: Outcome, kernel: Outcome): readonly string[] => [
  ...(model.delivered.map(keyOf).join() === kernel.delivered.map(keyOf).join()
    ? []
    : [`delivered: model ${places(model)}; kernel ${places(kernel)}`]),
  ...(model.answered === kernel.answered
    ? []
    : [`answered: model ${yes(model.answered)}; kernel ${yes(kernel.answered)}`]),
];

const yes = (is: boolean): string => (is ? 'yes' : 'no');
const places = ({ delivered }: Outcome): string =>
  delivered
    .map(
      ({ node, interface: device, src, sport, dst, dport }) =>
        `${node} (${device}) ${endOf(src, sport)} -> ${endOf(dst, dport)}`,
    )
    .join(' and ') || 'nowhere';
const endOf = (address: Address, port: number): string => `${printAddress(address)}${port === 0 ? '' : `:${port}`}`;

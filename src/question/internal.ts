import type { Exchange } from '../network/trace.ts';
import type { Disposition } from '../packet/fate.ts';
import { asText } from '../packet/scalar.ts';

/** What netqed proves and what its evaluator walks disagree: ours to mend, never an answer (exit status 70). */
export class InternalError extends Error {
  override readonly name = 'InternalError';
  /** What the evaluator did with the packet. */
  readonly exchange: Exchange;
  /** What the Program that was asked does with it. */
  readonly program: readonly Disposition[];

  constructor(message: string, exchange: Exchange, program: readonly Disposition[]) {
    super(`${message}\n  evaluator: ${describe(exchange)}\n  program: ${asText(program)}`);
    this.exchange = exchange;
    this.program = program;
  }
}

function describe({ walks, disposition, met }: Exchange): string {
  const hops = walks.flatMap(({ leg, sent, hops: ways }) => [
    `    ${leg} ${asText(sent)}`,
    ...ways.map(({ node, hook, table, chain, rule, text, verdict }) =>
      ['     ', node, hook, table, chain, rule, text, '→', verdict].filter((part) => part !== undefined).join(' '),
    ),
  ]);
  const values = met.map(({ unknown, value }) => `    ${unknown.id} = ${value} (${unknown.reason})`);
  return [asText(disposition), ...hops, ...values].join('\n');
}

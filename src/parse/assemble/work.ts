import type { Node } from '../../network/network.ts';
import type { Family } from '../../packet/field.ts';
import type { Assumption } from '../../packet/place.ts';
import type { DescribedNode } from '../wiring/wiring.ts';
import type { Desk } from './desk.ts';
import type { Readings } from './facts.ts';

/** Everything that is known of one node before it is put together. */
export interface NodeParts {
  readonly name: string;
  readonly readings: Readings;
  /** Whether it has a folder of captures; if not, its description is all there is of it. */
  readonly captured: boolean;
  /** What `network.yaml` says of it. */
  readonly described?: DescribedNode;
  readonly kernelDefaults: boolean;
}

/** A node while it is put together: what had to be taken for granted, and what is left open. */
export interface Work extends NodeParts {
  readonly family: Family;
  readonly desk: Desk;
  readonly settings: Node['settings'];
  readonly settingsComplete: boolean;
  readonly undecided: Map<'interfaces' | 'routes', string>;
  readonly assumptions: Assumption[];
}

/** Notes what is taken for granted because no capture shows it; a description by hand leaves nothing open. */
export function assume({ name, captured, assumptions }: Work, text: string): void {
  if (captured) assumptions.push({ node: name, text });
}

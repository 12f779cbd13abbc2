import { join } from 'node:path';
import type { Change, Finding, Network, Node } from '../src/index.ts';
import { ask, change, load } from '../src/index.ts';

const MODELS = join(import.meta.dirname, '..', 'models', 'nova-network');

/** One state of the tutorial's network (`models/nova-network`), with what-ifs carried out from left to right. */
export const world = async (state: string, ...changes: readonly Change[]): Promise<Network> =>
  change(await load(join(MODELS, state)), ...changes);

/** The same network where no bridge has rules of ebtables: what guests send is let through. */
export const unfiltered = (network: Network): Network => ({
  ...network,
  nodes: new Map([...network.nodes].map(([name, node]) => [name, withoutFrameRules(node)])),
});

function withoutFrameRules(node: Node): Node {
  const { frameRules: _, ...others } = node;
  return others;
}

export const set = (text: string): Change => ({ option: '--set', text });
export const remove = (text: string): Change => ({ option: '--delete', text });
export const insert = (text: string): Change => ({ option: '--insert', text });

/** The answers to several questions about one network, in order. */
export async function answers(
  network: Network,
  ...questions: readonly string[]
): Promise<readonly Finding['answer'][]> {
  const given: Finding['answer'][] = [];
  for (const question of questions) given.push((await ask(network, question)).answer);
  return given;
}

/** The last hop of the packet that the finding shows: the thing that decided. */
export function decidedBy({ witness, proof }: Finding): string {
  const shown = witness ?? proof?.example;
  return shown?.exchange.walks.at(-1)?.hops.at(-1)?.text ?? '';
}

import type { Agent } from './agent.ts';
import { run } from './command.ts';
import type { Lab } from './lab.ts';
import { present } from './possible.ts';
import { type Places, readHandles, readTrace, type Visit } from './visit.ts';

export interface Recording {
  /** Ends the recording: what every packet met on every node, in the order in which each node saw it. */
  stop(): Promise<readonly Visit[]>;
}

/** Why rule paths can't be recorded here: they need the nft flavour of iptables, whose trace stays inside the namespace. */
export const whyNoPaths = (): string | undefined => {
  const missing = ['nft', 'iptables-nft', 'iptables-nft-restore'].filter((command) => !present(command));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
};

/**
 * Records the rules that packets meet (`-j TRACE` in front of everything else, told by `nft monitor trace`). The lab must
 * have been opened with `iptables: 'nft'`; it is of no other use afterwards. Positions are counted without the TRACE rules.
 * @throws Error with what a command said if it can't be done
 */
export async function recordPaths(lab: Lab): Promise<Recording> {
  const recorded = await Promise.all(
    [...lab.agents].map(async ([node, agent]) => ({ node, agent, ...(await begin(agent)) })),
  );
  const said = recorded.flatMap(({ errors }) => errors);
  if (said.length > 0) throw new Error(`rule paths can't be recorded: ${said.join('; ')}`);
  return {
    stop: async () => {
      await Promise.all(recorded.map(({ agent }) => lastWord(agent)));
      return recorded.flatMap(({ node, agent, places }) => readTrace(node, agent.traced, places));
    },
  };
}

const inside = ({ namespace }: Agent, words: readonly string[], input = '') =>
  run('ip', ['netns', 'exec', namespace, ...words], input);

const TRACE_ALL = '*raw\n-I PREROUTING -j TRACE\n-I OUTPUT -j TRACE\nCOMMIT\n';

async function begin(agent: Agent): Promise<{ readonly places: Places; readonly errors: readonly string[] }> {
  const failed = agent.failures.length;
  const { err } = await inside(agent, ['iptables-nft-restore', '--noflush'], TRACE_ALL);
  const listing = await inside(agent, ['nft', '-j', '-a', 'list', 'ruleset']);
  agent.order(['trace']);
  await agent.done();
  const errors = [err, listing.err, ...agent.failures.slice(failed)].filter((text) => text !== '');
  return { places: errors.length > 0 ? new Map() : readHandles(listing.out), errors };
}

/** No probe has this number: what the monitor tells of it is behind everything that it told of probes. */
const LAST = 0xffffffff;
const PATIENCE = 1500;

/** Waits until everything that was traced so far has been told; a node without `lo` is given a while. */
async function lastWord(agent: Agent): Promise<void> {
  agent.order(['udp', LAST, '-', 0, '127.0.0.1', 9, 0, 0, 0]);
  const told = (): boolean => agent.traced.some((line) => line.includes('0x4e514544ffffffff'));
  for (const end = Date.now() + PATIENCE; !told() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 20));
}

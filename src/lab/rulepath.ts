import { type ChildProcess, spawn } from 'node:child_process';
import type { Agent } from './agent.ts';
import { run } from './command.ts';
import type { Lab } from './lab.ts';
import { present } from './possible.ts';

/** One thing that a node's rules did to a packet, in order: a rule that matched, or the policy of a chain that decided (no `rule`). */
export interface RuleHop {
  readonly node: string;
  readonly table: string;
  readonly chain: string;
  /** Its position in its chain, from 1. */
  readonly rule?: number;
  /** What the kernel calls the verdict: `ACCEPT`, `DROP`, `JUMP:chain`, `CONTINUE`, … */
  readonly verdict: string;
}

/** The rules that one packet met on one node. `sport` and `dport` are those with which it was first seen there. */
export interface RulePath {
  readonly node: string;
  readonly sport: number;
  readonly dport: number;
  /** The words that follow the ports: `SYN`, `ACK`, … */
  readonly flags: string;
  readonly hops: readonly RuleHop[];
}

export interface Recording {
  /** Ends the recording: every packet that carried ports, in the order in which each node saw them. */
  stop(): Promise<readonly RulePath[]>;
}

/** Why rule paths can't be recorded here: they need the nft flavour of iptables, whose trace stays inside the namespace. */
export const whyNoPaths = (): string | undefined => {
  const missing = ['nft', 'iptables-nft', 'xtables-monitor'].filter((command) => !present(command));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
};

/**
 * Records the rules that packets meet (`-j TRACE` in front of everything else, read by `xtables-monitor`). The lab must
 * have been opened with `iptables: 'nft'`. Positions are counted without the TRACE rules.
 */
export async function recordPaths(lab: Lab): Promise<Recording> {
  const recorders = await Promise.all([...lab.agents].map(([node, agent]) => startRecorder(node, agent)));
  return {
    stop: async () => {
      await new Promise((resolve) => setTimeout(resolve, 100)); // netlink to the monitor's pipe
      for (const { monitor } of recorders) monitor.kill();
      return recorders.flatMap(({ node, text, places }) => readTrace(node, text(), places));
    },
  };
}

interface Recorder {
  readonly node: string;
  readonly monitor: ChildProcess;
  readonly text: () => string;
  readonly places: Places;
}

const inside = ({ namespace }: Agent, words: readonly string[]) => run('ip', ['netns', 'exec', namespace, ...words]);

async function startRecorder(node: string, agent: Agent): Promise<Recorder> {
  for (const chain of ['PREROUTING', 'OUTPUT'])
    await inside(agent, ['iptables-nft', '-t', 'raw', '-I', chain, '-j', 'TRACE']);
  const places = readHandles((await inside(agent, ['nft', '-j', '-a', 'list', 'ruleset'])).out);
  const monitor = spawn('ip', ['netns', 'exec', agent.namespace, 'xtables-monitor', '--trace'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const chunks: Buffer[] = [];
  monitor.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => setTimeout(resolve, 100)); // it says nothing when it is ready
  return { node, monitor, text: () => Buffer.concat(chunks).toString(), places };
}

/** Position of each rule in its chain by `table:chain:handle`; 0 is the TRACE rule in front. */
type Places = ReadonlyMap<string, number>;

/** Reads `nft -j -a list ruleset`: the rules of a chain stand there in order. */
export function readHandles(json: string): Places {
  const { nftables } = JSON.parse(json) as {
    nftables: { rule?: { family: string; table: string; chain: string; handle: number } }[];
  };
  const places = new Map<string, number>();
  const next = new Map<string, number>();
  for (const { rule } of nftables) {
    if (rule === undefined || rule.family !== 'ip') continue;
    const chain = `${rule.table}:${rule.chain}`;
    const traced = rule.table === 'raw' && (rule.chain === 'PREROUTING' || rule.chain === 'OUTPUT');
    const position = next.get(chain) ?? (traced ? 0 : 1);
    places.set(`${chain}:${rule.handle}`, position);
    next.set(chain, position + 1);
  }
  return places;
}

const PACKET = /^PACKET: \d+ (\S+) .*?SPORT=(\d+) DPORT=(\d+) ?(.*)$/;
const RULE = /^ TRACE: \d+ (\S+) ([^:]+):(.+?):(?:rule:0x([0-9a-f]+)|(?:return|policy)):(\S*)/i;

/** Reads what `xtables-monitor --trace` printed. A packet is followed by its number there; numbers are used again. */
export function readTrace(node: string, text: string, places: Places): readonly RulePath[] {
  const paths: (RulePath & { readonly hops: RuleHop[] })[] = [];
  const current = new Map<string, RulePath & { readonly hops: RuleHop[] }>();
  for (const line of text.split('\n')) {
    const [, id = '', sport, dport, flags = ''] = PACKET.exec(line) ?? [];
    if (sport !== undefined && !isSame(current.get(id), Number(sport), flags.trim())) {
      const path = { node, sport: Number(sport), dport: Number(dport), flags: flags.trim(), hops: [] };
      paths.push(path);
      current.set(id, path);
    }
    const hop = readHop(node, line, places);
    if (hop !== undefined) current.get(hop.id)?.hops.push(hop.hop);
  }
  return paths;
}

/** The header is told again at every base chain; a translated source port is a change within one packet's way. */
const isSame = (path: RulePath | undefined, sport: number, flags: string): boolean =>
  path?.sport === sport && path.flags === flags;

function readHop(node: string, line: string, places: Places): { id: string; hop: RuleHop } | undefined {
  const [, id = '', table, chain = '', handle, verdict = ''] = RULE.exec(line) ?? [];
  if (table === undefined) return undefined;
  if (handle === undefined) return { id, hop: { node, table, chain, verdict } };
  const rule = places.get(`${table}:${chain}:${Number.parseInt(handle, 16)}`);
  return rule === undefined || rule === 0 ? undefined : { id, hop: { node, table, chain, rule, verdict } };
}

import type { ArpRules, FrameChain, FrameFlavour, FrameRules } from '../network/frame-rules.ts';
import type { Node } from '../network/network.ts';
import { printArpRules, printFrameRules } from '../parse/frames/print.ts';
import { type Ended, run } from './command.ts';

/** Makes the rules of ebtables and arptables in a node's namespace. @returns what the commands said */
export async function loadFrameRules(
  { frameRules, frameFlavour, arpRules }: Node,
  namespace: string,
): Promise<readonly string[]> {
  const commands = [...frameCommands(frameRules, frameFlavour), ...arpCommands(arpRules)];
  const said: string[] = [];
  for (const { words, input } of commands) said.push(...complaints(await inside(namespace, words, input)));
  return said;
}

/** A command of the node's namespace, and what it reads. */
export interface Command {
  readonly words: readonly string[];
  readonly input: string;
}

const inside = (namespace: string, words: readonly string[], input: string): Promise<Ended> =>
  run('ip', ['netns', 'exec', namespace, ...words], input);

/** iptables-nft warns of tables that it finds as it should. */
const complaints = ({ status, err }: Ended): readonly string[] =>
  status === 0 ? [] : err.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

const RESTORE = { legacy: 'ebtables-legacy-restore', nf_tables: 'ebtables-nft-restore' } as const;

/** What makes rules of ebtables: whose they are is the machine's choice where nothing says it. */
export const frameCommands = (rules: FrameRules | undefined, flavour?: FrameFlavour): readonly Command[] =>
  rules === undefined || rules.size === 0
    ? []
    : [{ words: [flavour === undefined ? 'ebtables-restore' : RESTORE[flavour]], input: printFrameRules(rules) }];

/** What makes rules of arptables. */
export function arpCommands(rules: ArpRules | undefined): readonly Command[] {
  if (rules === undefined || rules.size === 0) return [];
  const forward = rules.get('FORWARD');
  if (forward !== undefined && !isIdle(forward)) return [{ words: ['sh', '-e'], input: legacyCommands(rules) }];
  // nf_tables has no FORWARD for ARP: arptables-nft knows no chain of that name
  const others = new Map([...rules].filter(([name]) => name !== 'FORWARD'));
  return [{ words: ['arptables-restore'], input: printArpRules(others) }];
}

const isIdle = ({ policy, rules }: FrameChain): boolean => policy === 'ACCEPT' && rules.length === 0;

/** The restore command of arptables-legacy asks whichever arptables the machine prefers: one command a rule asks the right one. */
function legacyCommands(rules: ArpRules): string {
  const all = [...rules.values()];
  const lines = [
    ...all.map(({ name, builtIn, policy }) => (builtIn ? `-P ${name} ${policy}` : `-N ${name}`)),
    ...all.flatMap((chain) => chain.rules.map(({ text }) => text)),
  ];
  return lines.map((line) => `arptables-legacy ${quoted(line)}\n`).join('');
}

/** Each word as it is: the shell sees nothing in it. */
const quoted = (line: string): string =>
  line
    .split(' ')
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');

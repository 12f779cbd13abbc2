import type { Network, Node } from '../network/network.ts';
import { BROADCAST_MAC } from '../packet/address.ts';
import { type Agent, startAgent } from './agent.ts';
import { bridgeBatch, ip6Batch, ipBatch, run } from './command.ts';
import { loadFrameRules } from './frames.ts';
import { interfaceLines, risingDevices } from './interfaces.ts';
import { addNamespaces, deleteNamespaces, deleteStale, namer } from './namespace.ts';
import { whyNot } from './possible.ts';
import { policyLines, routeLines } from './routes.ts';
import { restoreText } from './ruleset.ts';
import { setLines } from './sets.ts';
import { earlySettings, type SettingLine, settingLines } from './settings.ts';
import { addressLines6 } from './six/interfaces.ts';
import { routeLines6 } from './six/routes.ts';
import { earlySettings6, settingLines6 } from './six/settings.ts';
import { frameBytes } from './wire.ts';
import { deviceLines, learntLines, type Port, portsOf, segmentLines, switchLines } from './wiring.ts';

/** A network that stands: one namespace a node, and one (`switch`) that holds its links. */
export interface Lab {
  readonly network: Network;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly switch: Agent;
  readonly ports: readonly Port[];
  /** What could not be built as the network says, in the words of the command that refused. Empty: it stands as it should. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

export interface LabOptions {
  /** Which flavour of iptables makes the rules; `iptables-restore`, the machine's own choice, if not given. */
  readonly iptables?: 'legacy' | 'nft';
}

/** IEEE's ethertype for local experiments: shows every bridge where a MAC lives, and nothing else. */
const EXPERIMENT = 0x88b5;

/**
 * Builds the network out of network namespaces, for the packets that it is seen by. It touches no other namespace and nothing leaves it.
 * @throws Error if this machine can't (`whyNot`) or a namespace can't be made; everything is taken down again then
 */
export async function openLab(network: Network, options: LabOptions = {}): Promise<Lab> {
  const reason = whyNot();
  if (reason !== undefined) throw new Error(reason);
  await deleteStale();
  const name = namer();
  const namespaceOf = (node: string): string => name(`n-${node}`);
  const hub = name('switch');
  const all = [hub, ...[...network.nodes.keys()].map(namespaceOf)];
  const agents: Agent[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(agents.map((agent) => agent.close()));
    await deleteNamespaces(all);
  };
  try {
    addNamespaces(all);
    const started = new Map(all.map((namespace) => [namespace, startAgent(namespace)]));
    agents.push(...started.values());
    const at = (namespace: string): Agent => started.get(namespace) as Agent;
    const ofNodes = new Map([...network.nodes.keys()].map((node) => [node, at(namespaceOf(node))]));
    const refused = await build(network, ofNodes, at(hub), options);
    return { network, agents: ofNodes, switch: at(hub), ports: portsOf(network), refused, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  network: Network,
  agents: ReadonlyMap<string, Agent>,
  hub: Agent,
  options: LabOptions,
): Promise<readonly string[]> {
  const ports = portsOf(network);
  const six = network.family === 6;
  set(hub, earlySettings());
  for (const agent of agents.values()) set(agent, six ? earlySettings6() : earlySettings());
  set(hub, [
    ['net/bridge/bridge-nf-call-iptables', 0],
    ['net/bridge/bridge-nf-call-arptables', 0],
    ['net/bridge/bridge-nf-call-ip6tables', 0],
  ]);
  await Promise.all([hub, ...agents.values()].map((agent) => agent.done()));
  const nodes = [...network.nodes.values()];
  const agentOf = (node: Node): Agent => agents.get(node.name) as Agent;
  const devices = await Promise.all(
    nodes.map((node) => ipBatch(deviceLines(node, ports, hub.namespace), agentOf(node).namespace)),
  );
  const segments = await ipBatch(segmentLines(network, ports), hub.namespace);
  const bridges = await bridgeBatch(switchLines(network, ports), hub.namespace);
  const buildOne = six ? buildNode6 : buildNode;
  const refused = await Promise.all(nodes.map((node) => buildOne(node, agentOf(node), options)));
  for (const node of nodes) announce(node, agentOf(node));
  await Promise.all([...agents.values()].map((agent) => agent.done()));
  // last, so that the bridges have learnt every MAC: these rules may take what announces one
  const frames = await Promise.all(
    nodes.map(async (node) => named(node, await loadFrameRules(node, agentOf(node).namespace))),
  );
  const learnt = await bridgeBatch(learntLines(ports), hub.namespace);
  return [...devices.flat(), ...segments, ...bridges, ...refused.flat(), ...frames.flat(), ...learnt, ...hub.failures];
}

async function buildNode(node: Node, agent: Agent, options: LabOptions): Promise<readonly string[]> {
  const { namespace } = agent;
  const interfaces = await ipBatch(interfaceLines(node), namespace);
  set(agent, settingLines(node));
  const standing = (await run('ip', ['-n', namespace, '-j', 'route', 'show', 'table', 'local'])).out;
  const routes = await ipBatch([...routeLines(node, standing), ...policyLines(node)], namespace);
  const sets = node.sets.size === 0 ? '' : (await inside(namespace, ['ipset', 'restore'], setLines(node.sets))).err;
  const rules =
    node.ruleset.kind === 'unknown' ? '' : await restore(namespace, restoreText(node.ruleset.value), options);
  agent.order(['settle', ...risingDevices(node)]);
  await agent.done();
  return named(node, [...interfaces, ...routes, ...said(sets), ...said(rules), ...agent.failures]);
}

/** The same for packets of IPv6: the network is one as they see it (`inFamily()`). */
async function buildNode6(node: Node, agent: Agent, { iptables }: LabOptions): Promise<readonly string[]> {
  const { namespace } = agent;
  const interfaces = await ip6Batch(interfaceLines(node, addressLines6), namespace);
  set(agent, settingLines6(node));
  // the kernel makes routes of its own when a device has come up
  agent.order(['settle', ...risingDevices(node)]);
  await agent.done();
  const standing = (await run('ip', ['-n', namespace, '-6', '-j', 'route', 'show', 'table', 'local'])).out;
  const routes = await ip6Batch([...routeLines6(node, standing), ...policyLines(node, 6)], namespace);
  const sets = node.sets.size === 0 ? '' : (await inside(namespace, ['ipset', 'restore'], setLines(node.sets))).err;
  const text = node.ruleset.kind === 'unknown' ? '' : restoreText(node.ruleset.value);
  const command = iptables === undefined ? 'ip6tables-restore' : `ip6tables-${iptables}-restore`;
  const rules = text === '' ? '' : (await inside(namespace, [command], text)).err;
  return named(node, [...interfaces, ...routes, ...said(sets), ...said(rules), ...agent.failures]);
}

const named = ({ name }: Node, texts: readonly string[]): readonly string[] => texts.map((text) => `${name}: ${text}`);

async function restore(namespace: string, text: string, { iptables }: LabOptions): Promise<string> {
  if (text === '') return '';
  const command = iptables === undefined ? 'iptables-restore' : `iptables-${iptables}-restore`;
  return (await inside(namespace, [command], text)).err;
}

const inside = (namespace: string, words: readonly string[], input: string) =>
  run('ip', ['netns', 'exec', namespace, ...words], input);
const said = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

function set(agent: Agent, lines: readonly SettingLine[]): void {
  for (const [path, value] of lines) agent.order(['sysctl', path, value]);
}

/** Every bridge is to have learnt every MAC before the first probe, as in a network that has been up for a while. */
function announce(node: Node, agent: Agent): void {
  node.interfaces.forEach((one, n) => {
    if (!one.up || one.kind === 'loopback' || one.master !== undefined) return;
    agent.order([
      'frame',
      '-',
      n + 1,
      frameBytes(BROADCAST_MAC, one.mac, Buffer.alloc(46), EXPERIMENT).toString('hex'),
    ]);
  });
}

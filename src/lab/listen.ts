import type { Listener, Network, Node } from '../network/network.ts';
import { printAddress } from '../packet/address.ts';
import { PROTOCOL } from '../packet/field.ts';
import type { Agent, Words } from './agent.ts';
import type { Lab } from './lab.ts';
import type { Shot } from './verdict.ts';

const prepared = new WeakMap<Agent, Set<string>>();
/** A rule may translate to many ports; beyond this many in a row not all are listened on. */
const MOST = 64;

/**
 * Makes every node listen on every port that a shot names or a rule translates to, unless the network says what listens
 * there, and hear every protocol on every interface.
 */
export async function prepare(lab: Lab, shots: readonly Shot[]): Promise<void> {
  const ports = new Set(
    [...shots.map(({ packet }) => packet.dport), ...translatedPorts(lab.network)].filter((port) => port > 0),
  );
  const icmp = lab.network.family === 6 ? PROTOCOL.ICMPV6 : PROTOCOL.ICMP;
  const protocols = new Set([icmp, ...shots.map(({ packet }) => packet.proto)]);
  for (const [name, agent] of lab.agents)
    listenAt(lab.network.nodes.get(name) as Node, agent, ports, protocols, lab.network.family === 6 ? '6' : '');
  await Promise.all([...lab.agents.values()].map((agent) => agent.done()));
}

function listenAt(
  node: Node,
  agent: Agent,
  ports: ReadonlySet<number>,
  protocols: ReadonlySet<number>,
  six: '6' | '',
): void {
  const done = prepared.get(agent) ?? new Set<string>();
  prepared.set(agent, done);
  const once = (...words: (string | number)[]): void => {
    const key = words.join(' ');
    if (!done.has(key)) agent.order(words);
    done.add(key);
  };
  for (const words of node.listeners.kind === 'unknown' ? everywhere(ports) : shown(node.listeners.value, ports))
    once(`listen${six}`, ...words);
  // What comes in by a port of a bridge is delivered as if it came in by the bridge; of IPv6, a port's own copy of what it
  // sends to a group is not (br_handle_frame passes PACKET_LOOPBACK).
  for (const { name, master } of node.interfaces)
    if (master === undefined || six === '6') for (const protocol of protocols) once(`hear${six}`, protocol, name);
}

const ANSWERING = [PROTOCOL.TCP, PROTOCOL.UDP] as const;

const everywhere = (ports: ReadonlySet<number>): readonly Words[] =>
  [...ports].flatMap((port) => ANSWERING.map((protocol) => [protocol, port]));

const shown = (listeners: readonly Listener[], ports: ReadonlySet<number>): readonly Words[] =>
  listeners
    .filter(({ protocol, port }) => ports.has(port) && ANSWERING.some((one) => one === protocol))
    .map(({ protocol, port, address, device }) => [protocol, port, printAddress(address), device ?? '']);

/** The ports that the nat rules of a network translate to, as their text has them. */
export function translatedPorts(network: Network): readonly number[] {
  return [...network.nodes.values()].flatMap(({ ruleset }) => {
    if (ruleset.kind === 'unknown') return [];
    const rules = [...(ruleset.value.tables.get('nat')?.chains.values() ?? [])].flatMap((chain) => chain.rules);
    return rules.flatMap(({ text }) => {
      const [, low, high] = /--(?:to-destination \S*:|to-ports )(\d+)(?:-(\d+))?/.exec(text) ?? [];
      return low === undefined ? [] : sequence(Number(low), Number(high ?? low));
    });
  });
}

const sequence = (low: number, high: number): readonly number[] =>
  Array.from({ length: Math.min(high - low + 1, MOST) }, (_, n) => low + n);

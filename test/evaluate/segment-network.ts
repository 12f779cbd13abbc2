import { reach } from '../../src/evaluate/segment.ts';
import type { Interface, Network, Node } from '../../src/network/network.ts';
import type { Host, Port } from './build.ts';

export const GROUP = 0xffffffffffff;
export const mac = (last: number): string => `0a:00:00:00:00:${last.toString(16).padStart(2, '0')}`;
export const number = (last: number): number => 0x0a0000000000 + last;
export const port = (last: number, more: Port = {}): Port => ({ master: 'br0', mac: mac(last), ...more });
export const at = (last: number, more: Port = {}): Host => ({ interfaces: { eth0: { mac: mac(last), ...more } } });

export const nodeOf = (network: Network, name: string): Node => network.nodes.get(name) as Node;
export const one = (network: Network, end: string): Interface => {
  const [node = '', name = ''] = end.split(':');
  return nodeOf(network, node).interfaces.find((each) => each.name === name) as Interface;
};
export const changed = (network: Network, end: string, more: Partial<Interface>): Network => {
  const [name = ''] = end.split(':');
  const node = nodeOf(network, name);
  const interfaces = node.interfaces.map((each) => (each === one(network, end) ? { ...each, ...more } : each));
  return { ...network, nodes: new Map([...network.nodes, [name, { ...node, interfaces }]]) };
};

/** Who takes a frame in, where it is lost to sight, and whose bridges it passes. */
export function reached(
  network: Network,
  from: string,
  to: number,
): readonly [taken: string, lost: string, bridges: string] {
  const [name = ''] = from.split(':');
  const { endpoints, outside, bridges } = reach(network, nodeOf(network, name), one(network, from), to);
  const told = (list: typeof endpoints) => list.map(({ node, device }) => `${node.name}:${device.name}`).join(' ');
  return [told(endpoints), told(outside), [...bridges].map((node) => node.name).join(' ')];
}

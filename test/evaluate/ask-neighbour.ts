import { resolve } from '../../src/evaluate/neighbour.ts';
import { fixed } from '../../src/evaluate/oracle.ts';
import type { Interface, Network, Node } from '../../src/network/network.ts';
import { worldOf } from './at-hook.ts';
import { addr, build, type Host } from './build.ts';

export const mac = (last: number): string => `0a:00:00:00:00:0${last}`;
export const number = (last: number): number => 0x0a0000000000 + last;
export const at = (address: string, last: number, more: Partial<Host> = {}): Host => ({
  interfaces: { eth0: { addresses: [address], mac: mac(last) } },
  ...more,
});
export const pair = (a: Partial<Host> = {}, b: Partial<Host> = {}): Network =>
  build({ a: at('10.0.0.1/24', 1, a), b: at('10.0.0.2/24', 2, b) }, [['a:eth0', 'b:eth0']]);

/** The asker has no address. */
export const bare = (b: Partial<Host> = {}): Network =>
  build({ a: { interfaces: { eth0: { mac: mac(1) }, lo: { addresses: [] } } }, b: at('10.0.0.2/24', 2, b) }, [
    ['a:eth0', 'b:eth0'],
  ]);
/** What `a` finds out about an address on eth0, for a packet from another of its own. */
export function asked(
  network: Network,
  target: string,
  src = '10.0.0.1',
  values: readonly string[] = [],
  device = 'eth0',
) {
  const world = worldOf(network, fixed(new Map(values.map((id) => [id, 1]))));
  const a = network.nodes.get('a') as Node;
  const one = a.interfaces.find(({ name }) => name === device) as Interface;
  const answered = resolve(world, a, one, addr(target), addr(src));
  const met = [...world.met.values()].map(({ unknown }) => `${unknown.id}: ${unknown.reason}`);
  const taken = [...world.assumptions.values()].map(({ text }) => text).filter((text) => !text.includes('default'));
  return { answered, met, taken, world, a, one };
}
export const answer = (network: Network, target: string, src?: string): string => {
  const { answered } = asked(network, target, src);
  return 'verdict' in answered ? `${answered.text} | ${answered.verdict}` : `${answered.kind} | ${answered.text}`;
};

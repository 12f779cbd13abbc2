import { describe, expect, it } from 'vitest';
import type { Change, Network, Node } from '../src/index.ts';
import { differ } from '../src/index.ts';
import { answers, remove, set, world } from './claim.ts';

/** The fates of packets that a change makes others, anywhere; unknowns too. */
async function changed(before: Network, after: Network): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const { differences, unknowns } of differ(before, after)) found.push(...differences, ...unknowns);
  return found;
}

const without = async (state: string, ...changes: readonly Change[]) =>
  changed(await world(state), await world(state, ...changes));

describe('of the rules that the tutorial calls needed', () => {
  it('the one for DHCP changes no fate of a fresh packet while same-net traffic is allowed', async () => {
    expect(await without('one-vm', remove('compute-1:filter:nova-compute-inst-9:4'))).toEqual([]);
  });

  it('the same rule decides where same-net traffic is not allowed', async () => {
    expect(await without('one-vm-same-net-false', remove('compute-1:filter:nova-compute-inst-9:4'))).not.toEqual([]);
  });

  it("the controller's INPUT rules for names are needed under policy DROP alone", async () => {
    const DNS = 'is dns always allowed between vm-cirros and controller-1';
    const [strict, udp53] = [
      set('controller-1:filter:INPUT:policy=DROP'),
      remove('controller-1:filter:nova-network-INPUT:3'),
    ];
    expect(await answers(await world('one-vm', udp53), DNS)).toEqual(['yes']);
    expect(await answers(await world('one-vm', strict), DNS)).toEqual(['yes']);
    expect(await answers(await world('one-vm', strict, udp53), DNS)).toEqual(['no']);
  });
});

/** The compute node without its route to link-local addresses. */
function withoutLinkLocalRoute(network: Network): Network {
  const node = network.nodes.get('compute-1') as Node;
  const routes = node.routes.filter(({ destination }) => destination.address !== 0xa9fe0000);
  expect(routes).toHaveLength(node.routes.length - 1);
  return { ...network, nodes: new Map([...network.nodes, ['compute-1', { ...node, routes }]]) };
}

describe("the compute node's route to 169.254.0.0/16", () => {
  it('is not needed for metadata: bridged packets never look at the routes of the node', async () => {
    const network = withoutLinkLocalRoute(await world('one-vm'));
    expect(await answers(network, 'is metadata always allowed')).toEqual(['yes']);
  });
});

describe('metadata without the jump from PREROUTING', () => {
  it('is not answered where the captures show that nothing listens on port 80', async () => {
    const network = await world('one-vm', remove('controller-1:nat:PREROUTING:1'));
    const controller = network.nodes.get('controller-1') as Node;
    const listeners = { kind: 'known', value: [] } as const;
    const shown = { ...network, nodes: new Map([...network.nodes, ['controller-1', { ...controller, listeners }]]) };
    expect(await answers(shown, 'is metadata always allowed')).toEqual(['no']);
  });
});

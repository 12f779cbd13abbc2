import { describe, expect, it } from 'vitest';
import { differ } from '../src/index.ts';
import { answers, insert, world } from './claim.ts';

describe('allow_same_net_traffic=false', () => {
  it('keeps the controller and other hosts of the network from the guest', async () => {
    const questions = ['can controller-1 reach 10.0.0.2 over icmp', 'can controller-1 reach 10.0.0.2 over tcp port 22'];
    expect(await answers(await world('one-vm'), ...questions)).toEqual(['yes', 'yes']);
    expect(await answers(await world('one-vm-same-net-false'), ...questions)).toEqual(['no', 'no']);
  });

  it('lets in what a security group allows', async () => {
    const icmp = insert('compute-1:-t filter -I nova-compute-inst-9 5 -s 0.0.0.0/0 -p icmp -j ACCEPT');
    const network = await world('one-vm-same-net-false', icmp);
    expect(await answers(network, 'can controller-1 reach 10.0.0.2 over icmp and back')).toEqual(['yes']);
  });

  it('leaves what the guest begins as it was', async () => {
    const questions = ['10.0.0.1', '203.0.113.10'].map(
      (address) => `can vm-cirros reach ${address} over tcp port 22 and back`,
    );
    expect(await answers(await world('one-vm-same-net-false'), ...questions)).toEqual(['yes', 'yes']);
  });

  it('changes the fate of packets to the guest, and of no others', async () => {
    const changed = new Set<string>();
    let compared = 0;
    for await (const one of differ(await world('one-vm'), await world('one-vm-same-net-false'))) {
      compared++;
      expect(one.unknowns).toEqual([]);
      for (const difference of one.differences) changed.add(`${one.source.node}: ${difference.after}`);
    }
    expect(compared).toBeGreaterThanOrEqual(7);
    expect([...changed].filter((line) => !line.startsWith('controller-1:'))).toEqual([]);
    expect(changed.size).toBeGreaterThan(0);
  });

  it('proves a network equal to itself', async () => {
    const network = await world('one-vm');
    for await (const { differences, unknowns } of differ(network, network))
      expect([...differences, ...unknowns]).toEqual([]);
  });
});

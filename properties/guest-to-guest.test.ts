import { describe, expect, it } from 'vitest';
import { answers, set, world } from './claim.ts';

describe('guests', () => {
  it('reach each other on one node and across nodes', async () => {
    const network = await world('single-host');
    const questions = ['10.0.0.3', '10.0.0.4'].map((address) => `can vm-cirros reach ${address} over icmp and back`);
    expect(await answers(network, ...questions)).toEqual(['yes', 'yes']);
  });

  it('on one node still reach each other when the uplink is down, and nobody else does', async () => {
    const network = await world('single-host', set('compute-1:eth2.up=false'));
    expect(
      await answers(
        network,
        'can vm-cirros reach 10.0.0.3 over icmp and back',
        'can vm-cirros reach 10.0.0.4 over icmp',
        'can controller-1 reach 10.0.0.2 over icmp',
      ),
    ).toEqual(['yes', 'no', 'no']);
  });

  it('do not need the uplink to be promiscuous, but a switch below that delivers more than own addresses', async () => {
    const question = 'can controller-1 reach 10.0.0.2 over icmp and back';
    expect(await answers(await world('one-vm', set('compute-1:eth2.promisc=false')), question)).toEqual(['yes']);
    expect(await answers(await world('one-vm', set('vm-network.mac-filter=own')), question)).toEqual(['no']);
  });

  it('are judged by their security group only while the bridge shows frames to iptables', async () => {
    const question = 'can controller-1 reach 10.0.0.2 over icmp and back';
    const off = set('compute-1:net.bridge.bridge-nf-call-iptables=0');
    expect(await answers(await world('one-vm-same-net-false'), question)).toEqual(['no']);
    expect(await answers(await world('one-vm-same-net-false', off), question)).toEqual(['yes']);
  });
});

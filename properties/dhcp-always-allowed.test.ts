import { describe, expect, it } from 'vitest';
import { ask } from '../src/index.ts';
import { answers, insert, remove, set, world } from './claim.ts';

describe('dhcp', () => {
  it.each(['one-vm', 'one-vm-same-net-false', 'single-host'])(
    'is always allowed for fresh packets in %s',
    async (state) => {
      expect(await answers(await world(state), 'is dhcp always allowed')).toEqual(['yes']);
    },
  );

  it('is not allowed in any state: an INVALID packet is dropped before the rule that lets dhcp in', async () => {
    const finding = await ask(await world('one-vm'), 'is dhcp always allowed in any state');
    expect(finding.answer).toBe('no');
    expect(finding.witness).not.toBeNull();
  });

  it('needs its own rule only where same-net traffic is not allowed', async () => {
    // the fourth rule of the guest's chain lets dhcp in, the fifth what comes from the guests' network
    const rule = 'compute-1:filter:nova-compute-inst-9:4';
    expect(await answers(await world('one-vm', remove(rule)), 'is dhcp always allowed')).toEqual(['yes']);
    expect(await answers(await world('one-vm-same-net-false', remove(rule)), 'is dhcp always allowed')).toEqual(['no']);
  });

  it('may be cut off by a provider rule', async () => {
    const drop = insert('compute-1:-t filter -I nova-compute-provider 1 -s 10.0.0.1 -p udp -j DROP');
    expect(await answers(await world('one-vm', drop), 'is dhcp always allowed')).toEqual(['no']);
  });

  it("needs the controller's INPUT rules under policy DROP only", async () => {
    const strict = set('controller-1:filter:INPUT:policy=DROP');
    const udp67 = remove('controller-1:filter:nova-network-INPUT:1');
    expect(await answers(await world('one-vm', udp67), 'is dhcp always allowed')).toEqual(['yes']);
    expect(await answers(await world('one-vm', strict), 'is dhcp always allowed')).toEqual(['yes']);
    expect(await answers(await world('one-vm', strict, udp67), 'is dhcp always allowed')).toEqual(['no']);
  });

  it('does not need the tcp rule for port 67', async () => {
    const strict = set('controller-1:filter:INPUT:policy=DROP');
    const tcp67 = remove('controller-1:filter:nova-network-INPUT:2');
    expect(await answers(await world('one-vm', strict, tcp67), 'is dhcp always allowed')).toEqual(['yes']);
  });
});

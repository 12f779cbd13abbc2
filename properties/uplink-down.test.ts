import { describe, expect, it } from 'vitest';
import { answers, world } from './claim.ts';

describe("the tutorial's own listing, with the uplink down", () => {
  it('leaves the guest alone, whatever the rules say', async () => {
    expect(
      await answers(
        await world('one-vm-eth2-down'),
        'can controller-1 reach 10.0.0.2 over icmp',
        'can vm-cirros reach 10.0.0.1 over icmp',
        'is dhcp always allowed',
      ),
    ).toEqual(['no', 'no', 'no']);
  });
});

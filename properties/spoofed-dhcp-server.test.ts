import { describe, expect, it } from 'vitest';
import { answers, remove, world } from './claim.ts';

describe('the rule that lets dhcp in', () => {
  it('is itself a hole: whoever writes the server address reaches the guest', async () => {
    // without the same-net rules of both guests on compute-1
    const network = await world(
      'single-host',
      remove('compute-1:filter:nova-compute-inst-9:5'),
      remove('compute-1:filter:nova-compute-inst-10:5'),
    );
    expect(
      await answers(
        network,
        'can vm-cirros-b reach 10.0.0.2 over udp port 68 from port 67 with src 10.0.0.1',
        'can vm-cirros-b reach 10.0.0.2 over udp port 68 from port 67',
        'can vm-cirros-b reach 10.0.0.2 over udp port 69 from port 67 with src 10.0.0.1',
      ),
    ).toEqual(['yes', 'no', 'no']);
  });
});

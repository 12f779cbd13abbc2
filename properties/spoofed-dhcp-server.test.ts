import { describe, expect, it } from 'vitest';
import { ask } from '../src/index.ts';
import { answers, decidedBy, remove, unfiltered, world } from './claim.ts';

/** Without the same-net rules of both guests on compute-1. */
const strict = () =>
  world(
    'single-host',
    remove('compute-1:filter:nova-compute-inst-9:5'),
    remove('compute-1:filter:nova-compute-inst-10:5'),
  );
const SPOOFED = 'can vm-cirros-b reach 10.0.0.2 over udp port 68 from port 67 with src 10.0.0.1';

describe('the rule that lets dhcp in', () => {
  it('is itself a hole where nothing checks what guests send: whoever writes the server address reaches the guest', async () => {
    expect(
      await answers(
        unfiltered(await strict()),
        SPOOFED,
        'can vm-cirros-b reach 10.0.0.2 over udp port 68 from port 67',
        'can vm-cirros-b reach 10.0.0.2 over udp port 69 from port 67 with src 10.0.0.1',
      ),
    ).toEqual(['yes', 'no', 'no']);
  });

  it("is none where libvirt's no-ip-spoofing stands at the guest's port", async () => {
    const finding = await ask(await strict(), SPOOFED);
    expect(finding.answer).toBe('no');
    expect(decidedBy(finding)).toBe('-A I-vnet1-ipv4-ip -j DROP');
  });
});

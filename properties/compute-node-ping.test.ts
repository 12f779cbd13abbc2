import { describe, expect, it } from 'vitest';
import { ask } from '../src/index.ts';
import { answers, decidedBy, world } from './claim.ts';

describe('a ping from a host to a guest', () => {
  it('succeeds from the controller, through the rule for the same network', async () => {
    expect(await answers(await world('one-vm'), 'can controller-1 reach 10.0.0.2 over icmp and back')).toEqual(['yes']);
  });

  it("fails from the guest's own host: its fallback chain drops it on the way out", async () => {
    const finding = await ask(await world('one-vm'), 'can compute-1 reach 10.0.0.2 over icmp');
    expect(finding.answer).toBe('no');
    expect(finding.proof?.corners).toBeGreaterThan(0);
    expect(decidedBy(finding)).toBe('-A nova-compute-sg-fallback -j DROP');
  });

  it('fails from the other compute node for another reason: it dies at the gateway', async () => {
    const finding = await ask(await world('one-vm'), 'can compute-2 reach 10.0.0.2 over icmp');
    expect(finding.answer).toBe('no');
    expect(finding.request?.fate).toMatchObject({ kind: 'dropped', node: 'gateway' });
  });
});

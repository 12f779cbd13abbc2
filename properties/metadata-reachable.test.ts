import { describe, expect, it } from 'vitest';
import { answers, remove, set, world } from './claim.ts';

const QUESTION = 'can vm-cirros reach 169.254.169.254 over tcp port 80 and back';

describe('metadata', () => {
  it('is reached by every guest', async () => {
    expect(await answers(await world('single-host'), QUESTION, 'is metadata always allowed')).toEqual(['yes', 'yes']);
  });

  it('needs no forwarding: the translation ends in local delivery', async () => {
    expect(await answers(await world('one-vm', set('controller-1:net.ipv4.ip_forward=0')), QUESTION)).toEqual(['yes']);
  });

  it('shows the service the fixed address of the guest', async () => {
    const { ask, printAddress } = await import('../src/index.ts');
    const finding = await ask(await world('one-vm'), QUESTION);
    expect(printAddress(finding.request?.src ?? 0)).toBe('10.0.0.2');
    expect(finding.request?.node).toBe('controller-1');
  });

  it('needs the jump from PREROUTING: without it port 80 is not translated', async () => {
    const network = await world('one-vm', remove('controller-1:nat:PREROUTING:1'));
    const { ask, printAddress } = await import('../src/index.ts');
    const finding = await ask(network, QUESTION);
    expect(printAddress(finding.request?.dst ?? 0)).toBe('169.254.169.254');
  });
});

import { describe, expect, it } from 'vitest';
import { ask, printAddress } from '../src/index.ts';
import { answers, insert, set, world } from './claim.ts';

const QUESTION = 'can vm-cirros reach 203.0.113.10 over icmp and back';

describe("a guest's way to the world", () => {
  it("leads through the controller, under the controller's address", async () => {
    const finding = await ask(await world('one-vm'), QUESTION);
    expect(finding.answer).toBe('yes');
    expect(printAddress(finding.request?.src ?? 0)).toBe('192.168.56.200');
  });

  it('needs forwarding on the controller', async () => {
    const finding = await ask(await world('one-vm', set('controller-1:net.ipv4.ip_forward=0')), QUESTION);
    expect(finding.answer).toBe('no');
    expect(finding.request?.fate).toMatchObject({ node: 'controller-1', reason: 'not forwarding' });
  });

  it('leads to the management network and the compute hosts as well', async () => {
    const questions = ['192.168.56.200', '192.168.56.202', '192.168.56.203'].map(
      (address) => `can vm-cirros reach ${address} over tcp port 22 and back`,
    );
    expect(await answers(await world('one-vm'), ...questions)).toEqual(['yes', 'yes', 'yes']);
  });

  it('is cut off by a source translation on the compute node, which bridged frames meet too', async () => {
    const snat = insert('compute-1:-t nat -I POSTROUTING 1 -s 10.0.0.0/24 -j SNAT --to-source 192.168.56.202');
    const network = await world('one-vm', snat);
    expect(await answers(network, QUESTION, 'can vm-cirros reach 10.0.0.1 over icmp and back')).toEqual(['no', 'no']);
  });
});

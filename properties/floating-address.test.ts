import { describe, expect, it } from 'vitest';
import { answers, set, world } from './claim.ts';

const PING = 'can lan reach 192.168.56.225 over icmp and back';
const SSH = 'can lan reach 192.168.56.225 over tcp port 22 and back';
const HTTP = 'can lan reach 192.168.56.225 over tcp port 80 and back';

describe('a floating address', () => {
  it('leads to its guest as far as the security group lets it', async () => {
    expect(await answers(await world('floating-ip'), PING, SSH, HTTP)).toEqual(['yes', 'yes', 'no']);
  });

  it('needs forwarding from outside, but not from the host that has it', async () => {
    const network = await world('floating-ip', set('controller-1:net.ipv4.ip_forward=0'));
    expect(await answers(network, PING, 'can controller-1 reach 192.168.56.225 over icmp and back')).toEqual([
      'no',
      'yes',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Network, Node } from '../src/index.ts';
import { ask } from '../src/index.ts';
import { answers, decidedBy, insert, set, unfiltered, world } from './claim.ts';

/** The guest with one more address, of which the host's rules know nothing. */
function withAddress(network: Network, local: number): Network {
  const guest = network.nodes.get('vm-cirros') as Node;
  const interfaces = guest.interfaces.map((one) => {
    const [first] = one.addresses;
    const isCard = one.name === 'eth0' && first !== undefined;
    return isCard ? { ...one, addresses: [...one.addresses, { ...first, local, secondary: true }] } : one;
  });
  const own = guest.routes.find(({ table, type }) => table === 255 && type === 'local');
  const routes =
    own === undefined ? guest.routes : [...guest.routes, { ...own, destination: { address: local, length: 32 } }];
  return { ...network, nodes: new Map([...network.nodes, ['vm-cirros', { ...guest, interfaces, routes }]]) };
}

const EXTRA = 0x0a00004d; // 10.0.0.77
const strict = () => world('one-vm-same-net-false');
const TO_GUEST = 'can controller-1 reach 10.0.0.2 over udp port 9';
const TO_EXTRA = 'can controller-1 reach 10.0.0.77 over udp port 9';

describe('the security group of a guest judges what is handed to its port', () => {
  it('by destination address alone: an address more in the guest escapes it where nothing filters ARP', async () => {
    expect(await answers(unfiltered(await strict()), TO_GUEST)).toEqual(['no']);
    expect(await answers(unfiltered(withAddress(await strict(), EXTRA)), TO_EXTRA)).toEqual(['yes']);
  });

  it('and such an address is reached by nobody where no-arp-spoofing stands at the port', async () => {
    const finding = await ask(withAddress(await strict(), EXTRA), TO_EXTRA);
    expect(finding.answer).toBe('no');
    expect(finding.request?.fate).toMatchObject({ node: 'controller-1', reason: 'no neighbour' });
  });

  it('but no broadcast, whose destination is not the address of the guest', async () => {
    const questions = ['10.0.0.255', '255.255.255.255'].map((to) => `can controller-1 reach ${to} over udp port 9`);
    expect(await answers(await strict(), ...questions)).toEqual(['yes', 'yes']);
  });

  it('and nothing at all while the bridge shows no frames to iptables', async () => {
    const off = set('compute-1:net.bridge.bridge-nf-call-iptables=0');
    expect(await answers(await world('one-vm-same-net-false', off), TO_GUEST)).toEqual(['yes']);
  });
});

describe('ARP', () => {
  it('is answered whatever FORWARD drops: the packet dies at the rule, not for want of a neighbour', async () => {
    const drop = insert('compute-1:-t filter -I FORWARD 1 -j DROP');
    const finding = await ask(await world('one-vm', drop), 'can controller-1 reach 10.0.0.2 over icmp');
    expect(finding.answer).toBe('no');
    expect(decidedBy(finding)).toBe('-A FORWARD -j DROP');
  });
});

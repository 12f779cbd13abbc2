import { mac } from '../codec/address.ts';
import { flag, oneOf } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { option } from '../option.ts';
import { defineLosingTarget } from '../undecided.ts';

const upper = { ...mac, print: (address: number) => mac.print(address).toUpperCase() };
const count = integer(1, 16); // CLUSTERIP_MAX_NODES

export const clusterip = defineLosingTarget({
  name: 'CLUSTERIP',
  summary: 'drops flows that are for another node of a cluster, and answers ARP with its multicast address',
  source: 'net/ipv4/netfilter/ipt_CLUSTERIP.c (clusterip_tg)',
  undecidable: 'which node a flow falls to depends on a hash',
  families: [4],
  hooks: ['INPUT'],
  options: {
    new: option(flag),
    hashmode: option(oneOf('hashmode', ['sourceip', 'sourceip-sourceport', 'sourceip-sourceport-destport'])),
    clustermac: option(upper),
    'total-nodes': option(count),
    'local-node': option(count),
    'hash-init': option(integer(0, 0xffffffff)),
  },
  examples: [
    { rule: '-j CLUSTERIP --new --hashmode sourceip --clustermac 01:AA:7B:47:F7:D7 --total-nodes 2 --local-node 1' },
    { rule: '-j CLUSTERIP --new --hashmode wrong', refused: true },
  ],
});

import { all, unknownBit } from '../../ir/predicate.ts';
import { integer } from '../codec/number.ts';
import { paddedHex } from '../codec/padded.ts';
import { defineMatch } from '../extension.ts';
import { type Given, invertible, option } from '../option.ts';
import { TRACKED, tracked } from '../tracked.ts';

const HASHED = 'which node a flow falls to depends on a hash';
const REASON = `-m cluster: ${HASHED}`;
const bit = ({ value, inverted }: Given<number>) => ({
  'cluster-local-nodemask': { value: 2 ** (value - 1), inverted },
});

export const cluster = defineMatch({
  name: 'cluster',
  summary: 'whether this node of a cluster is the one for the flow',
  source: 'net/netfilter/xt_cluster.c (xt_cluster_mt)',
  undecidable: HASHED,
  options: {
    'cluster-local-node': invertible(integer(1, 32, 'NODE'), { means: bit, excludes: ['cluster-local-nodemask'] }),
    'cluster-local-nodemask': invertible(paddedHex(8, 0xffffffff, 'NODES'), { required: true }),
    'cluster-total-nodes': option(integer(1, 32), { required: true }),
    'cluster-hash-seed': option(paddedHex(8, 0xffffffff, 'SEED'), { required: true }),
  },
  check({ 'cluster-local-nodemask': mask, 'cluster-total-nodes': total }) {
    const nodes = total?.value ?? 32;
    return mask !== undefined && mask.value >= 2 ** nodes ? `there are only ${nodes} nodes` : undefined;
  },
  matches(_given, packet, context) {
    const hit = context.unknown(REASON);
    // without an entry: false before `!` is looked at
    return tracked(packet) ? hit : false;
  },
  lower: (_given, context) => all(TRACKED, unknownBit(context.unknown(REASON))),
  examples: [
    {
      rule: '-m cluster --cluster-total-nodes 2 --cluster-local-node 2 --cluster-hash-seed 0xfeedcafe',
      saved: '-m cluster --cluster-local-nodemask 0x00000002 --cluster-total-nodes 2 --cluster-hash-seed 0xfeedcafe',
    },
    { rule: '-m cluster ! --cluster-local-nodemask 0x00000003 --cluster-total-nodes 2 --cluster-hash-seed 0x00000001' },
    { rule: '-m cluster --cluster-total-nodes 2 --cluster-local-node 3 --cluster-hash-seed 1', refused: true },
    { rule: '-m cluster --cluster-total-nodes 2 --cluster-local-node 2', refused: true },
    { rule: '-m cluster', refused: true },
  ],
});

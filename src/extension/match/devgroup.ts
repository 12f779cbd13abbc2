import { markAndMask } from '../codec/number.ts';
import { invertible } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const devgroup = defineUndecidedMatch({
  name: 'devgroup',
  summary: 'the groups of the devices that a packet comes in and goes out by',
  source: 'net/netfilter/xt_devgroup.c (devgroup_mt)',
  undecidable: 'groups of devices are not modelled',
  options: { 'src-group': invertible(markAndMask()), 'dst-group': invertible(markAndMask()) },
  check({ 'src-group': from, 'dst-group': to }, { hooks }) {
    if ((from ?? to) === undefined) return 'it needs `--src-group` or `--dst-group`';
    const wrong = (one: unknown, of: readonly string[]) => one !== undefined && hooks.some((hook) => of.includes(hook));
    // devgroup_mt_checkentry: no device, no group
    if (wrong(from, ['OUTPUT', 'POSTROUTING'])) return 'nothing comes in here';
    return wrong(to, ['PREROUTING', 'INPUT']) ? 'nothing goes out here' : undefined;
  },
  examples: [
    { rule: '-m devgroup ! --src-group 0x1 --dst-group 0x2/0xff' },
    { rule: '-m devgroup --src-group 1', saved: '-m devgroup --src-group 0x1' },
    { rule: '-m devgroup', refused: true },
  ],
});

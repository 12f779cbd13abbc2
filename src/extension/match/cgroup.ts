import { integer } from '../codec/number.ts';
import { text } from '../codec/text.ts';
import { invertible } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const cgroup = defineUndecidedMatch({
  name: 'cgroup',
  summary: 'the control group of the process that sends or receives',
  source: 'net/netfilter/xt_cgroup.c (cgroup_mt_v2)',
  undecidable: 'depends on the process that sends or receives',
  hooks: ['INPUT', 'OUTPUT', 'POSTROUTING'],
  options: {
    cgroup: invertible(integer(0, 0xffffffff, 'CLASSID'), { excludes: ['path'] }),
    path: invertible(text(511, 'PATH', 1)),
  },
  check: ({ cgroup: id, path }) => ((id ?? path) === undefined ? 'it needs `--cgroup` or `--path`' : undefined),
  examples: [
    { rule: '-m cgroup ! --cgroup 1' },
    { rule: '-m cgroup --path "/"' },
    { rule: '-m cgroup --cgroup 1 --path "/"', refused: true },
    { rule: '-m cgroup', refused: true },
  ],
});

import { idRange } from '../codec/idrange.ts';
import { flag } from '../codec/name.ts';
import { invertible, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const owner = defineUndecidedMatch({
  name: 'owner',
  summary: 'the user, group or socket that sends a packet',
  source: 'net/netfilter/xt_owner.c (owner_mt)',
  undecidable: 'depends on the process that sends',
  hooks: ['OUTPUT', 'POSTROUTING'],
  options: {
    'socket-exists': invertible(flag),
    'uid-owner': invertible(idRange('user')),
    'gid-owner': invertible(idRange('group')),
    'suppl-groups': option(flag),
  },
  check: (given) => {
    if (Object.keys(given).length === 0) return 'it needs an option';
    return given['suppl-groups'] !== undefined && given['gid-owner'] === undefined
      ? '`--suppl-groups` needs `--gid-owner`'
      : undefined;
  },
  examples: [
    { rule: '-m owner --uid-owner 1000' },
    { rule: '-m owner ! --gid-owner 0-10 --suppl-groups' },
    { rule: '-m owner --uid-owner root', saved: '-m owner --uid-owner 0' },
    { rule: '-m owner --socket-exists' },
    { rule: '-m owner --suppl-groups', refused: true },
    { rule: '-m owner', refused: true },
  ],
});

import { printAddress } from '../../packet/address.ts';
import { ipv4 } from '../codec/address.ts';
import { flag } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { plainText } from '../codec/text.ts';
import { type Given, invertible, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

const given = <const T>(value: T): Given<T> => ({ value, inverted: false });
const ALL = 0xffffffff;

export const recent = defineUndecidedMatch({
  name: 'recent',
  summary: 'whether an address was seen lately, in a list that rules keep',
  source: 'net/netfilter/xt_recent.c (recent_mt)',
  undecidable: 'depends on packets that passed before',
  options: {
    set: invertible(flag, { excludes: ['rcheck', 'update', 'remove', 'rttl', 'seconds', 'hitcount', 'reap'] }),
    rcheck: invertible(flag, { excludes: ['update', 'remove'] }),
    update: invertible(flag, { excludes: ['remove'] }),
    remove: invertible(flag, { excludes: ['rttl', 'seconds', 'hitcount', 'reap'] }),
    seconds: option(integer(1, ALL, 'SECONDS')),
    reap: option(flag),
    hitcount: option(integer(0, ALL, 'N'), { idle: ({ value }) => value === 0 }),
    rttl: option(flag),
    name: option(plainText(199, 'LIST')),
    mask: option(ipv4),
    rsource: option(flag, { excludes: ['rdest'] }),
    rdest: option(flag),
  },
  complete: ({ name, mask, rsource, rdest, ...said }) => ({
    ...said,
    name: name ?? given('DEFAULT'),
    mask: mask ?? given(ALL),
    ...(rdest === undefined ? { rsource: rsource ?? given(true) } : { rdest }),
  }),
  check: ({ set, rcheck, update, remove, seconds, reap }) => {
    if ((set ?? rcheck ?? update ?? remove) === undefined)
      return 'it needs `--set`, `--rcheck`, `--update` or `--remove`';
    return reap !== undefined && seconds === undefined ? '`--reap` needs `--seconds`' : undefined;
  },
  examples: [
    { rule: '-m recent --set', saved: `-m recent --set --name DEFAULT --mask ${printAddress(ALL)} --rsource` },
    {
      rule: '-m recent --update --seconds 60 --hitcount 4 --name ssh',
      saved: '-m recent --update --seconds 60 --hitcount 4 --name ssh --mask 255.255.255.255 --rsource',
    },
    { rule: '-m recent ! --rcheck --name a --mask 255.255.255.0 --rdest' },
    { rule: '-m recent --set --rttl', refused: true },
    { rule: '-m recent --name a', refused: true },
  ],
});

import { hashBurst, hashRate } from '../codec/hashrate.ts';
import { flag, someOf } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { plainText } from '../codec/text.ts';
import { type Given, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

const natural = integer(1, 0xffffffff, 'N');
const USUAL_BURST: Given<string> = { value: '5', inverted: false };
const inBytes = (rate: Given<string> | undefined): boolean => rate?.value.endsWith('b/s') === true;

export const hashlimit = defineUndecidedMatch({
  name: 'hashlimit',
  summary: 'so many packets in a time for each address or port',
  source: 'net/netfilter/xt_hashlimit.c (hashlimit_mt)',
  undecidable: 'depends on packets that passed before',
  options: {
    'hashlimit-upto': option(hashRate, { excludes: ['hashlimit-above'], aliases: ['hashlimit'] }),
    'hashlimit-above': option(hashRate),
    'hashlimit-burst': option(hashBurst),
    'hashlimit-mode': option(someOf('mode', ['srcip', 'srcport', 'dstip', 'dstport'])),
    'hashlimit-name': option(plainText(254, 'NAME'), { required: true }),
    'hashlimit-htable-size': option(natural),
    'hashlimit-htable-max': option(natural),
    'hashlimit-htable-gcinterval': option(natural),
    'hashlimit-htable-expire': option(natural),
    'hashlimit-srcmask': option(integer(0, 32, 'LENGTH'), { idle: ({ value }) => value === 32 }),
    'hashlimit-dstmask': option(integer(0, 32, 'LENGTH'), { idle: ({ value }) => value === 32 }),
    'hashlimit-rate-match': option(flag),
    'hashlimit-rate-interval': option(natural),
  },
  complete: (given) =>
    inBytes(given['hashlimit-upto'] ?? given['hashlimit-above'])
      ? given
      : { ...given, 'hashlimit-burst': given['hashlimit-burst'] ?? USUAL_BURST },
  check: (given) =>
    (given['hashlimit-upto'] ?? given['hashlimit-above']) === undefined
      ? 'it needs `--hashlimit-upto` or `--hashlimit-above`'
      : undefined,
  examples: [
    { rule: '-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name ssh' },
    {
      rule: '-m hashlimit --hashlimit-above 60/minute --hashlimit-name a',
      saved: '-m hashlimit --hashlimit-above 1/sec --hashlimit-burst 5 --hashlimit-name a',
    },
    { rule: '-m hashlimit --hashlimit-upto 10mb/s --hashlimit-name a' },
    { rule: '-m hashlimit --hashlimit-upto 1/sec', refused: true },
    { rule: '-m hashlimit --hashlimit-name a', refused: true },
  ],
});

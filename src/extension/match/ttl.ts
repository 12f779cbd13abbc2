import { all, equals, inRanges, not } from '../../ir/predicate.ts';
import { between } from '../../packet/ranges.ts';
import { integer } from '../codec/number.ts';
import { defineMatch } from '../extension.ts';
import { invertible, option } from '../option.ts';

const ttlValue = integer(0, 255, 'TTL');

export const ttl = defineMatch({
  name: 'ttl',
  summary: 'the time to live of the packet',
  source: 'net/netfilter/xt_hl.c (ttl_mt)',
  families: [4],
  options: {
    'ttl-eq': invertible(ttlValue, { excludes: ['ttl-lt', 'ttl-gt'], aliases: ['ttl'] }),
    'ttl-lt': option(ttlValue, { excludes: ['ttl-gt'] }),
    'ttl-gt': option(ttlValue),
  },
  check: (given) => (Object.keys(given).length === 0 ? 'it needs `--ttl-eq`, `--ttl-lt` or `--ttl-gt`' : undefined),
  matches: ({ 'ttl-eq': eq, 'ttl-lt': lt, 'ttl-gt': gt }, packet) =>
    (eq === undefined || (packet.ttl === eq.value) !== eq.inverted) &&
    (lt === undefined || packet.ttl < lt.value) &&
    (gt === undefined || packet.ttl > gt.value),
  lower({ 'ttl-eq': eq, 'ttl-lt': lt, 'ttl-gt': gt }) {
    const exactly = eq === undefined ? all() : equals('ttl', eq.value);
    return all(
      eq?.inverted === true ? not(exactly) : exactly,
      lt === undefined ? all() : inRanges('ttl', between(0, lt.value - 1)),
      gt === undefined ? all() : inRanges('ttl', between(gt.value + 1, 255)),
    );
  },
  examples: [
    { rule: '-m ttl ! --ttl-eq 64' },
    { rule: '-m ttl --ttl-gt 0' },
    { rule: '-m ttl --ttl-lt 5' },
    { rule: '-m ttl --ttl-eq 256', refused: true },
    { rule: '-m ttl', refused: true },
  ],
});

import { hexText, printable } from '../codec/hextext.ts';
import { flag, oneOf } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { always } from '../codec/text.ts';
import { type Given, invertible, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

/** Bytes that can all be printed are saved as text. */
function asText({ value, inverted }: Given<string>) {
  const plain = printable(value);
  return plain === undefined ? { 'hex-string': { value, inverted } } : { string: { value: plain, inverted } };
}

export const string = defineUndecidedMatch({
  name: 'string',
  summary: 'whether the payload holds some bytes',
  source: 'net/netfilter/xt_string.c (string_mt)',
  undecidable: 'depends on bytes of the packet that are not modelled',
  options: {
    string: invertible(always(128), { excludes: ['hex-string'] }),
    'hex-string': invertible(hexText, { means: asText }),
    algo: option(oneOf('algorithm', ['bm', 'kmp']), { required: true }),
    from: option(integer(0, 65535, 'OFFSET'), { idle: ({ value }) => value === 0 }),
    to: option(integer(0, 65535, 'OFFSET'), { idle: ({ value }) => value === 65535 }),
    icase: option(flag),
  },
  check({ string: text, 'hex-string': hex, from, to }) {
    if ((text ?? hex) === undefined) return 'it needs `--string` or `--hex-string`';
    return (from?.value ?? 0) > (to?.value ?? 65535) ? '`--from` is behind `--to`' : undefined;
  },
  examples: [
    { rule: '-m string --string "GET /" --algo bm --to 100 --icase' },
    { rule: '-m string ! --hex-string "|0a0a|" --algo kmp' },
    { rule: '-m string --algo bm --from 0 --to 65535 --string test', saved: '-m string --string "test" --algo bm' },
    { rule: '-m string --algo bm', refused: true },
    { rule: '-m string --string test --algo quick', refused: true },
  ],
});

import { type Codec, each, refused, value } from '../codec/codec.ts';
import { integer } from '../codec/number.ts';
import { paddedHex } from '../codec/padded.ts';
import type { Change, RuleContext } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, type GivenOptions, type Option, option } from '../option.ts';
import { TRACKED, tracked } from '../tracked.ts';

const HASH = '-j HMARK: the mark depends on a hash of the flow';
const ALL = 0xffffffff;
const length = integer(0, 32, 'LENGTH');
const short = paddedHex(4, 0xffff);
const long = paddedHex(8, ALL);

const plain = (of: number): Given<number> => ({ value: of, inverted: false });
/** What each word of `--hmark-tuple` stands for, where an address has so many bits. */
const tupleOf = (bits: number): Readonly<Record<string, GivenOptions>> => ({
  src: { 'hmark-src-prefix': plain(bits) },
  dst: { 'hmark-dst-prefix': plain(bits) },
  sport: { 'hmark-sport-mask': plain(0xffff) },
  dport: { 'hmark-dport-mask': plain(0xffff) },
  spi: { 'hmark-spi-mask': plain(ALL) },
  proto: { 'hmark-proto-mask': plain(0xffff) },
  ct: {},
});
const NAMES = Object.keys(tupleOf(32));

const tuple: Codec<readonly string[]> = {
  metavar: 'PART[,…]',
  words: 1,
  parse: ([text = '']) =>
    each(text.split(',').map((one) => (NAMES.includes(one) ? value(one) : refused(`\`${one}\` is no part of a flow`)))),
  print: () => 'ct',
  domain: { kind: 'one of', values: [['ct']] },
};

/** `--hmark-tuple` for addresses of so many bits: `ct` stays what it is, all else is masks. */
export const tupleOption = (bits: number): Option<readonly string[]> =>
  option(tuple, {
    means({ value: parts }): GivenOptions {
      const masks = Object.assign({}, ...parts.map((part) => tupleOf(bits)[part])) as GivenOptions;
      return parts.includes('ct') ? { ...masks, 'hmark-tuple': { value: ['ct'], inverted: false } } : masks;
    },
  });

interface Said {
  readonly 'hmark-mod': Given<number>;
  readonly 'hmark-offset'?: Given<number>;
}

/** `reciprocal_scale(hash, modulus) + offset`. */
function hashed({ 'hmark-mod': modulus, 'hmark-offset': offset }: Said, context: RuleContext): Change<never> {
  const low = offset?.value ?? 0;
  const high = low + modulus.value - 1;
  return {
    forgotten: [{ field: 'mark', ranges: [high > ALL ? [0, ALL] : [low, high]], unknown: context.unknown(HASH) }],
  };
}

export const hmark = defineTarget({
  name: 'HMARK',
  summary: 'sets the mark of the packet to a hash of its flow',
  source: 'net/netfilter/xt_HMARK.c (hmark_tg_v4)',
  partly: [HASH],
  options: {
    'hmark-src-prefix': option(length),
    'hmark-dst-prefix': option(length),
    'hmark-sport-mask': option(short),
    'hmark-dport-mask': option(short),
    'hmark-spi-mask': option(long, { excludes: ['hmark-sport-mask', 'hmark-dport-mask'] }),
    'hmark-sport': option(short),
    'hmark-dport': option(short),
    'hmark-spi': option(long, { excludes: ['hmark-sport', 'hmark-dport'] }),
    'hmark-proto-mask': option(paddedHex(2, 0xffff)),
    'hmark-rnd': option(long, { required: true }),
    'hmark-mod': option(integer(1, ALL), { required: true }),
    'hmark-offset': option(integer(0, ALL)),
    'hmark-tuple': tupleOption(32),
  },
  check: (given) =>
    Object.keys(given).some((name) => !['hmark-rnd', 'hmark-mod', 'hmark-offset'].includes(name))
      ? undefined
      : 'it needs `--hmark-tuple`',
  apply(given, packet, context) {
    const change = hashed(given, context);
    // of a flow that is not known, the tuple is not known either
    return given['hmark-tuple'] === undefined || tracked(packet)
      ? { kind: 'continue', ...change }
      : { kind: 'continue' };
  },
  lower(given, context) {
    const change = hashed(given, context);
    return given['hmark-tuple'] === undefined
      ? { kind: 'continue', ...change }
      : { kind: 'continue', ...change, when: TRACKED };
  },
  examples: [
    {
      rule: '-j HMARK --hmark-tuple src,dst,ct --hmark-mod 10 --hmark-offset 5 --hmark-rnd 1',
      saved:
        '-j HMARK --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-rnd 0x00000001 --hmark-mod 10 --hmark-offset 5 --hmark-tuple ct',
    },
    { rule: '-j HMARK --hmark-sport-mask 0x0003 --hmark-proto-mask 0x05 --hmark-rnd 0x00000001 --hmark-mod 42' },
    { rule: '-j HMARK --hmark-src-prefix 8 --hmark-mod 42', refused: true },
    { rule: '-j HMARK --hmark-mod 42 --hmark-rnd 1', refused: true },
    { rule: '-j HMARK --hmark-tuple src --hmark-mod 0 --hmark-rnd 1', refused: true },
  ],
});

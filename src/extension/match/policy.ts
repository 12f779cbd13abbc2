import { TRUE, unknownBit } from '../../ir/predicate.ts';
import { addressAndMask } from '../codec/address.ts';
import { type Codec, refused } from '../codec/codec.ts';
import { aliased, flag, oneOf } from '../codec/name.ts';
import { hexInteger, integer } from '../codec/number.ts';
import type { RuleContext } from '../definition.ts';
import { defineMatch, type Standing } from '../extension.ts';
import { type Given, invertible, option } from '../option.ts';

const UNSEEN = 'no capture shows policies of IPsec';
const REASON = `-m policy: ${UNSEEN}`;
const NO_IPSEC = 'no IPsec policy transforms packets (no capture shows `ip xfrm policy`)';

/** One element after the other, `--next` between them; each option as it is printed. */
type Elements = readonly string[];

const NEXT = '--next';
/** The options of an element in the order in which they are printed (libxt_policy.c: print_entry). */
const ORDER = ['reqid', 'spi', 'proto', 'mode', 'tunnel-dst', 'tunnel-src'];
const MOST = 4; // XT_POLICY_MAX_ELEM

const nameOf = (one: string): string => /--([\w-]+)/.exec(one)?.[1] ?? '';
const rank = (one: string): number => ORDER.indexOf(nameOf(one));

const split = (all: Elements): readonly Elements[] =>
  all.reduce<readonly Elements[]>(
    (done, one) => (one === NEXT ? [...done, []] : [...done.slice(0, -1), [...(done.at(-1) ?? []), one]]),
    [[]],
  );

const sorted = (all: Elements): Elements =>
  split(all).flatMap((element, i) => [...(i === 0 ? [] : [NEXT]), ...element.toSorted((a, b) => rank(a) - rank(b))]);

const elements: Codec<Elements> = {
  metavar: 'ELEMENTS',
  words: 1,
  parse: () => refused('elements are written one option at a time'),
  print: (all) => all.join(' '),
  domain: { kind: 'one of', values: [['--reqid 1'], ['! --spi 0x10', '--proto esp']] },
};

const security = aliased(oneOf('protocol', ['esp', 'ah', 'ipcomp']), { 50: 'esp', 51: 'ah', 108: 'ipcomp' });

const gathered = { gathered: true } as const;

/** What is wrong with an element, if anything. */
function wrongElement(element: Elements): string | undefined {
  const names = element.map(nameOf);
  if (new Set(names).size < names.length) return 'an element has each option once';
  const tunnel = element.includes('--mode tunnel');
  return names.some((name) => name.startsWith('tunnel-')) && !tunnel
    ? 'ends of a tunnel need `--mode tunnel`'
    : undefined;
}

interface Said {
  readonly dir: Given<'in' | 'out'>;
  readonly pol?: Given<'none' | 'ipsec'>;
  readonly strict?: Given<true>;
  readonly ''?: Given<Elements>;
}

function wrong({ dir, pol, strict, '': given }: Said, { hooks }: Standing): string | undefined {
  if (pol?.value === 'none') return strict === undefined ? wrongHook(dir.value, hooks) : '`--strict` needs a policy';
  const parts = split(given?.value ?? []);
  if (parts.length > 1 && strict === undefined) return '`--next` needs `--strict`';
  if (parts.length > MOST) return `a policy has at most ${MOST} elements`;
  if (strict !== undefined && parts.some((part) => part.length === 0)) return 'an element of a strict policy is empty';
  return parts.map(wrongElement).find((one) => one !== undefined) ?? wrongHook(dir.value, hooks);
}

/** policy_mt_check: nothing is encapsulated before routing, nor decapsulated behind it. */
function wrongHook(dir: 'in' | 'out', hooks: Standing['hooks']): string | undefined {
  const bad = dir === 'in' ? ['OUTPUT', 'POSTROUTING'] : ['PREROUTING', 'INPUT'];
  const found = hooks.find((hook) => bad.includes(hook));
  return found === undefined ? undefined : `\`--dir ${dir}\` cannot stand where packets come by ${found}`;
}

/** Without IPsec no packet has a policy; that one has is more than a default can say. */
const holds = ({ pol }: Said, { assume }: RuleContext): boolean => pol?.value === 'none' && assume?.(NO_IPSEC) === true;

export const policy = defineMatch({
  name: 'policy',
  summary: 'the IPsec policy that a packet came or goes by; `none` holds by assumption, where defaults are assumed',
  source: 'net/netfilter/xt_policy.c (policy_mt)',
  undecidable: UNSEEN,
  options: {
    dir: option(oneOf('direction', ['in', 'out']), { required: true }),
    pol: option(oneOf('policy', ['none', 'ipsec'])),
    strict: option(flag),
    '': option(elements),
    reqid: invertible(integer(0, 0xffffffff, 'ID'), gathered),
    spi: invertible(hexInteger('SPI'), gathered),
    proto: invertible(security, gathered),
    mode: invertible(oneOf('mode', ['transport', 'tunnel']), gathered),
    'tunnel-dst': invertible(addressAndMask, gathered),
    'tunnel-src': invertible(addressAndMask, gathered),
    next: option(flag, gathered),
  },
  complete({ pol, '': given, ...said }) {
    const is = pol ?? { value: 'ipsec' as const, inverted: false };
    // `none` has no elements: they are not kept
    return given === undefined || is.value === 'none'
      ? { ...said, pol: is }
      : { ...said, pol: is, '': { ...given, value: sorted(given.value) } };
  },
  check: wrong,
  matches: (given, _packet, context) => (holds(given, context) ? true : context.unknown(REASON)),
  lower: (given, context) => (holds(given, context) ? TRUE : unknownBit(context.unknown(REASON))),
  examples: [
    { rule: '-m policy --dir in --pol none' },
    { rule: '-m policy --dir in', saved: '-m policy --dir in --pol ipsec' },
    { rule: '-m policy --dir in --pol none --reqid 1', saved: '-m policy --dir in --pol none' },
    { rule: '-m policy --dir in --pol ipsec --strict --reqid 1 ! --spi 0x3000 --next --mode transport' },
    {
      rule: '-m policy --dir in --pol ipsec --tunnel-src 10.1.2.3/8 --mode tunnel ! --proto 50',
      saved: '-m policy --dir in --pol ipsec ! --proto esp --mode tunnel --tunnel-src 10.1.2.3/8',
    },
    { rule: '-m policy --dir in --pol ipsec --strict --reqid 1 --next', refused: true },
    { rule: '-m policy --dir in --pol ipsec --reqid 1 --next --reqid 2', refused: true },
    { rule: '-m policy --dir in --pol ipsec --reqid 1 --reqid 2', refused: true },
    { rule: '-m policy --dir in --pol ipsec ! --mode tunnel --tunnel-src 10.0.0.1', refused: true },
    { rule: '-m policy --dir in --pol none --strict', refused: true },
    { rule: '-m policy --pol none', refused: true },
  ],
});

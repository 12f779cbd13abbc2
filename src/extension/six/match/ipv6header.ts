import { equals, FALSE, first, TRUE } from '../../../ir/predicate.ts';
import type { Predicate } from '../../../ir/program.ts';
import type { Packet } from '../../../packet/packet.ts';
import { flag, someOf } from '../../codec/name.ts';
import { defineMatch } from '../../extension.ts';
import { type Given, invertible, option } from '../../option.ts';

/** As they are saved, in that order (libip6t_ipv6header.c: chain_flags, the names of /etc/protocols first). */
// biome-ignore format: a table
const HEADERS = ['hop-by-hop', 'ipv6-opts', 'ipv6-route', 'ipv6-frag', 'ah', 'esp', 'ipv6-nonxt', 'protocol'] as const;

type Header = (typeof HEADERS)[number];
/** Other names (chain_protos): what is written by hand, and saved where there is no /etc/protocols. */
// biome-ignore format: a table
const ALIASES: ReadonlyMap<string, Header> = new Map([
  ['hop', 'hop-by-hop'], ['dst', 'ipv6-opts'], ['route', 'ipv6-route'], ['frag', 'ipv6-frag'], ['auth', 'ah'], ['none', 'ipv6-nonxt'], ['prot', 'protocol'],
  ['0', 'hop-by-hop'], ['60', 'ipv6-opts'], ['43', 'ipv6-route'], ['44', 'ipv6-frag'], ['51', 'ah'], ['50', 'esp'], ['59', 'ipv6-nonxt'], ['255', 'protocol'],
]);

const names = someOf('header', HEADERS);
const official = (list: string): string =>
  list
    .split(',')
    .map((one) => ALIASES.get(one) ?? one)
    .join();
const headers: typeof names = { ...names, parse: ([text], context) => names.parse([official(text)], context) };

/** ESP and No Next Header end the chain: nothing that is a protocol comes behind them. */
const ESP = 50;
const NO_NEXT = 59;

/** What a packet is made of: no extension headers, but of a fragment the fragment header. */
function partsOf({ proto, fragment }: Packet): readonly Header[] {
  const end = proto === ESP ? 'esp' : proto === NO_NEXT ? 'ipv6-nonxt' : 'protocol';
  return fragment === 1 ? ['ipv6-frag', end] : [end];
}

const fits = (wanted: readonly Header[], parts: readonly Header[], soft: boolean): boolean =>
  wanted.every((one) => parts.includes(one)) && (soft || parts.length === wanted.length);

/** `--soft` asks for these among others; `!` turns every bit of it round there, and the whole answer without it. */
function answer({ header, soft }: Said, parts: readonly Header[]): boolean {
  const { value: wanted, inverted } = header;
  if (!inverted) return fits(wanted, parts, soft !== undefined);
  return soft === undefined ? !fits(wanted, parts, false) : wanted.every((one) => !parts.includes(one));
}

interface Said {
  readonly header: Given<readonly Header[]>;
  readonly soft?: Given<true>;
}

export const ipv6header = defineMatch({
  families: [6],
  name: 'ipv6header',
  summary: 'the extension headers of a packet',
  source: 'net/ipv6/netfilter/ip6t_ipv6header.c (ipv6header_mt6)',
  options: { header: invertible(headers, { required: true }), soft: option(flag) },
  matches: (given, packet) => answer(given, partsOf(packet)),
  lower(given) {
    const holds = (...parts: readonly Header[]): Predicate => (answer(given, parts) ? TRUE : FALSE);
    const endingIn = (end: Header): Predicate =>
      first([{ when: equals('fragment', 1), then: holds('ipv6-frag', end) }], holds(end));
    return first(
      [
        { when: equals('proto', ESP), then: endingIn('esp') },
        { when: equals('proto', NO_NEXT), then: endingIn('ipv6-nonxt') },
      ],
      endingIn('protocol'),
    );
  },
  examples: [
    { rule: '-m ipv6header --header hop-by-hop --soft' },
    { rule: '-m ipv6header --header tcp', refused: true },
    { rule: '-m ipv6header', refused: true },
  ],
});

import { andThen, type Codec, type Read, refused, value } from '../codec/codec.ts';
import type { IcmpType } from '../codec/icmptype.ts';
import { readNumber } from '../codec/number.ts';

/** Names of ICMPv6 types and codes (libip6t_icmp6.c: icmpv6_codes), as they are printed. */
// biome-ignore format: a table
const NAMES: Readonly<Record<string, string>> = {
  'destination-unreachable': '1', 'no-route': '1/0', 'communication-prohibited': '1/1', 'beyond-scope': '1/2', 'address-unreachable': '1/3',
  'port-unreachable': '1/4', 'failed-policy': '1/5', 'reject-route': '1/6', 'packet-too-big': '2', 'time-exceeded': '3', 'ttl-exceeded': '3',
  'ttl-zero-during-transit': '3/0', 'ttl-zero-during-reassembly': '3/1', 'parameter-problem': '4', 'bad-header': '4/0', 'unknown-header-type': '4/1',
  'unknown-option': '4/2', 'echo-request': '128', ping: '128', 'echo-reply': '129', pong: '129', 'mld-listener-query': '130', 'mld-listener-report': '131',
  'mld-listener-done': '132', 'mld-listener-reduction': '132', 'router-solicitation': '133', 'router-advertisement': '134',
  'neighbour-solicitation': '135', 'neighbor-solicitation': '135', 'neighbour-advertisement': '136', 'neighbor-advertisement': '136', redirect: '137',
};

/** A name, or a beginning that only one of them has. */
function readName(text: string): Read<IcmpType> {
  const found = Object.entries(NAMES).filter(([name]) => name.startsWith(text.toLowerCase()));
  const [one] = found;
  return one === undefined || found.length > 1
    ? refused(`\`${text}\` is no ICMPv6 type`, 'a name such as echo-request, or a number with or without a code: 1/4')
    : readNumbers(one[1]);
}

function readNumbers(text: string): Read<IcmpType> {
  const [head = '', ...tail] = text.split('/');
  return andThen(readNumber(head, 0, 255), (type) =>
    tail.length === 0
      ? value({ type, codes: [0, 255] })
      : andThen(readNumber(tail.join('/'), 0, 255), (code) => value({ type, codes: [code, code] })),
  );
}

/** `--icmpv6-type TYPE[/CODE]`; none of them is any type. */
export const icmp6Type: Codec<IcmpType> = {
  metavar: 'TYPE[/CODE]',
  words: 1,
  parse: ([text = '']) => (/^\d/.test(text) ? readNumbers(text) : readName(text)),
  print: ({ type, codes: [low, high] }) => (low === high ? `${type}/${low}` : `${type}`),
  domain: {
    kind: 'one of',
    values: [
      [1, 0, 0],
      [2, 0, 255],
      [128, 0, 255],
      [255, 0, 255],
      [136, 255, 255],
    ].map(([type = 0, low = 0, high = 0]) => ({ type, codes: [low, high] })),
  },
};

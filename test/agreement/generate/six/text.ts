import { parseAddress, printAddress } from '../../../../src/packet/address.ts';

/** Where the networks of drawn worlds lie in IPv6: 10.1.0.2/24 is 2001:db8::a01:2/120. */
const NET = 0x20010db8n << 96n;

const SPECIAL: Readonly<Record<string, bigint>> = {
  '0.0.0.0': 0n,
  '255.255.255.255': 0xff020000000000000000000000000001n,
};

/** The address of IPv6 that stands for one of IPv4. */
export function sixOf(text: string): bigint {
  const special = SPECIAL[text];
  if (special !== undefined) return special;
  return text.startsWith('127.') ? 1n : NET + BigInt(parseAddress(text) ?? 0);
}

/** `fe80::` and the MAC address: what every interface that is up has. */
export const linkLocal = (mac: number): bigint => (0xfe80n << 112n) + BigInt(mac);

const ADDRESS = /\b(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?(:\d+(?=$| |-))?/g;

/** Every address of IPv4 in a text as one of IPv6, its prefix length with it. */
export const addressesIn = (text: string): string =>
  text.replaceAll(ADDRESS, (_, address: string, length: string | undefined, port: string | undefined) => {
    const six = printAddress(sixOf(address));
    if (port !== undefined) return `[${six}]${port}`;
    if (length === undefined) return six;
    return `${six}/${address.startsWith('127.') ? 128 : Number(length) + 96}`;
  });

const TYPES: Readonly<Record<string, string>> = {
  8: '128',
  0: '129',
  '3/1': '1/1',
  '11/0': '3/0',
  13: '135',
  any: '136',
};

// biome-ignore format: a table
const WORDS: readonly (readonly [RegExp, string | ((...words: string[]) => string)])[] = [
  [/-m icmp (! )?--icmp-type (\S+)/g, (_, not = '', type = '') => `-m icmp6 ${not}--icmpv6-type ${TYPES[type] ?? '128'}`],
  [/-p icmp/g, '-p ipv6-icmp'],
  [/icmp-port-unreachable/g, 'icmp6-port-unreachable'],
  [/icmp-host-prohibited/g, 'icmp6-adm-prohibited'],
  [/-m ttl --ttl-/g, '-m hl --hl-'],
  [/TTL --ttl-/g, 'HL --hl-'],
  [/LOCAL,BROADCAST/g, 'LOCAL'],
  [/BROADCAST/g, 'ANYCAST'],
];

/** A rule of iptables as one of ip6tables. */
export const ruleIn = (rule: string): string =>
  addressesIn(WORDS.reduce((text, [from, to]) => text.replace(from, to as string), rule));

import type { Node } from '../../../src/network/network.ts';
import { printAddress } from '../../../src/packet/address.ts';
import { parseSnapshot } from '../../../src/parse/snapshot.ts';
import { read, said } from '../said.ts';

export type File = readonly [name: string, text: string];
export const parse = (...files: readonly File[]) =>
  parseSnapshot(new Map(files.map(([name, text]) => [`n/${name}`, text])));
export const node = (...files: readonly File[]): Node => read(parse(...files)).nodes.get('n') as Node;
export const six = (...files: readonly File[]) => {
  const found = node(...files).six;
  if (found === undefined) throw new Error('nothing of IPv6');
  return found;
};
export const addresses = (of: Node): Record<string, string[]> =>
  Object.fromEntries(
    [...(of.six?.addresses ?? [])].map(([name, all]) => [
      name,
      all.map((one) =>
        [
          `${printAddress(one.local)}/${one.length}`,
          one.scope,
          ...(['deprecated', 'tentative', 'temporary'] as const).filter((flag) => one[flag]),
        ].join(' '),
      ),
    ]),
  );
export const notes = (...files: readonly File[]) => said(parse(...files).located);

export const LINK = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
    inet6 ::1/128 scope host
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0
`;
export const ADDR: File = [
  'ip-addr.txt',
  `${LINK}    inet6 2001:db8::1/64 scope global\n       valid_lft forever preferred_lft forever\n    inet6 fe80::ff:fe00:1/64 scope link\n`,
];
export const ROUTE: File = [
  'ip-route.txt',
  `10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1
local 10.0.0.1 dev eth0 table local proto kernel scope host src 10.0.0.1
2001:db8::/64 dev eth0 proto kernel metric 256 pref medium
default via fe80::9 dev eth0 proto ra metric 1024 expires 1799sec hoplimit 32 pref medium
unreachable 2001:db8:b::/48 dev lo metric 1024 error -113 pref medium
local ::1 dev lo table local proto kernel metric 0 pref medium
multicast ff00::/8 dev eth0 table local proto kernel metric 256 pref medium
`,
];

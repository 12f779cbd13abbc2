import { describe, expect, it } from 'vitest';
import { parseBrctlShow } from '../../src/parse/bridge/brctl.ts';
import { parseHairpin } from '../../src/parse/bridge/hairpin.ts';
import { parseAddrJson } from '../../src/parse/ip/addr-json.ts';
import { parseAddrText } from '../../src/parse/ip/addr-text.ts';
import { parseArpN, parseNeighJson } from '../../src/parse/ip/neighbour.ts';
import { parseRouteJson } from '../../src/parse/ip/route-json.ts';
import { parseRouteN } from '../../src/parse/ip/route-n.ts';
import { parseRouteText } from '../../src/parse/ip/route-text.ts';
import { parseRuleJson } from '../../src/parse/ip/rule-json.ts';
import { parseRuleText } from '../../src/parse/ip/rule-text.ts';
import type { Result } from '../../src/parse/located.ts';
import { said, underlined } from './said.ts';

type Reader = (text: string, file: string) => Result<unknown>;
const complaints = (reader: Reader, text: string) => said(reader(text, 'f').located);

const HEAD = '2: eth0: <BROADCAST,UP> mtu 1500 state UP\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n';

describe('every mistake in a listing has its place, its length and a line of advice', () => {
  const rows: readonly (readonly [string, Reader, string, string])[] = [
    [
      'a MAC address',
      parseAddrText,
      HEAD.replace('02:00:00:00:00:01', '02:00:00:00:00:0g'),
      'error f:2:16+17 `02:00:00:00:00:0g` is no MAC address',
    ],
    [
      'an address',
      parseAddrText,
      `${HEAD}    inet 10.0.0.300/24 scope global eth0\n`,
      'error f:3:10+13 `10.0.0.300/24` is no address with its prefix length',
    ],
    [
      'a broadcast address',
      parseAddrText,
      `${HEAD}    inet 10.0.0.3/24 brd 10.0.0 scope global eth0\n`,
      'error f:3:26+6 `10.0.0` is no IPv4 address',
    ],
    [
      'a scope',
      parseAddrText,
      `${HEAD}    inet 10.0.0.3/24 scope galactic eth0\n`,
      'error f:3:28+8 `galactic` is no scope',
    ],
    ['an mtu', parseAddrText, HEAD.replace('mtu 1500', 'mtu big'), 'error f:1:29+3 `big` is no mtu'],
    [
      'a header',
      parseAddrText,
      '2: eth0 <BROADCAST,UP> mtu 1500\n',
      'error f:1:1+31 `2: eth0 <BROADCAST,UP> mtu 1500` is no interface',
    ],
    [
      'an address before any interface',
      parseAddrText,
      '    inet 10.0.0.3/24 scope global eth0\n',
      'error f:1:5+34 `inet 10.0.0.3/24 scope global eth0` belongs to no interface',
    ],
    ['JSON that is no list', parseAddrJson, '{"a": 1}', 'error f:1:1+1 this is no list'],
    ['an interface without a name', parseAddrJson, '[{"mtu": 1500}]', 'error f:1:2+1 `ifname` is missing'],
    [
      'an address in JSON',
      parseAddrJson,
      '[{"ifname":"a","addr_info":[{"family":"inet","local":"10.0.0","prefixlen":24}]}]',
      'error f:1:54+8 `local` is no IPv4 address',
    ],
    [
      'a prefix length in JSON',
      parseAddrJson,
      '[{"ifname":"a","addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":33}]}]',
      'error f:1:77+2 `33` is no prefix length',
    ],
    [
      'a MAC address in JSON',
      parseAddrJson,
      '[{"ifname":"a","link_type":"ether","address":"02:00"}]',
      'error f:1:46+7 `02:00` is no MAC address',
    ],
    [
      'flags that are no list',
      parseAddrJson,
      '[{"ifname":"a","flags":"UP"}]',
      'error f:1:24+4 `flags` is no list of strings',
    ],
    ['a route without a gateway', parseRouteText, 'default via dev eth0\n', 'error f:1:9+3 `via` without a value'],
    [
      'a word of a route',
      parseRouteText,
      '10.0.0.0/8 dev eth0 mertic 5\n',
      'error f:1:21+6 `mertic` is no part of a route',
    ],
    [
      'a table',
      parseRouteText,
      '10.0.0.0/8 dev eth0 table 4294967296\n',
      'error f:1:27+10 `4294967296` is no routing table',
    ],
    [
      'a next hop without a device',
      parseRouteText,
      'default via 10.0.0.1\n',
      'error f:1:9+3 a next hop without its device',
    ],
    ['a destination in JSON', parseRouteJson, '[{"dst":"10.0.0.0/40","dev":"a"}]', 'error f:1:9+13 `dst` is no prefix'],
    [
      'a name in route -n',
      parseRouteN,
      'default         router          0.0.0.0         UG    0      0        0 eth0\n',
      'error f:1:17+6 `router` is no IPv4 address',
    ],
    [
      'a netmask',
      parseRouteN,
      '10.0.0.0        0.0.0.0         255.0.255.0     U     0      0        0 eth0\n',
      'error f:1:33+11 `255.0.255.0` is no netmask',
    ],
    [
      'a row that is cut off',
      parseRouteN,
      '10.0.0.0        0.0.0.0         255.0.0.0\n',
      'error f:1:1+41 a route of 3 columns',
    ],
    ['a rule without an action', parseRuleText, '100:\tfrom all\n', 'error f:1:1+4 a policy rule without an action'],
    [
      'a mark',
      parseRuleText,
      '100:\tfrom all fwmark x lookup main\n',
      'error f:1:22+1 `x` cannot stand after `fwmark`',
    ],
    [
      'a word of a rule',
      parseRuleText,
      '100:\tfrom all lokup main\n',
      'error f:1:15+5 `lokup` is no part of a policy rule',
    ],
    ['a table of a rule in JSON', parseRuleJson, '[{"priority":1,"src":"all"}]', 'error f:1:2+1 `table` is missing'],
    ['a neighbour', parseArpN, '10.0.0.2 ether fa:16:3e C br100\n', 'error f:1:16+8 `fa:16:3e` is no MAC address'],
    [
      'a neighbour in JSON',
      parseNeighJson,
      '[{"dst":"10.0.0.2","dev":"a","lladdr":"x"}]',
      'error f:1:39+3 `lladdr` is no MAC address',
    ],
    [
      'a bridge',
      parseBrctlShow,
      'br100\t\t8000.0800278f87fa\tmaybe\teth2\n',
      'error f:1:26+5 `br100\t\t8000.0800278f87fa\tmaybe\teth2` is no bridge',
    ],
    ['a hairpin mode', parseHairpin, 'on\n', 'error f:1:1+2 `on` is no hairpin mode'],
    ['an empty hairpin mode', parseHairpin, '', 'error f:1:1+1 an empty hairpin mode'],
  ];

  it.each(rows)('%s', (_, reader, text, message) => {
    const { value, located } = reader(text, 'f');
    expect(said(located)[0]).toBe(message);
    expect(value).toBeUndefined();
    expect(located.every(({ advice }) => advice !== undefined && !advice.includes('\n'))).toBe(true);
    const quoted = /`([^`\t]+)`/.exec(message)?.[1];
    const [first] = located;
    if (first !== undefined && quoted !== undefined && !/missing|`(dst|local|lladdr|flags)`/.test(message))
      expect(underlined(first).replaceAll('"', '')).toBe(quoted);
  });

  it('are all said at once', () => {
    const text = `${HEAD.replace('02:00:00:00:00:01', 'x')}    inet 10.0.0.300/24 scope global eth0\n3: eth1 oops\n`;
    expect(complaints(parseAddrText, text).map((line) => line.split(' ')[1])).toEqual([
      'f:2:16+1',
      'f:3:10+13',
      'f:4:1+12',
    ]);
  });
});

describe('prose and prompts around a listing', () => {
  const rows: readonly (readonly [Reader, string])[] = [
    [parseAddrText, HEAD],
    [parseRouteText, 'default via 10.0.0.1 dev eth0\n'],
    [parseRouteN, 'Kernel IP routing table\n0.0.0.0         10.0.0.1  0.0.0.0         UG    0      0        0 eth0\n'],
    [parseRuleText, '0:\tfrom all lookup local\n'],
    [
      parseArpN,
      'Address                  HWtype  HWaddress           Flags Mask            Iface\n10.0.0.2 ether fa:16:3e:00:00:01 C br100\n',
    ],
    [
      parseBrctlShow,
      'bridge name\tbridge id\t\tSTP enabled\tinterfaces\nbr100\t\t8000.0800278f87fa\tno\t\teth2\n\t\t\t\t\t\t\tvnet0\n',
    ],
  ];

  it.each(rows)('are notes', (reader, text) => {
    const alone = reader(text, 'f');
    expect(alone.located).toEqual([]);
    const { value, located } = reader(`root@host:~# the command\n${text}root@host:~# \n`, 'f');
    expect(JSON.stringify(value).replace(/"line":\d+/g, '')).toBe(
      JSON.stringify(alone.value).replace(/"line":\d+/g, ''),
    );
    expect(said(located)).toEqual([
      expect.stringMatching(/^note f:1:1\+24 this line is no part of/),
      expect.stringMatching(/^note f:\d+:1\+12 this line is no part of/),
    ]);
  });
});

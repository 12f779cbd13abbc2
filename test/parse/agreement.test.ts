import { describe, expect, it } from 'vitest';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { filesOf, ROUTER } from './folder.ts';
import { errors } from './said.ts';

/** The router's captures with one text changed in one of them. */
function changed(file: string, from: string | RegExp, to: string): readonly string[] {
  const files = new Map([...filesOf(ROUTER)].filter(([name]) => name.startsWith('router/')));
  const text = files.get(`router/${file}`) ?? '';
  expect(text).toMatch(from);
  files.set(`router/${file}`, text.replace(from, to));
  return errors(parseSnapshot(files).located);
}

describe('captures of one thing that disagree', () => {
  it.each([
    [
      'ip-addr.txt',
      '02:00:00:00:00:fd',
      '02:00:00:00:00:fe',
      'the MAC address of `eth1` is 02:00:00:00:00:fe here and 02:00:00:00:00:fd at router/ip-addr.json:1:',
    ],
    [
      'ip-addr.txt',
      '10.0.0.9/24',
      '10.0.0.8/24',
      'the list of addresses of `br100` is 10.0.0.1/24, 10.0.0.8/24 here and 10.0.0.1/24, 10.0.0.9/24 at router/ip-addr.json:1:',
    ],
    [
      'ip-addr.txt',
      '<BROADCAST,MULTICAST>',
      '<BROADCAST,MULTICAST,UP>',
      'the state of `wire0` is up here and down at router/ip-addr.json:1:',
    ],
    [
      'ip-route.txt',
      'metric 100',
      'metric 101',
      'route `default via 192.168.56.101 dev eth1 metric 101` is not in router/ip-route.json',
    ],
    [
      'route-n.txt',
      '192.168.56.101',
      '192.168.56.103',
      'route `default via 192.168.56.103 dev eth1 metric 100` is not in router/ip-route.json',
    ],
    [
      'ip-rule.txt',
      '198.18.0.1',
      '198.18.0.2',
      'policy rule `32764: from 198.18.0.2 blackhole` is not in router/ip-rule.json',
    ],
    [
      'arp-n.txt',
      '02:00:00:00:00:77',
      '02:00:00:00:00:79',
      'permanent neighbour `10.0.0.77 dev br100 lladdr 02:00:00:00:00:79` is not in router/ip-neigh.json',
    ],
    ['bridge-link.json', '"hairpin":true', '"hairpin":false', 'hairpin of `vnet0` is '],
    [
      'bridge-link.json',
      '"master":"br100"',
      '"master":"br101"',
      'is a port of `br100` here and of `br101` at router/bridge-link.json:1:',
    ],
  ])('%s: %s → %s is an error at both places', (file, from, to, message) => {
    expect(changed(file, from, to).filter((error) => error.includes(message))).toHaveLength(1);
  });

  it('are said to differ in either direction: what one lacks is named too', () => {
    expect(changed('route-n.txt', /^192\.0\.2.*\n/m, '')).toEqual([
      expect.stringContaining('route `192.0.2.0/31 dev wire2 metric 0` is not in router/route-n.txt'),
    ]);
  });

  it('are not where only the learned neighbours moved on', () => {
    expect(changed('arp-n.txt', /^10\.0\.0\.78.*\n/m, '')).toEqual([]);
  });
});

const SAVE = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:own - [0:0]
-A FORWARD -j own
-A own -s 10.0.0.0/24 -j ACCEPT
COMMIT
`;
const LIST = `-P INPUT ACCEPT
-P FORWARD DROP
-P OUTPUT ACCEPT
-N own
-A FORWARD -j own
-A own -s 10.0.0.0/24 -j ACCEPT
`;
const rules = (list: string, file = 'n/iptables-S-filter.txt'): readonly string[] =>
  errors(
    parseSnapshot(
      new Map([
        ['n/iptables-save.txt', SAVE],
        [file, list],
      ]),
    ).located,
  );

describe('iptables-save and iptables -S', () => {
  it('agree where they print the same rules', () => {
    expect(rules(LIST)).toEqual([]);
  });

  it('agree about a table that is not loaded and one that is empty', () => {
    expect(
      rules('-P PREROUTING ACCEPT\n-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n-P POSTROUTING ACCEPT\n', 'n/iptables-S-nat.txt'),
    ).toEqual([]);
  });

  it.each([
    [
      LIST.replace('10.0.0.0/24', '10.0.0.0/25'),
      'error n/iptables-S-filter.txt:6:1+31 rule 1 of filter own is `-A own -s 10.0.0.0/25 -j ACCEPT` here, and `-A own -s 10.0.0.0/24 -j ACCEPT` at n/iptables-save.txt:7:1',
    ],
    [
      LIST.replace('FORWARD DROP', 'FORWARD ACCEPT'),
      'error n/iptables-S-filter.txt:2:4+7 policy of filter FORWARD is ACCEPT here and DROP at n/iptables-save.txt:3:2',
    ],
    [
      `${LIST}-A own -j DROP\n`,
      'error n/iptables-S-filter.txt:7:1+14 rule 2 of filter own, `-A own -j DROP`, is not in n/iptables-save.txt',
    ],
    [
      LIST.replace(/-A own.*\n/, ''),
      'error n/iptables-save.txt:7:1+31 rule 1 of filter own, `-A own -s 10.0.0.0/24 -j ACCEPT`, is not in n/iptables-S-filter.txt',
    ],
    [
      `${LIST}-N more\n`,
      'error n/iptables-S-filter.txt:7:4+4 chain `more` of table filter is not in n/iptables-save.txt',
    ],
  ])('disagree at both places', (list, message) => {
    expect(rules(list)).toEqual([message]);
  });

  it('need not both be there: the tables that neither shows are unknown, or empty with kernel defaults', () => {
    const only = new Map([['n/iptables-S-filter.txt', LIST]]);
    const open = parseSnapshot(only).value?.nodes.get('n')?.ruleset;
    expect(open).toEqual({ kind: 'unknown', reason: 'no capture shows tables raw, mangle, nat, security of n' });
    const closed = parseSnapshot(
      new Map([...only, ['network.yaml', 'version: 1\nassume: kernel-defaults\n']]),
    ).value?.nodes.get('n')?.ruleset;
    expect(closed).toMatchObject({
      kind: 'known',
      assumption: {
        node: 'n',
        text: 'tables raw, mangle, nat, security of n hold no rules (kernel default: no capture shows them)',
      },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { printAddress } from '../../src/packet/address.ts';
import { parseBrctlShow } from '../../src/parse/bridge/brctl.ts';
import { parseBridgeLink } from '../../src/parse/bridge/link.ts';
import { parseBridgeFdb, parseBridgeVlan } from '../../src/parse/bridge/table.ts';
import { parseAddrText } from '../../src/parse/ip/addr-text.ts';
import { parseRouteJson } from '../../src/parse/ip/route-json.ts';
import { parseRouteText } from '../../src/parse/ip/route-text.ts';
import { parseRuleJson } from '../../src/parse/ip/rule-json.ts';
import { parseRuleText } from '../../src/parse/ip/rule-text.ts';
import { read, said } from './said.ts';

const HEAD = '2: eth0: <BROADCAST,UP> mtu 1500 state UP\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n';

describe('ip a', () => {
  const of = (text: string) => read(parseAddrText(text, 'f'))[0];

  it('shows where an interface and its address stand', () => {
    const one = of(`${HEAD}    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0\n`);
    expect(one?.place).toEqual({ file: 'f', line: 1, column: 4 });
    expect(one?.addresses[0]?.place).toEqual({ file: 'f', line: 3, column: 10 });
  });

  it('wraps a header where a terminal was narrow', () => {
    expect(
      of(
        '2: eth0: <BROADCAST,UP> mtu 1500 qdisc mq state\ngroup default qlen 1000\n    inet 10.0.0.1/8 scope global eth0\n',
      )?.addresses,
    ).toHaveLength(1);
  });

  it('keeps the peer of a point-to-point link as the network of the address', () => {
    const [address] =
      of('2: tun0: <POINTOPOINT,UP> mtu 1500\n    inet 10.8.0.1 peer 10.8.0.2/32 scope global tun0\n')?.addresses ?? [];
    expect([printAddress(address?.local ?? 0), printAddress(address?.address ?? 0), address?.length]).toEqual([
      '10.8.0.1',
      '10.8.0.2',
      32,
    ]);
  });

  it('names what a bridge or port does beyond the model', () => {
    const text = `${HEAD}    bridge forward_delay 1500 vlan_filtering 1 nf_call_iptables 0\n3: v: <UP> mtu 1500 master eth0\n    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff\n    bridge_slave state forwarding hairpin off isolated on learning on\n`;
    expect(
      read(parseAddrText(text, 'f')).flatMap(({ unmodelled }) =>
        unmodelled.map(({ what, decides }) => [what, decides]),
      ),
    ).toEqual([
      ['vlan_filtering 1 of eth0', 'bridge'],
      ['isolated on of v', 'bridge'],
    ]);
  });

  it('knows a VLAN device by its detail', () => {
    const one = of(
      `${HEAD.replace('eth0', 'eth0.10@eth0')}    vlan protocol 802.1Q id 12 <REORDER_HDR> numtxqueues 1\n`,
    );
    expect([one?.kind, one?.vlan, one?.lower]).toEqual(['vlan', 12, 'eth0']);
  });
});

describe('ip route', () => {
  const texts = (text: string) => read(parseRouteText(text, 'f')).routes.map((route) => route.text);

  it('passes over routes of IPv6', () => {
    expect(
      texts(
        'fe80::/64 dev eth0 proto kernel metric 256 pref medium\ndefault via fe80::1 dev eth0 proto ra metric 1024\nunreachable default dev lo metric -1 error -101 hoplimit 255\ndefault dev eth0 metric 1 pref medium\n',
      ),
    ).toEqual([]);
  });

  it('reads what old iproute2 abbreviated, and what says nothing of the way', () => {
    expect(
      texts(
        '169.254/16 dev eth0 proto kernel scope link src 169.254.1.1 \n10/8 via 10.0.0.1 dev eth0 mtu lock 1400 advmss 1360 realm 4\n',
      ),
    ).toEqual(['169.254.0.0/16 dev eth0 scope link src 169.254.1.1', '10.0.0.0/8 via 10.0.0.1 dev eth0']);
  });

  it('gives a table that the host named a number of its own, the one that rules look up', () => {
    const [route] = read(parseRouteText('default via 10.0.0.1 dev eth0 table isp1\n', 'f')).routes;
    const [rule] = read(parseRuleText('10:\tfrom all lookup isp1\n', 'f')).rules;
    expect(route?.table).toBeGreaterThan(2 ** 32);
    expect(rule?.action).toEqual({ kind: 'table', table: route?.table });
  });

  it('leaves out a next hop that is dead, and says so of a route that has no other', () => {
    const { value, located } = parseRouteText(
      'default\n\tnexthop via 10.0.0.1 dev a weight 1 dead linkdown\n\tnexthop via 10.0.1.1 dev b weight 1\n10.9.0.0/16 via 10.0.0.1 dev a dead linkdown\n',
      'f',
    );
    expect(value?.routes.map((route) => route.text)).toEqual(['default via 10.0.1.1 dev b']);
    expect(said(located)).toEqual(['note f:4:1+11 a dead route, which the kernel passes over']);
    const json =
      '[{"dst":"default","nexthops":[{"gateway":"10.0.0.1","dev":"a","weight":1,"flags":["dead"]},{"gateway":"10.0.1.1","dev":"b","weight":1,"flags":[]}],"flags":[]},{"dst":"10.9.0.0/16","gateway":"10.0.0.1","dev":"a","flags":["dead"]}]';
    expect(read(parseRouteJson(json, 'f')).routes.map((route) => route.text)).toEqual(['default via 10.0.1.1 dev b']);
  });

  it.each([
    ['10.0.0.0/8 encap mpls 100/200 via inet 10.0.0.1 dev eth0\n', '`encap` in a route'],
    ['10.0.0.0/8 via inet6 fe80::1 dev eth0\n', '`inet6` in a route'],
  ])('names what the model does not know: %s', (text, reason) => {
    expect(read(parseRouteText(text, 'f')).undecided.map((one) => one.reason)).toEqual([reason]);
  });
});

describe('ip rule', () => {
  it.each(['uidrange 5-6 lookup main', 'lookup [l3mdev-table]', 'goto 100', 'nop'])(
    'names what the model does not know: %s',
    (rest) => {
      const { rules, undecided } = read(parseRuleText(`10:\tfrom all ${rest}\n`, 'f'));
      expect([rules.length, undecided.length]).toEqual([0, 1]);
    },
  );

  it('names it in JSON too', () => {
    const text =
      '[{"priority":10,"src":"all","uid_start":5,"uid_end":6,"table":"main"},{"priority":11,"src":"all","l3mdev":null}]';
    expect(read(parseRuleJson(text, 'f')).undecided).toHaveLength(2);
  });
});

describe('bridges', () => {
  it('brctl show lists ports under their bridge, and bridges without ports', () => {
    const text =
      'bridge name\tbridge id\t\tSTP enabled\tinterfaces\nbr100\t\t8000.080027158517\tno\t\teth2\n\t\t\t\t\t\t\tvnet0\nvirbr0\t\t8000.000000000000\tyes\t\t\n';
    expect(
      read(parseBrctlShow(text, 'f')).map(({ name, stp, ports }) => [name, stp, ports.map((port) => port.name)]),
    ).toEqual([
      ['br100', false, ['eth2', 'vnet0']],
      ['virbr0', true, []],
    ]);
  });

  it('bridge link shows hairpin, master and what the model does not know', () => {
    const [port] = read(
      parseBridgeLink(
        '[{"ifname":"v","master":"b","state":"blocking","hairpin":true,"isolated":true,"learning":true}]',
        'f',
      ),
    );
    expect([port?.master, port?.hairpin, port?.state, port?.unmodelled.map(({ what }) => what)]).toEqual([
      'b',
      true,
      'blocking',
      ['isolated on of v'],
    ]);
  });

  it('bridge fdb names static entries alone, bridge vlan all but VLAN 1', () => {
    const fdb =
      '[{"mac":"02:00:00:00:00:01","ifname":"v","flags":[],"master":"b","state":"static"},{"mac":"02:00:00:00:00:02","ifname":"v","state":"permanent"},{"mac":"02:00:00:00:00:03","ifname":"v"}]';
    expect(read(parseBridgeFdb(fdb, 'f')).map(({ what }) => what)).toEqual([
      'static forwarding entry 02:00:00:00:00:01 of v',
    ]);
    expect(
      read(
        parseBridgeVlan('[{"ifname":"v","vlans":[{"vlan":1},{"vlan":5}]},{"ifname":"w","vlans":[{"vlan":1}]}]', 'f'),
      ).map(({ what }) => what),
    ).toEqual(['VLAN 5 on v']);
  });
});

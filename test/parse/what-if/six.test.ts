import { describe, expect, it } from 'vitest';
import { sysctl } from '../../../src/network/access.ts';
import type { Network, Node } from '../../../src/network/network.ts';
import { printAddress } from '../../../src/packet/address.ts';
import { parseSnapshot } from '../../../src/parse/snapshot.ts';
import { type Change, whatIf } from '../../../src/parse/what-if/what-if.ts';
import { filesOf } from '../folder.ts';
import { read, said } from '../said.ts';

const MODEL = read(parseSnapshot(filesOf(`${import.meta.dirname}/../../../models/dual-stack/sound`)));
const change = (line: string): Change => {
  const space = line.indexOf(' ');
  return { option: line.slice(0, space) as Change['option'], text: line.slice(space + 1) };
};
const apply = (network: Network, ...lines: readonly string[]) => whatIf(lines.map(change), network);
const after = (name: string, ...lines: readonly string[]): Node => read(apply(MODEL, ...lines)).nodes.get(name) as Node;
const node = (name: string): Node => MODEL.nodes.get(name) as Node;
const rules = ({ six }: Node, chain = 'FORWARD'): string[] =>
  six?.ruleset.kind === 'known'
    ? (six.ruleset.value.tables.get('filter')?.chains.get(chain)?.rules ?? []).map(({ text }) => text)
    : [];
const routes = ({ six }: Node): string[] => six?.routes.map(({ text }) => text) ?? [];
const routesBy = (of: Node, device: string): string[] => routes(of).filter((text) => text.includes(`dev ${device}`));
const addresses = ({ six }: Node, device: string): string[] =>
  (six?.addresses.get(device) ?? []).map(({ local }) => printAddress(local));

describe('rules of ip6tables', () => {
  it('are put in, taken out and given another policy with `-6`, and those of iptables stay', () => {
    const drop =
      '--insert router:-6 -I FORWARD 2 -s 2001:db8:2::/64 -p ipv6-icmp -m icmp6 --icmpv6-type echo-request -j DROP';
    const inserted = after('router', drop);
    expect(rules(inserted)).toEqual(
      rules(node('router')).toSpliced(
        1,
        0,
        '-A FORWARD -s 2001:db8:2::/64 -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j DROP',
      ),
    );
    expect(inserted.ruleset).toEqual(node('router').ruleset);
    expect(rules(after('router', '--delete router:-6:filter:FORWARD:1'))).toEqual(rules(node('router')).slice(1));
    const open = after('router', '--set router:-6:filter:FORWARD:policy=ACCEPT');
    expect(open.six?.ruleset).toMatchObject({ kind: 'known' });
    expect(
      open.six?.ruleset.kind === 'known' && open.six.ruleset.value.tables.get('filter')?.chains.get('FORWARD')?.policy,
    ).toBe('ACCEPT');
    expect(open.ruleset).toEqual(node('router').ruleset);
  });

  it('count what is there at that moment, and stand in a table that no capture shows', () => {
    expect(
      rules(after('router', '--delete router:-6:filter:FORWARD:1', '--delete router:-6:filter:FORWARD:1')),
    ).toEqual(rules(node('router')).slice(2));
    const { six } = after('host', '--insert host:-6 -t mangle -A PREROUTING -j ACCEPT');
    expect(six?.ruleset.kind === 'known' && six.ruleset.value.tables.has('mangle')).toBe(true);
  });

  it.each([
    ['--insert router:-6 -A FORWARD -s 10.0.0.0/8 -j DROP', '`10.0.0.0` is not an IPv6 address'],
    ['--insert router:-A FORWARD -s 2001:db8::/32 -j DROP', '`2001:db8::` is not an IPv4 address'],
    ['--delete router:-6:filter:FORWARD:9', 'FORWARD has 4 rules'],
    ['--delete router:-6:filter:FORWRD:1', 'table filter of router has no chain `FORWRD`'],
    ['--delete router:-6:filter:FORWARD', '`router:-6:filter:FORWARD` names no rule'],
    ['--set router:-6:filter:NONE:policy=DROP', 'table filter has no built-in chain `NONE`'],
  ])('%s is an error: %s', (line, message) => {
    expect(said(apply(MODEL, line).located).join('\n')).toContain(message);
  });

  it('that no capture shows are not changed', () => {
    const bare = read(
      parseSnapshot(
        new Map([
          ['n/ip-route.txt', '10.0.0.0/8 dev eth0\n'],
          ['n/iptables-save.txt', ''],
        ]),
      ),
    );
    expect(apply(bare, '--insert n:-6 -A INPUT -j DROP').located[0]).toMatchObject({
      message: 'the rules of IPv6 of n are not known',
      advice: 'add n/ip-addr.json and n/ip6tables-save.txt (empty if there are none)',
    });
  });
});

describe('switches of IPv6', () => {
  it('a device that goes down loses its addresses and routes, and comes up with its own', () => {
    const down = after('router', '--set router:eth0.up=0');
    expect([addresses(down, 'eth0'), routesBy(down, 'eth0')]).toEqual([[], []]);
    expect(routesBy(down, 'eth1')).toEqual(routesBy(node('router'), 'eth1'));
    const up = after('router', '--set router:eth0.up=0', '--set router:eth0.up=1');
    expect(addresses(up, 'eth0')).toEqual(['fe80::aff:fe01:1']);
    expect(new Set(routesBy(up, 'eth0'))).toEqual(
      new Set([
        'fe80::/64 dev eth0 metric 256',
        'anycast fe80:: dev eth0 table local',
        'local fe80::aff:fe01:1 dev eth0 table local',
        'multicast ff00::/8 dev eth0 table local metric 256',
      ]),
    );
  });

  it('all.forwarding writes that of every device, and a device that forwards answers for its subnets', () => {
    const off = after('router', '--set router:net.ipv6.conf.all.forwarding=0');
    expect(sysctl(off, 'net.ipv6.conf.eth0.forwarding')).toMatchObject({ value: 0 });
    expect(routes(off).filter((text) => text.startsWith('anycast'))).toEqual([]);
    expect(sysctl(off, 'net.ipv4.ip_forward')).toMatchObject({ value: 1 });
    const one = after(
      'router',
      '--set router:net.ipv6.conf.all.forwarding=0',
      '--set router:net.ipv6.conf.eth1.forwarding=1',
    );
    expect(routes(one).filter((text) => text.startsWith('anycast'))).toEqual([
      'anycast 2001:db8:2:: dev eth1 table local',
      'anycast fe80:: dev eth1 table local',
    ]);
    const on = after(
      'router',
      '--set router:net.ipv6.conf.all.forwarding=0',
      '--set router:net.ipv6.conf.all.forwarding=1',
    );
    expect(new Set(routes(on))).toEqual(new Set(routes(node('router'))));
  });

  it('disable_ipv6 takes addresses and routes away, and gives the own ones back', () => {
    const off = after('router', '--set router:net.ipv6.conf.eth1.disable_ipv6=1');
    expect([addresses(off, 'eth1'), routesBy(off, 'eth1')]).toEqual([[], []]);
    expect(addresses(off, 'eth0')).toEqual(addresses(node('router'), 'eth0'));
    const all = after('router', '--set router:net.ipv6.conf.all.disable_ipv6=1');
    expect(routes(all)).toEqual([]);
    const on = after(
      'router',
      '--set router:net.ipv6.conf.all.disable_ipv6=1',
      '--set router:net.ipv6.conf.all.disable_ipv6=0',
    );
    expect(['lo', 'eth0', 'eth1'].map((device) => addresses(on, device))).toEqual([
      ['::1'],
      ['fe80::aff:fe01:1'],
      ['fe80::c0ff:fe00:201'],
    ]);
    const stays = after(
      'router',
      '--set router:net.ipv6.conf.eth1.disable_ipv6=1',
      '--set router:eth1.up=0',
      '--set router:eth1.up=1',
    );
    expect(addresses(stays, 'eth1')).toEqual([]);
  });
});

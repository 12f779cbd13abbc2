import { describe, expect, it } from 'vitest';
import type { FrameRule, FrameTableName } from '../../../src/network/frame-rules.ts';
import { parseEbtables, parseEbtablesSave } from '../../../src/parse/frames/ebtables.ts';
import { printFrameRules } from '../../../src/parse/frames/print.ts';
import { errors, read, said, underlined } from '../said.ts';

const HEAD = '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:own RETURN\n';
const NAT = '*nat\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n:own RETURN\n';

function rulesOf(text: string, table: FrameTableName = 'filter'): readonly FrameRule[] {
  const chains = read(parseEbtablesSave(text, 'f')).get(table);
  return [...(chains?.values() ?? [])].flatMap(({ rules }) => rules);
}
const one = (rule: string, head = HEAD, table: FrameTableName = 'filter'): FrameRule =>
  rulesOf(`${head}${rule}\n`, table)[0] as FrameRule;
const wrong = (text: string) => errors(parseEbtablesSave(text, 'f').located);

/** As `ebtables-save` of iptables-nft 1.8.9 printed the rules that it had been given. */
// biome-ignore format: a table
const PRINTED = [
  '-A FORWARD -i vnet0 -o eth+ -j own',
  '-A FORWARD -s ! 02:00:00:00:00:01 -i ! v+ -o ! eth0 -j ACCEPT',
  '-A FORWARD -p IPv4 --ip-src 10.0.0.1 --ip-dst ! 10.0.0.0/8 -j ACCEPT',
  '-A FORWARD -p IPv4 --ip-src 10.0.0.0/255.0.255.0 -j ACCEPT',
  '-A FORWARD -p IPv4 --ip-proto udp --ip-sport 68 --ip-dport 67:68 -j ACCEPT',
  '-A FORWARD -p IPv4 --ip-proto tcp --ip-sport ! 1:2 --ip-dport ! 5 -j ACCEPT',
  '-A FORWARD -p IPv4 --ip-tos 0x10 --ip-proto 99 -j CONTINUE',
  '-A FORWARD -p IPv4 --ip-proto icmp --ip-icmp-type 3:4/0:1 -j CONTINUE',
  '-A FORWARD -p IPv4 --ip-proto icmp --ip-icmp-type echo-request -j CONTINUE',
  '-A FORWARD -p IPv4 --ip-proto icmp --ip-icmp-type host-unreachable -j CONTINUE',
  '-A FORWARD -p IPv4 --ip-proto icmp --ip-icmp-type ! redirect -j CONTINUE',
  '-A FORWARD -p IPv4 --ip-proto icmp --ip-icmp-type 1/0:255 -j CONTINUE',
  '-A FORWARD -p IPv4 --ip-proto igmp --ip-igmp-type membership-query -j CONTINUE',
  '-A FORWARD -p 0x88b5 -j CONTINUE',
  '-A FORWARD -p Length -j CONTINUE',
  '-A FORWARD -p ! IPv4 -j CONTINUE',
  '-A FORWARD -p RARP -j ACCEPT',
  '-A FORWARD -p ARP --arp-op Request --arp-htype 1 --arp-ptype 0x800 --arp-ip-src 10.0.0.1 --arp-ip-dst ! 10.0.0.0/24 --arp-mac-src 02:00:00:00:00:01 --arp-mac-dst ! 01:00:00:00:00:00/01:00:00:00:00:00 --arp-gratuitous -j CONTINUE',
  '-A FORWARD -p ARP --arp-op 12 -j DROP',
  '-A FORWARD -p ARP --arp-op ! Reply --arp-htype ! 1 --arp-ptype ! 0x800 ! --arp-gratuitous -j DROP',
  '-A FORWARD -s 02:00:00:00:00:01 -d ! Broadcast -j DROP',
  '-A FORWARD -s Unicast -d Multicast -j DROP',
  '-A FORWARD -d BGA -j DROP',
  '-A FORWARD -s 02:00:00:00:00:00/ff:ff:ff:00:00:00 -j DROP',
  '-A FORWARD --mark 0x5/0xff -j DROP',
  '-A FORWARD --mark 0x5 -j DROP',
  '-A FORWARD --mark /0x10 -j DROP',
  '-A FORWARD --mark ! 0x5/0xff -j DROP',
  '-A FORWARD --pkttype-type multicast -j DROP',
  '-A FORWARD --pkttype-type ! broadcast -j DROP',
  '-A FORWARD --limit 5/sec --limit-burst 7 -j ACCEPT',
  '-A FORWARD --among-dst 2:0:0:0:0:1=10.0.0.1,2:0:0:0:0:2 -j ACCEPT',
  '-A FORWARD -p IPv6 --ip6-src fe80::1 --ip6-proto tcp --ip6-dport 22 -j ACCEPT',
  '-A FORWARD -p IPv6 --ip6-src ! 2001:db8::/64 --ip6-dst fe80::1/ffff::1 --ip6-tclass 0x10 -j DROP',
  '-A FORWARD -p IPv6 --ip6-tclass ! 0xAB --ip6-proto udp --ip6-sport 1:1023 --ip6-dport ! 0:80 -j DROP',
  '-A FORWARD -p IPv6 --ip6-proto ipv6-icmp --ip6-icmp-type echo-request -j DROP',
  '-A FORWARD -p IPv6 --ip6-proto ipv6-icmp --ip6-icmp-type ! 128:130/0:3 -j DROP',
  '-A FORWARD -p IPv6 --ip6-proto ipv6-icmp --ip6-icmp-type address-unreachable -j DROP',
  '-A FORWARD -p IPv6 --ip6-proto ipv6-icmp --ip6-icmp-type 130/0:255 -j DROP',
  '-A FORWARD -p 802_1Q --vlan-id 7 -j ACCEPT',
  '-A FORWARD -p 802_1Q --vlan-prio ! 3 -j ACCEPT',
  '-A FORWARD -p 802_1Q --vlan-encap 0800 -j ACCEPT',
  '-A FORWARD -p Length --802_3-sap 0x42 -j ACCEPT',
  '-A FORWARD -d BGA --stp-type config -j ACCEPT',
  '-A FORWARD --log-level info --log-prefix "hi there" --log-ip --log-arp -j CONTINUE',
  '-A FORWARD --nflog-group 3 -j CONTINUE',
  '-A FORWARD -j mark --mark-set 0x7 --mark-target ACCEPT',
  '-A FORWARD -j mark --mark-xor 0x7 --mark-target RETURN',
  '-A own -j RETURN',
];
// biome-ignore format: a table
const PRINTED_NAT = [
  '-A PREROUTING -j dnat --to-dst 02:00:00:00:00:01 --dnat-target ACCEPT',
  '-A PREROUTING -j redirect --redirect-target DROP',
  '-A PREROUTING -p ARP --arp-op Request -j arpreply --arpreply-mac 02:00:00:00:00:01',
  '-A PREROUTING -p ARP --arp-op Request -j arpreply --arpreply-mac 02:00:00:00:00:01 --arpreply-target ACCEPT',
  '-A POSTROUTING -j snat --to-src 02:00:00:00:00:01 --snat-arp --snat-target DROP',
];

describe('what ebtables-save printed', () => {
  it.each(PRINTED)('is printed as it was: %s', (rule) => {
    expect(one(rule).text).toBe(rule);
  });

  it.each(PRINTED_NAT)('is printed as it was in table nat: %s', (rule) => {
    expect(one(rule, NAT, 'nat').text).toBe(rule);
  });

  it('is printed whole as it was, counters and comments left out', () => {
    const text = `${HEAD}${PRINTED.join('\n')}\n`;
    const nat = `${NAT}${PRINTED_NAT.join('\n')}\n`;
    const counted = text.replaceAll('-A ', '[12:3456] -A ');
    const tables = read(parseEbtablesSave(`# Generated\n${counted}# Completed\n${nat}`, 'f'));
    // the tables come in the order of a frame's way
    expect(printFrameRules(tables)).toBe(`${nat}${text}`);
    expect(
      read(parseEbtablesSave(printFrameRules(tables), 'f'))
        .get('filter')
        ?.get('own')?.policy,
    ).toBe('RETURN');
  });

  it.each([
    ['# Generated by ebtables-nft-save v1.8.9 (nf_tables) on Sun Nov 22 18:36:27 2026', 'nf_tables'],
    ['# Generated by ebtables-save v1.8.2 on Sun Nov 22 18:36:27 2026', 'nf_tables'],
    ['# Generated by ebtables-save v1.0 on Sun Nov 22 18:36:27 UTC 2026', 'legacy'],
    ['# Generated by ebtables-legacy-save v2.0.11 on Sun Nov 22 18:36:27 UTC 2026', 'legacy'],
    ['# saved by hand', undefined],
  ])('are whose the head says: %s', (head, flavour) => {
    expect(read(parseEbtables(`${head}\n${HEAD}`, 'f')).flavour).toBe(flavour);
  });

  it('of the legacy flavour means the same: unpadded bytes, counters behind the rule, names in any case', () => {
    expect(one('-A FORWARD -p ipv4 -s ! 2:0:0:0:a:1 --ip-dst 10.0.0.1/32 -j DROP -c 12 3456').text).toBe(
      '-A FORWARD -p IPv4 -s ! 02:00:00:00:0a:01 --ip-dst 10.0.0.1 -j DROP',
    );
    expect(one('-A FORWARD -p 0800 ! -i eth0 -j CONTINUE').text).toBe('-A FORWARD -p IPv4 -i ! eth0 -j CONTINUE');
    expect(rulesOf('*filter\n:FORWARD DROP -c 3 4\n:own ACCEPT\n-A FORWARD -j own -c 1 2\n\n')).toHaveLength(1);
  });
});

describe('a rule of ebtables', () => {
  it('holds where all its tests hold, each with its own negation', () => {
    expect(one('-A FORWARD -p ARP --arp-op ! Reply --arp-ip-src 10.0.0.0/24 -j DROP').tests).toEqual([
      { kind: 'protocol', inverted: false, type: 0x0806 },
      { kind: 'arp operation', inverted: true, operation: 2 },
      { kind: 'arp source', inverted: false, of: { address: 0x0a000000, mask: 0xffffff00 } },
    ]);
    expect(one('-A FORWARD -s Multicast -d Broadcast').tests).toEqual([
      { kind: 'mac source', inverted: false, of: { address: 0x010000000000, mask: 0x010000000000 } },
      { kind: 'mac destination', inverted: false, of: { address: 0xffffffffffff, mask: 0xffffffffffff } },
    ]);
    expect(one('-A FORWARD -p IPv4 --ip-proto tcp --ip-sport :10 --ip-dport 60000: -j DROP').tests.slice(2)).toEqual([
      { kind: 'ip sport', inverted: false, ports: [0, 10] },
      { kind: 'ip dport', inverted: false, ports: [60000, 65535] },
    ]);
    expect(one('-A FORWARD -p IPv4 --ip-proto icmp --ip-icmp-type host-unreachable').tests[2]).toEqual({
      kind: 'ip icmp type',
      inverted: false,
      types: [3, 3],
      codes: [1, 1],
    });
    expect(one('-A FORWARD --mark /0x10').tests).toEqual([
      { kind: 'mark', inverted: false, value: 0, mask: 0x10, any: true },
    ]);
    expect(one('-A FORWARD --among-src ! 2:0:0:0:0:1=10.0.0.1,2:0:0:0:0:a -j DROP').tests).toEqual([
      {
        kind: 'among source',
        inverted: true,
        pairs: [{ mac: 0x020000000001, address: 0x0a000001 }, { mac: 0x02000000000a }],
      },
    ]);
  });

  it('goes on behind its target as the target says, by default where ebtables does', () => {
    expect(one('-A FORWARD -p ARP').action).toEqual({ kind: 'verdict', verdict: 'CONTINUE' });
    expect(one('-A FORWARD -j mark --mark-or 7').action).toEqual({ kind: 'mark', how: 'or', value: 7, then: 'ACCEPT' });
    expect(one('-A PREROUTING -j redirect', NAT, 'nat').action).toEqual({ kind: 'redirect', then: 'ACCEPT' });
    expect(one('-A PREROUTING -p ARP -j arpreply', NAT, 'nat').action).toEqual({
      kind: 'arpreply',
      mac: 0,
      then: 'DROP',
    });
    expect(one('-A own -j snat --to-source 2:0:0:0:0:1 --snat-target CONTINUE', NAT, 'nat').action).toEqual({
      kind: 'snat',
      mac: 0x020000000001,
      arp: false,
      then: 'CONTINUE',
    });
    expect(one('-A FORWARD -j own').action).toEqual({ kind: 'jump', chain: 'own' });
  });

  it('that nobody has modelled is an unknown with its reason, never dropped', () => {
    expect(one('-A FORWARD --limit 5/sec -j ACCEPT').tests).toEqual([
      { kind: 'unknown', inverted: false, reason: '--limit: how many frames came before is not shown' },
    ]);
    expect(one('-A FORWARD --string-algo bm --string x -j DROP')).toMatchObject({
      tests: [{ reason: '`--string-algo bm` is not modelled' }, { reason: '`--string x` is not modelled' }],
      text: '-A FORWARD --string-algo bm --string x -j DROP',
    });
    expect(one('-A FORWARD -j ftos').action).toEqual({ kind: 'unknown', reason: 'target ftos is not modelled' });
    // logging changes nothing
    expect(one('-A FORWARD --log-level info --log-prefix "" -j DROP').tests).toEqual([]);
  });

  it('knows its number, its place and its chain', () => {
    const chains = read(parseEbtablesSave(`${HEAD}-A FORWARD -j own\n-A own -j DROP\n -A FORWARD -j DROP\n`, 'f')).get(
      'filter',
    );
    expect(chains?.get('FORWARD')?.rules.map(({ number, place }) => [number, place.line, place.column])).toEqual([
      [1, 6, 1],
      [2, 8, 2],
    ]);
    expect(chains?.get('own')).toMatchObject({ builtIn: false, policy: 'RETURN', place: { line: 5, column: 2 } });
    expect(chains?.get('FORWARD')?.builtIn).toBe(true);
  });
});

describe('a mistake in a listing of ebtables', () => {
  // biome-ignore format: a table
  it.each([
    ['-A FORWARD --ip-src 10.0.0.1 -j DROP',                     '12+8 `--ip-src` without `-p IPv4`'],
    ['-A FORWARD -p ! IPv4 --ip-src 10.0.0.1 -j DROP',           '22+8 `--ip-src` without `-p IPv4`'],
    ['-A FORWARD -p IPv4 --ip-dport 5 -j DROP',                  '20+10 `--ip-dport` without `--ip-proto tcp`'],
    ['-A FORWARD -p IPv4 --ip-src 10.0.0.300 -j DROP',           '29+10 `10.0.0.300` is not an IPv4 address'],
    ['-A FORWARD -p IPv4 --ip-proto tcp --ip-dport 9:5 -j DROP', '46+3 `9:5` runs backwards'],
    ['-A FORWARD -s 02:00:00:00:00 -j DROP',                     '15+14 `02:00:00:00:00` is no MAC address'],
    ['-A FORWARD -p IPvx -j DROP',                               '15+4 `IPvx` is no ethernet type'],
    ['-A FORWARD -i averyveryverylongname -j DROP',              '15+21 `averyveryverylongname` is longer than 15 characters'],
    ['-A FORWARD -j dnat --to-dst 2:0:0:0:0:1',                  '15+4 `dnat` cannot stand in filter FORWARD'],
    ['-A FORWARD -j mark',                                       '15+4 mark: one of --mark-set, --mark-or, --mark-and, --mark-xor must stand with it'],
    ['-A FORWARD --mark-set 5 -j DROP',                          '12+10 `--mark-set` is no argument of this rule\'s target'],
    ['-A FORWARD -j DROP -j ACCEPT',                             '20+2 `-j` stands twice'],
    ['-A FORWARD -p',                                            '12+2 `-p` needs an argument'],
    ['-A FORWARD -j DROP !',                                     '20+1 nothing stands behind this `!`'],
    ['-A FORWARD nonsense -j DROP',                              '12+8 `nonsense` stands where an option should'],
    ['-A nowhere -j DROP',                                       '4+7 table filter has no chain `nowhere`'],
    ['-A own -j FORWARD',                                        '1+17 built-in chain `FORWARD` cannot be jumped to'],
    ['-A own -j own',                                            '1+13 the chains run in a loop: `own` leads back to itself'],
    ['-A OUTPUT -i eth0 -j DROP',                                '1+25 `-i` cannot stand in OUTPUT: nothing comes in there'],
    ['-A INPUT -o eth0 -j DROP',                                 '1+24 `-o` cannot stand in INPUT: nothing goes out there yet'],
    [':FORWARD RETURN',                                          '10+6 built-in chain `FORWARD` cannot return'],
    [':own MAYBE',                                               '6+5 `MAYBE` is no policy'],
    ['*mangle',                                                  '1+7 ebtables has no table `mangle`'],
  ])('is an error where it stands: %s', (line, what) => {
    expect(wrong(`${HEAD}${line}\n`)).toEqual([`error f:6:${what}`]);
  });

  it('has advice, and all of them come at once', () => {
    const { located } = parseEbtablesSave(`${HEAD}-A FORWARD -s x -d y -j DROP\n-A OUTPUT -j nat!\n`, 'f');
    expect(located.map((one) => [underlined(one), one.advice])).toEqual([
      ['x', 'six bytes: 02:00:00:00:00:01'],
      ['y', 'six bytes: 02:00:00:00:00:01'],
    ]);
  });

  it('a rule outside of a table is one, prose is only said', () => {
    expect(wrong('-A FORWARD -j DROP\n')).toEqual(['error f:1:1+18 a rule outside of a table']);
    expect(said(parseEbtablesSave('root@host:~# ebtables-save\n*filter\n:INPUT ACCEPT\n', 'f').located)).toEqual([
      'note f:1:1+26 not read: this is no part of a listing',
    ]);
  });
});

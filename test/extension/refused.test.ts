import { describe, expect, it } from 'vitest';
import { parseIptablesSave } from '../../src/parse/iptables/save.ts';
import { refusedAt, savedAt } from './ask.ts';

type Row = readonly [place: string, rule: string, message: string];
type Taken = readonly [place: string, rule: string];

// each row as iptables 1.8.9 and Linux 6.18 answered it
describe('what iptables or the kernel refuses points at the extension and says why', () => {
  // biome-ignore format: a table
  it.each<Row>([
    ['filter OUTPUT', '-m owner', 'owner: it needs an option'],
    ['filter OUTPUT', '-m owner --suppl-groups --uid-owner 0', 'owner: `--suppl-groups` needs `--gid-owner`'],
    ['filter FORWARD', '-m physdev', 'physdev: it needs an option'],
    ['filter FORWARD', '-m recent --name a', 'recent: it needs `--set`, `--rcheck`, `--update` or `--remove`'],
    ['filter FORWARD', '-m recent --rcheck --reap', 'recent: `--reap` needs `--seconds`'],
    ['filter FORWARD', '-m recent --set --seconds 5', 'recent: `--set` cannot stand beside `--seconds`'],
    ['filter FORWARD', '-m statistic --mode random', 'statistic: `--mode random` needs `--probability`'],
    ['filter FORWARD', '-m statistic --mode nth --packet 0', 'statistic: `--mode nth` needs `--every` and `--packet`'],
    ['filter FORWARD', '-m statistic --mode nth --every 2', 'statistic: `--mode nth` needs `--every` and `--packet`'],
    ['filter FORWARD', '-m statistic --mode nth --every 2 --packet 2', 'statistic: packet 2 is not among 2'],
    ['filter FORWARD', '-m string --algo bm', 'string: it needs `--string` or `--hex-string`'],
    ['filter FORWARD', '-m string --string x', 'string: `--algo` is missing'],
    ['filter FORWARD', '-m string --string x --algo bm --from 7 --to 6', 'string: `--from` is behind `--to`'],
    ['filter FORWARD', '-m time --contiguous', 'time: `--contiguous` needs a time that stops before it starts'],
    ['filter FORWARD', '-m time --contiguous --timestart 08:00', 'time: `--contiguous` needs a time that stops before it starts'],
    ['filter FORWARD', '-m time --contiguous --timestop 08:00', 'time: `--contiguous` needs a time that stops before it starts'],
    ['filter FORWARD', '-m time --utc --kerneltz', 'time: `--kerneltz` cannot stand beside `--utc`'],
    ['filter FORWARD', '-m ttl', 'ttl: it needs `--ttl-eq`, `--ttl-lt` or `--ttl-gt`'],
    ['mangle FORWARD', '-j NFQUEUE --queue-cpu-fanout', 'NFQUEUE: `--queue-cpu-fanout` needs `--queue-balance`'],
    ['mangle FORWARD', '-j NFQUEUE --queue-balance 5:5', 'NFQUEUE: it balances between several queues'],
    ['mangle FORWARD', '-j NFQUEUE --queue-balance 0:65535', 'NFQUEUE: too many queues'],
    ['mangle FORWARD', '-j HMARK --hmark-mod 1 --hmark-rnd 1 --hmark-offset 1', 'HMARK: it needs `--hmark-tuple`'],
    ['mangle FORWARD', '-j RATEEST --rateest-name a --rateest-interval 9s --rateest-ewmalog 18s', 'RATEEST: an interval has at most 8s'],
    ['filter FORWARD', '-p udp -j REJECT --reject-with tcp-reset', 'REJECT: a TCP reset answers only `-p tcp`'],
    ['mangle FORWARD', '-j DSCP', 'DSCP: it needs `--set-dscp` or `--set-dscp-class`'],
    ['mangle FORWARD', '-j TOS', 'TOS: it needs something to set'],
    ['mangle FORWARD', '-j TTL', 'TTL: it needs `--ttl-set`, `--ttl-dec` or `--ttl-inc`'],
    ['mangle FORWARD', '-j MARK', 'MARK: it needs a mark to set'],
    ['mangle FORWARD', '-j CONNMARK', 'CONNMARK: it needs something to do'],
    ['mangle FORWARD', '-j CONNSECMARK', 'CONNSECMARK: it needs `--save` or `--restore`'],
    ['raw PREROUTING', '-j CT --helper ftp', 'CT: a helper or a timeout needs the protocol (`-p`)'],
    ['mangle FORWARD', '-j SET --exist', 'SET: it needs `--add-set`, `--del-set` or `--map-set`'],
    ['mangle FORWARD', '-j SET --del-set a src --exist', 'SET: `--timeout` and `--exist` belong to `--add-set`'],
    ['mangle FORWARD', '-j SET --add-set a src --map-mark', 'SET: `--map-set` needs what it is to map, and nothing else does'],
    ['mangle FORWARD', '-j SET --map-set a src', 'SET: `--map-set` needs what it is to map, and nothing else does'],
  ])('%s: %s', (place, rule, message) => {
    expect(refusedAt(place, rule)).toEqual([[message.split(':')[0], message]]);
  });

  it.each<Row>([
    ['filter FORWARD', '-m hl', 'hl: it needs `--hl-eq`, `--hl-lt` or `--hl-gt`'],
    ['mangle FORWARD', '-j HL', 'HL: it needs `--hl-set`, `--hl-dec` or `--hl-inc`'],
    ['filter FORWARD', '-j REJECT --reject-with tcp-reset', 'REJECT: a TCP reset answers only `-p tcp`'],
    [
      'mangle PREROUTING',
      '-j DNPT --src-pfx dead::/65 --dst-pfx beef::/64',
      'DNPT: `--src-pfx` has at most 64 bits and no host',
    ],
    [
      'mangle PREROUTING',
      '-j DNPT --src-pfx dead::/64 --dst-pfx beef::1/64',
      'DNPT: `--dst-pfx` has at most 64 bits and no host',
    ],
  ])('IPv6, %s: %s', (place, rule, message) => {
    expect(refusedAt(place, rule, 6)).toEqual([[message.split(':')[0], message]]);
  });

  // biome-ignore format: a table
  it.each<Taken>([
    ['filter OUTPUT', '-m owner --gid-owner 0 --suppl-groups'],
    ['filter FORWARD', '-m recent --rcheck --seconds 5 --reap --name a --mask 255.255.255.255 --rsource'],
    ['filter FORWARD', '-m statistic --mode nth --every 2 --packet 1'],
    ['filter FORWARD', '-m string --string "x" --algo bm --from 7 --to 7'],
    ['filter FORWARD', '-m time --timestart 08:00:00 --timestop 07:59:59 --contiguous'],
    ['filter FORWARD', '-m time --timestart 08:00:00 --timestop 08:00:00 --contiguous'],
    ['mangle FORWARD', '-j NFQUEUE --queue-balance 0:65534'],
    ['mangle FORWARD', '-j NFQUEUE --queue-balance 1:65535'],
    ['mangle FORWARD', '-j NFQUEUE --queue-balance 32768:32769 --queue-cpu-fanout'],
    ['mangle FORWARD', '-j HMARK --hmark-rnd 0x00000001 --hmark-mod 1 --hmark-tuple ct'],
    ['mangle FORWARD', '-j RATEEST --rateest-name a --rateest-interval 8.0s --rateest-ewmalog 16.0s'],
    ['raw PREROUTING', '-p tcp -j CT --helper ftp'],
    ['mangle FORWARD', '-j SET --add-set a src --exist'],
    ['filter FORWARD', '-j SET --add-set a src'],
  ])('but takes what is just inside. %s: %s', (place, rule) => {
    expect(savedAt(place, rule)).toBe(rule);
  });

  it.each<Row>([
    ['filter FORWARD', '-m statistic --every 2', 'statistic: `--mode` is missing'],
    ['filter FORWARD', '-m policy --next --next', 'policy: `--dir` is missing'],
    ['filter FORWARD', '-m set --packets-gt 4', 'set: `--match-set` is missing'],
    ['mangle FORWARD', '-j RATEEST --rateest-name a --rateest-ewmalog 1s', 'RATEEST: `--rateest-interval` is missing'],
    ['mangle FORWARD', '-j HMARK --hmark-rnd 1', 'HMARK: `--hmark-mod` is missing'],
  ])('where an option is missing nothing else is said of the extension. %s: %s', (place, rule, message) => {
    expect(refusedAt(place, rule)).toEqual([[message.split(':')[0], message]]);
  });

  it('IPv6: prefixes of 64 bits are the longest that NPT takes', () => {
    const rule = '-j DNPT --src-pfx dead::/64 --dst-pfx beef::/48';
    expect(savedAt('mangle PREROUTING', rule, 6)).toBe(rule);
  });
});

describe('a value that no option has is refused where it stands', () => {
  // biome-ignore format: a table
  it.each<readonly [place: string, rule: string, at: string, message: string]>([
    ['filter FORWARD', '-m pkttype --pkt-type x', 'x', '`x` is no type'],
    ['filter FORWARD', '-p constructor', 'constructor', '`constructor` is no protocol'],
    ['filter FORWARD', '-j LOG --log-level constructor', 'constructor', '`constructor` is no log level'],
    ['filter FORWARD', '-j REJECT --reject-with toString', 'toString', '`toString` is no answer'],
    ['filter FORWARD', '-m pkttype --pkt-type constructor', 'constructor', '`constructor` is no type'],
    ['filter FORWARD', '-m policy --dir in --pol ipsec --proto constructor', 'constructor', '`constructor` is no protocol'],
    ['filter FORWARD', '-j REJECT --reject-with constructor', 'constructor', '`constructor` is no answer'],
    ['mangle FORWARD', '-p tcp -j TCPOPTSTRIP --strip-options constructor', 'constructor', '`constructor` is not a number from 2 to 255'],
    ['filter FORWARD', '-m policy --dir in --pol ipsec --proto 6', '6', '`6` is no protocol'],
    ['mangle FORWARD', '-j HMARK --hmark-tuple ct,bad --hmark-mod 1 --hmark-rnd 1', 'ct,bad', '`bad` is no part of a flow'],
  ])('%s: %s', (place, rule, at, message) => {
    expect(refusedAt(place, rule)).toEqual([[at, message]]);
  });

  // biome-ignore format: a table
  it.each<readonly [place: string, rule: string, at: string, message: string]>([
    ['filter FORWARD', '-p icmpv6 --icmpv6-type echo-re', 'echo-re', '`echo-re` is no ICMPv6 type'],
    ['filter FORWARD', '-p icmpv6 --icmpv6-type x1', 'x1', '`x1` is no ICMPv6 type'],
    ['filter FORWARD', '-p icmpv6 --icmpv6-type 256', '256', '`256` is not a number from 0 to 255'],
    ['filter FORWARD', '-p icmpv6 --icmpv6-type 1/256', '1/256', '`256` is not a number from 0 to 255'],
    ['filter FORWARD', '-p icmpv6 --icmpv6-type 1/4/5', '1/4/5', '`4/5` is not a number from 0 to 255'],
    ['filter FORWARD', '-m iprange --src-range a::1-a::2-a::3', 'a::1-a::2-a::3', '`a::1-a::2-a::3` is no range of addresses'],
    ['filter FORWARD', '-m ipv6header --header constructor', 'constructor', '`constructor` is no header'],
    ['filter FORWARD', '-j REJECT --reject-with icmp-port-unreachable', 'icmp-port-unreachable', '`icmp-port-unreachable` is no answer'],
    ['nat PREROUTING', '-j NETMAP --to a::/ffff::ffff', 'a::/ffff::ffff', '`a::/ffff::ffff` has a mask with gaps'],
    ['nat PREROUTING', '-j DNAT --to-destination a::2-a::1', 'a::2-a::1', '`a::2-a::1` runs backwards'],
    ['nat PREROUTING', '-p tcp -j DNAT --to-destination [a::1]:', '[a::1]:', '`` is no port'],
    ['nat PREROUTING', '-j DNAT --to-destination [a::1]:80', '[a::1]:80', 'ports need a protocol that has some'],
  ])('IPv6, %s: %s', (place, rule, at, message) => {
    expect(refusedAt(place, rule, 6)).toEqual([[at, message]]);
  });
});

describe('hooks that a rule can be reached from', () => {
  const early = 'TCPMSS: the path MTU is known where packets leave only';
  const ports = 'physdev: `--physdev-out` is known for bridged packets only, in FORWARD and POSTROUTING';
  // biome-ignore format: a table
  it.each<readonly [place: string, rule: string, message: string | undefined]>([
    // policy_mt_check
    ['mangle PREROUTING', '-m policy --dir out --pol ipsec', 'policy: `--dir out` cannot stand where packets come by PREROUTING'],
    ['filter INPUT', '-m policy --dir out --pol none', 'policy: `--dir out` cannot stand where packets come by INPUT'],
    ['filter OUTPUT', '-m policy --dir in --pol none', 'policy: `--dir in` cannot stand where packets come by OUTPUT'],
    ['mangle POSTROUTING', '-m policy --dir in --pol ipsec', 'policy: `--dir in` cannot stand where packets come by POSTROUTING'],
    ['filter FORWARD', '-m policy --dir in --pol ipsec', undefined],
    ['filter FORWARD', '-m policy --dir out --pol ipsec', undefined],
    ['mangle PREROUTING', '-m policy --dir in --pol ipsec', undefined],
    ['mangle POSTROUTING', '-m policy --dir out --pol none', undefined],
    // physdev_mt_check
    ['filter OUTPUT', '-m physdev --physdev-out eth0', ports],
    ['filter OUTPUT', '-m physdev --physdev-is-out', ports],
    ['filter OUTPUT', '-m physdev ! --physdev-is-bridged --physdev-out eth0', ports],
    ['filter OUTPUT', '-m physdev --physdev-out eth0 --physdev-is-bridged', undefined],
    ['filter OUTPUT', '-m physdev --physdev-in eth0', undefined],
    ['filter FORWARD', '-m physdev --physdev-out eth0', undefined],
    // tcpmss_tg4_check
    ['mangle PREROUTING', '-p tcp -m tcp --tcp-flags SYN SYN -j TCPMSS --clamp-mss-to-pmtu', early],
    ['mangle INPUT', '-p tcp -m tcp --tcp-flags SYN SYN -j TCPMSS --clamp-mss-to-pmtu', early],
    ['mangle PREROUTING', '-p tcp -m tcp --tcp-flags SYN SYN -j TCPMSS --set-mss 1400', undefined],
    ['mangle OUTPUT', '-p tcp -m tcp --tcp-flags SYN SYN -j TCPMSS --clamp-mss-to-pmtu', undefined],
    // set_target_v3_checkentry
    ['filter FORWARD', '-j SET --map-set a src --map-mark', 'SET: `--map-set` may stand in table mangle only'],
    ['mangle INPUT', '-j SET --map-set a src --map-prio', 'SET: it is too early to map that'],
    ['mangle PREROUTING', '-j SET --map-set a src --map-queue', 'SET: it is too early to map that'],
    ['mangle PREROUTING', '-j SET --map-set a src --map-mark', undefined],
    ['mangle POSTROUTING', '-j SET --map-set a src --map-prio --map-queue', undefined],
  ])('%s: %s', (place, rule, message) => {
    if (message === undefined) expect(savedAt(place, rule)).toBe(rule);
    else expect(refusedAt(place, rule)).toEqual([[message.split(':')[0], message]]);
  });

  it.each([
    ['-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu', early],
    ['-j SET --map-set a src --map-prio', 'SET: it is too early to map that'],
    ['-m policy --dir out', 'policy: `--dir out` cannot stand where packets come by INPUT'],
    ['-m policy --dir in', undefined],
  ])('one that is not allowed is enough: %s where FORWARD and INPUT lead', (rule, message) => {
    const text = `*mangle\n:mine - [0:0]\n-A FORWARD -j mine\n-A INPUT -j mine\n-A mine ${rule}\nCOMMIT\n`;
    expect(parseIptablesSave(text, 'rules').located[0]?.message).toBe(message);
  });
});

describe('TCPMSS and the match that must ask for SYN', () => {
  const refused = 'TCPMSS: it works on SYN packets only: `-m tcp --tcp-flags SYN,RST SYN`';
  it.each<readonly [beside: string, message: string | undefined]>([
    ['', refused],
    ['-m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN ', refused],
    ['-m tcp --tcp-flags SYN,RST RST ', refused],
    ['-m tcp --dport 1 ', refused],
    ['-m comment --comment x ', refused],
    ['-m comment --comment x -m tcp --tcp-flags SYN SYN ', undefined],
    ['-m tcp --tcp-flags SYN SYN -m tcp --dport 1 ', undefined],
  ])('`%s`', (beside, message) => {
    const rule = `-p tcp ${beside}-j TCPMSS --set-mss 1400`;
    if (message === undefined) expect(savedAt('mangle FORWARD', rule)).toBe(rule);
    else expect(refusedAt('mangle FORWARD', rule)).toEqual([['TCPMSS', message]]);
  });

  it('needs a size, or the clamping', () => {
    expect(refusedAt('mangle FORWARD', '-p tcp --syn -j TCPMSS')).toEqual([
      ['TCPMSS', 'TCPMSS: it needs `--set-mss` or `--clamp-mss-to-pmtu`'],
    ]);
  });
});

describe('elements of an IPsec policy', () => {
  const start = '-m policy --dir in --pol ipsec';
  const four = '--strict --reqid 1 --next --reqid 2 --next --reqid 3 --next --reqid 4';
  // biome-ignore format: a table
  it.each<readonly [rule: string, message: string]>([
    ['-m policy --dir in --pol none --strict', '`--strict` needs a policy'],
    [`${start} --strict`, 'an element of a strict policy is empty'],
    [`${start} --strict --reqid 1 --next --next`, 'an element of a strict policy is empty'],
    [`${start} --reqid 1 --next --reqid 2`, '`--next` needs `--strict`'],
    [`${start} ${four} --next --reqid 5`, 'a policy has at most 4 elements'],
    [`${start} --reqid 1 --reqid 2`, 'an element has each option once'],
    [`${start} --tunnel-dst 10.0.0.1`, 'ends of a tunnel need `--mode tunnel`'],
    [`${start} --strict --reqid 1 --next --tunnel-src 10.0.0.1 --mode transport`, 'ends of a tunnel need `--mode tunnel`'],
  ])('%s', (rule, message) => {
    expect(refusedAt('filter FORWARD', rule)).toEqual([['policy', `policy: ${message}`]]);
  });

  it.each([
    `${start} ${four}`,
    `${start} --strict --reqid 1 --next --reqid 1`,
    `${start} --mode tunnel --tunnel-dst 10.0.0.1`,
  ])('%s is taken', (rule) => {
    expect(savedAt('filter FORWARD', rule)).toBe(rule);
  });

  it('are printed as print_entry orders them, protocols by name', () => {
    expect(
      savedAt('filter FORWARD', `${start} --strict --proto 51 --spi 1 --reqid 1 --next --mode tunnel --proto 108`),
    ).toBe(`${start} --strict --reqid 1 --spi 0x1 --proto ah --next --proto ipcomp --mode tunnel`);
  });
});

import { describe, expect, it } from 'vitest';
import { savedAt } from './ask.ts';

type Row = readonly [place: string, rule: string, saved: string];

// each row as iptables-legacy-save 1.8.9 prints it
describe('what says nothing is not saved, all else is', () => {
  // biome-ignore format: a table
  it.each<Row>([
    ['filter FORWARD', '-m recent --rcheck --hitcount 0', '-m recent --rcheck --name DEFAULT --mask 255.255.255.255 --rsource'],
    ['filter FORWARD', '-m recent --rcheck --hitcount 1', '-m recent --rcheck --hitcount 1 --name DEFAULT --mask 255.255.255.255 --rsource'],
    ['filter FORWARD', '-m string --string x --algo bm --from 0 --to 65535', '-m string --string "x" --algo bm'],
    ['filter FORWARD', '-m string --string x --algo bm --from 1 --to 65534', '-m string --string "x" --algo bm --from 1 --to 65534'],
    ['filter FORWARD', '-m string --string x --algo bm --to 0', '-m string --string "x" --algo bm --to 0'],
    ['filter FORWARD', '-m string --string x --algo bm --from 65535', '-m string --string "x" --algo bm --from 65535'],
    ['filter FORWARD', '-m time --timestart 00:00 --timestop 23:59:59', '-m time'],
    ['filter FORWARD', '-m time --timestop 08:00', '-m time --timestart 00:00:00 --timestop 08:00:00'],
    ['filter FORWARD', '-m time --timestart 08:00', '-m time --timestart 08:00:00 --timestop 23:59:59'],
    ['filter FORWARD', '-m time --utc', '-m time'],
    ['filter FORWARD', '-j NFLOG --nflog-range 0 --nflog-threshold 0', '-j NFLOG'],
    ['filter FORWARD', '-j NFLOG --nflog-range 5 --nflog-threshold 1', '-j NFLOG --nflog-range 5 --nflog-threshold 1'],
    ['filter FORWARD', '-p tcp --tcp-flags NONE NONE', '-p tcp -m tcp'],
    ['filter FORWARD', '-p tcp ! --tcp-flags NONE NONE', '-p tcp -m tcp ! --tcp-flags NONE NONE'],
    ['filter FORWARD', '-p tcp --tcp-flags SYN NONE', '-p tcp -m tcp --tcp-flags SYN NONE'],
    ['filter FORWARD', '-p tcp --dport 0:65535', '-p tcp -m tcp'],
    ['filter FORWARD', '-p tcp --dport 0:65534', '-p tcp -m tcp --dport 0:65534'],
    ['filter FORWARD', '-p tcp --dport 1:65535', '-p tcp -m tcp --dport 1:65535'],
    ['mangle FORWARD', '-j CONNMARK --set-xmark 5 --left-shift-mark 0', '-j CONNMARK --set-xmark 0x5/0xffffffff'],
    ['mangle FORWARD', '-j CONNMARK --save-mark --right-shift-mark 3', '-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff --right-shift-mark 3'],
    ['mangle FORWARD', '-p tcp --syn -j TCPMSS --set-mss 5 --clamp-mss-to-pmtu', '-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --clamp-mss-to-pmtu'],
    ['mangle FORWARD', '-j NFQUEUE', '-j NFQUEUE --queue-num 0'],
    ['mangle FORWARD', '-j NFQUEUE --queue-balance 5:6', '-j NFQUEUE --queue-balance 5:6'],
    ['mangle PREROUTING', '-p tcp -j TPROXY --on-port 5', '-p tcp -j TPROXY --on-port 5 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0'],
  ])('%s: %s', (place, rule, saved) => {
    expect(savedAt(place, rule)).toBe(saved);
  });
});

describe('a short form is saved as what it stands for', () => {
  // biome-ignore format: a table
  it.each<Row>([
    ['filter FORWARD', '-m string --hex-string x|41|z --algo bm', '-m string --string "xAz" --algo bm'],
    ['filter FORWARD', '-m string ! --hex-string |4142| --algo bm', '-m string ! --string "AB" --algo bm'],
    ['filter FORWARD', '-m string --hex-string x|0a| --algo bm', '-m string --hex-string "|780a|" --algo bm'],
    ['filter FORWARD', '-m time --localtz', '-m time --kerneltz'],
    ['filter FORWARD', '-m pkttype --pkt-type host', '-m pkttype --pkt-type unicast'],
    ['filter FORWARD', '-m pkttype --pkt-type mCast', '-m pkttype --pkt-type multicast'],
    ['filter FORWARD', '-j REJECT --reject-with HOST-unreach', '-j REJECT --reject-with icmp-host-unreachable'],
    ['filter FORWARD', '-m pkttype --pkt-type bcast', '-m pkttype --pkt-type broadcast'],
    ['filter FORWARD', '-m pkttype --pkt-type MULTICAST', '-m pkttype --pkt-type multicast'],
    ['mangle FORWARD', '-j MARK --set-mark 5', '-j MARK --set-xmark 0x5/0xffffffff'],
    ['mangle FORWARD', '-j MARK --set-mark 1/2', '-j MARK --set-xmark 0x1/0x3'],
    ['mangle FORWARD', '-j MARK --or-mark 5', '-j MARK --set-xmark 0x5/0x5'],
    ['mangle FORWARD', '-j MARK --and-mark 5', '-j MARK --set-xmark 0x0/0xfffffffa'],
    ['mangle FORWARD', '-j MARK --xor-mark 5', '-j MARK --set-xmark 0x5/0x0'],
    ['mangle FORWARD', '-j HMARK --hmark-tuple ct --hmark-mod 1 --hmark-rnd 1', '-j HMARK --hmark-rnd 0x00000001 --hmark-mod 1 --hmark-tuple ct'],
    ['mangle FORWARD', '-j HMARK --hmark-tuple spi --hmark-mod 7 --hmark-rnd 1', '-j HMARK --hmark-spi-mask 0xffffffff --hmark-rnd 0x00000001 --hmark-mod 7'],
    [
      'mangle FORWARD', '-j HMARK --hmark-tuple src,dst,sport,dport,proto --hmark-mod 7 --hmark-rnd 0xdeadbeef',
      '-j HMARK --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-sport-mask 0xffff --hmark-dport-mask 0xffff --hmark-proto-mask 0xffff --hmark-rnd 0xdeadbeef --hmark-mod 7',
    ],
  ])('%s: %s', (place, rule, saved) => {
    expect(savedAt(place, rule)).toBe(saved);
  });
});

// each row as ip6tables-legacy-save 1.8.9 prints it
describe('IPv6', () => {
  const FULL = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
  const dnat = '-p tcp -j DNAT --to-destination';
  // biome-ignore format: a table
  it.each<Row>([
    ['filter FORWARD', '-m recent --set', `-m recent --set --name DEFAULT --mask ${FULL} --rsource`],
    ['filter FORWARD', '-m recent --set --mask ffff::', '-m recent --set --name DEFAULT --mask ffff:: --rsource'],
    ['filter FORWARD', '-m connlimit --connlimit-above 3', '-m connlimit --connlimit-above 3 --connlimit-mask 128 --connlimit-saddr'],
    ['filter FORWARD', '-m hashlimit --hashlimit-above 1/s --hashlimit-name x --hashlimit-srcmask 128', '-m hashlimit --hashlimit-above 1/sec --hashlimit-burst 5 --hashlimit-name x'],
    ['filter FORWARD', '-m hashlimit --hashlimit-above 1/s --hashlimit-name x --hashlimit-srcmask 32', '-m hashlimit --hashlimit-above 1/sec --hashlimit-burst 5 --hashlimit-name x --hashlimit-srcmask 32'],
    ['filter FORWARD', '-j REJECT', '-j REJECT --reject-with icmp6-port-unreachable'],
    ['filter FORWARD', '-j REJECT --reject-with no-route', '-j REJECT --reject-with icmp6-no-route'],
    ['filter FORWARD', '-j REJECT --reject-with ADM-prohibited', '-j REJECT --reject-with icmp6-adm-prohibited'],
    ['filter FORWARD', '-j REJECT --reject-with addr-unreach', '-j REJECT --reject-with icmp6-addr-unreachable'],
    ['filter FORWARD', '-j REJECT --reject-with port-unreach', '-j REJECT --reject-with icmp6-port-unreachable'],
    ['filter FORWARD', '-j REJECT --reject-with policy-fail', '-j REJECT --reject-with icmp6-policy-fail'],
    ['filter FORWARD', '-j REJECT --reject-with reject-route', '-j REJECT --reject-with icmp6-reject-route'],
    ['filter FORWARD', '-j REJECT --reject-with icmp6-no', '-j REJECT --reject-with icmp6-no-route'],
    ['filter FORWARD', '-m iprange --src-range dead::1', '-m iprange --src-range dead::1-dead::1'],
    ['filter FORWARD', '-m policy --dir in --pol ipsec --mode tunnel --tunnel-src dead::1', '-m policy --dir in --pol ipsec --mode tunnel --tunnel-src dead::1'],
    ['filter FORWARD', '-m conntrack --ctorigsrc dead::/16 --ctrepldst dead::1/128', '-m conntrack --ctorigsrc dead::/16 --ctrepldst dead::1'],
    ['filter FORWARD', '-p icmpv6 --icmpv6-type PING', '-p ipv6-icmp -m icmp6 --icmpv6-type 128'],
    ['filter FORWARD', '-p icmpv6 --icmpv6-type ttl-zero-during-t', '-p ipv6-icmp -m icmp6 --icmpv6-type 3/0'],
    ['filter FORWARD', '-p icmpv6 --icmpv6-type 1', '-p ipv6-icmp -m icmp6 --icmpv6-type 1'],
    ['filter FORWARD', '-p icmpv6 --icmpv6-type 1/4', '-p ipv6-icmp -m icmp6 --icmpv6-type 1/4'],
    ['filter FORWARD', '-m ipv6header --header 0,route,frag,none,prot', '-m ipv6header --header hop-by-hop,ipv6-route,ipv6-frag,ipv6-nonxt,protocol'],
    ['filter FORWARD', '-m ipv6header --header 60,43,44,51,50,59,255', '-m ipv6header --header ipv6-opts,ipv6-route,ipv6-frag,ah,esp,ipv6-nonxt,protocol'],
    ['filter FORWARD', '-m ipv6header ! --header auth,hop,dst --soft', '-m ipv6header ! --header hop-by-hop,ipv6-opts,ah --soft'],
    ['mangle FORWARD', '-j HMARK --hmark-tuple src,dst --hmark-mod 7 --hmark-rnd 1', '-j HMARK --hmark-src-prefix 128 --hmark-dst-prefix 128 --hmark-rnd 0x00000001 --hmark-mod 7'],
    ['mangle FORWARD', '-j HMARK --hmark-src-prefix 64 --hmark-mod 7 --hmark-rnd 1', '-j HMARK --hmark-src-prefix 64 --hmark-rnd 0x00000001 --hmark-mod 7'],
    ['mangle FORWARD', '-j TEE --gateway dead::1', '-j TEE --gateway dead::1'],
    ['mangle PREROUTING', '-p tcp -j TPROXY --on-port 5', '-p tcp -j TPROXY --on-port 5 --on-ip :: --tproxy-mark 0x0/0x0'],
    ['nat PREROUTING', '-j NETMAP --to dead::1/64', '-j NETMAP --to dead::/64'],
    ['nat PREROUTING', '-j NETMAP --to dead::1', '-j NETMAP --to dead::1/128'],
    ['nat PREROUTING', '-j DNAT --to-destination [dead::1]', '-j DNAT --to-destination dead::1'],
    ['nat PREROUTING', `${dnat} dead::1-dead::2`, `${dnat} dead::1-dead::2`],
    ['nat PREROUTING', `${dnat} [dead::1-dead::9]`, `${dnat} dead::1-dead::9`],
    ['nat PREROUTING', `${dnat} [dead::1]:80`, `${dnat} [dead::1]:80`],
    ['nat PREROUTING', `${dnat} [dead::1-dead::2]:80-90/5`, `${dnat} [dead::1-dead::2]:80-90/5`],
    // ports alone …
    ['nat PREROUTING', `${dnat} :80`, `${dnat} :80`],
    // … and an address
    ['nat PREROUTING', `${dnat} ::80`, `${dnat} ::80`],
    ['nat PREROUTING', `${dnat} dead::`, `${dnat} dead::`],
  ])('%s: %s', (place, rule, saved) => {
    expect(savedAt(place, rule, 6)).toBe(saved);
  });
});

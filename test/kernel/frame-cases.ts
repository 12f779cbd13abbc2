import type { Question } from '../agreement/generate/probe.ts';
import { TOPOLOGIES } from '../agreement/generate/topology.ts';
import type { World } from '../agreement/generate/world.ts';

/** Guests g1 (10.1.0.11) and g2 (10.1.0.12) at ports tap1 and tap2 of h's bridge br0 (10.1.0.5); gw (10.1.0.1) and x (10.1.0.20) behind its port eth0. */
export const HYPERVISOR = TOPOLOGIES['hypervisor'] as World;

export const MAC = {
  br0: '02:00:00:00:01:02',
  g1: '02:00:00:00:02:01',
  g2: '02:00:00:00:03:01',
  gw: '02:00:00:00:04:01',
  x: '02:00:00:00:05:01',
  nobody: '02:00:00:00:99:99',
};

const ADDRESS: Readonly<Record<string, string>> = {
  h: '10.1.0.5',
  g1: '10.1.0.11',
  g2: '10.1.0.12',
  gw: '10.1.0.1',
  x: '10.1.0.20',
  nobody: '10.1.0.99',
};

/** A packet, and where the kernel delivers it: nodes, with `+` where the answer comes back. */
export interface FrameProbe {
  readonly text: string;
  readonly question: Question;
  readonly expected: string;
}

export interface FrameCase {
  readonly files: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, number>>;
  /** What the kernel or the machine must have. */
  readonly needs?: 'arptables-legacy';
  readonly probes: readonly FrameProbe[];
}

/** `FROM PROTO TO [PORT] [src ADDRESS]`. */
function probe(text: string, expected: string): FrameProbe {
  const [from = '', proto = 'icmp', to = '', ...rest] = text.split(' ');
  const src = rest.indexOf('src');
  const port = rest[0] !== undefined && /^\d+$/.test(rest[0]) ? Number(rest[0]) : 80;
  const bound = src < 0 ? undefined : rest[src + 1];
  const question: Question = {
    from,
    proto: proto as 'icmp' | 'tcp' | 'udp',
    dst: ADDRESS[to] ?? to,
    dport: port,
    ...(bound !== undefined && { src: ADDRESS[bound] ?? bound }),
  };
  return { text, question, expected };
}

const probes = (expected: Readonly<Record<string, string>>): readonly FrameProbe[] =>
  Object.entries(expected).map(([text, what]) => probe(text, what));

/** A table of ebtables on h; own chains return. */
const ebtables = (table: string, ...lines: readonly string[]): string => {
  const heads = lines.filter((line) => line.startsWith(':'));
  const rules = lines.filter((line) => line.startsWith('-'));
  return `*${table}\n${[...heads, ...rules].join('\n')}\n`;
};
const FILTER = [':INPUT ACCEPT', ':FORWARD ACCEPT', ':OUTPUT ACCEPT'];
const NAT = [':PREROUTING ACCEPT', ':OUTPUT ACCEPT', ':POSTROUTING ACCEPT'];
const onH = (text: string) => ({ 'h/ebtables-save.txt': text });
const filter = (...rules: readonly string[]) => onH(ebtables('filter', ...FILTER, ...rules));
const nat = (...rules: readonly string[]) => onH(ebtables('nat', ...NAT, ...rules));
const arp = (...lines: readonly string[]) => ({
  'h/arptables-save.txt': ebtables('filter', ':INPUT ACCEPT', ':OUTPUT ACCEPT', ':FORWARD ACCEPT', ...lines),
});

const domain = (mac: string, port: string, filterName: string, ...values: readonly string[]): string =>
  `<domain><name>guest</name><devices><interface type='bridge'><mac address='${mac}'/><source bridge='br0'/><target dev='${port}'/><filterref filter='${filterName}'>${values
    .map((one) => one.split('='))
    .map(([name, value]) => `<parameter name='${name}' value='${value}'/>`)
    .join('')}</filterref></interface></devices></domain>\n`;

export const FRAME_CASES: Readonly<Record<string, FrameCase>> = {
  'without rules everything passes': {
    files: filter(),
    probes: probes({ 'g1 icmp g2': 'g2 +', 'g1 icmp h': 'h +', 'h icmp g1': 'g1 +', 'x tcp g1': 'g1 +' }),
  },
  'FORWARD of filter sees what goes from port to port, not what the bridge itself takes or sends': {
    files: filter('-A FORWARD -p IPv4 -j DROP'),
    probes: probes({ 'g1 icmp g2': '-', 'g1 icmp h': 'h +', 'h icmp g1': 'g1 +', 'x udp g1': '-' }),
  },
  'INPUT of filter sees what the bridge takes, OUTPUT what it sends': {
    files: filter('-A INPUT -p IPv4 -i tap1 -j DROP', '-A OUTPUT -p IPv4 -o tap2 -j DROP'),
    probes: probes({ 'g1 icmp h': '-', 'g2 icmp h': 'h', 'h icmp g1': 'g1', 'h icmp g2': '-', 'g1 icmp g2': 'g2 +' }),
  },
  'a policy of DROP takes ARP too': {
    files: onH(ebtables('filter', ':INPUT ACCEPT', ':FORWARD DROP', ':OUTPUT ACCEPT', '-A FORWARD -p IPv4 -j ACCEPT')),
    probes: probes({ 'g1 icmp g2': '-', 'g1 icmp h': 'h +' }),
  },
  'ARP alone may be let through, one way': {
    files: filter('-A FORWARD -p ARP --arp-op Reply -o tap1 -j DROP'),
    probes: probes({ 'g1 icmp g2': '-', 'g2 icmp g1': 'g1 +', 'g1 icmp x': '-' }),
  },
  'own chains return, accept or drop at their end': {
    files: filter(
      ':back RETURN',
      ':yes ACCEPT',
      ':no DROP',
      '-A FORWARD -p IPv4 -i tap1 -j back',
      '-A FORWARD -p IPv4 -i tap2 -j yes',
      '-A FORWARD -p IPv4 -i eth0 -j no',
      '-A FORWARD -p IPv4 -j DROP',
      '-A no -p IPv4 --ip-proto udp -j RETURN',
      '-A no -p IPv4 --ip-proto tcp -j ACCEPT',
    ),
    probes: probes({ 'g1 udp g2': '-', 'g2 udp g1': 'g1', 'x tcp g2': 'g2 +', 'x icmp g2': '-', 'x udp g2': '-' }),
  },
  'tests of addresses, protocols and ports': {
    files: filter(
      '-A FORWARD -p IPv4 --ip-src 10.1.0.11 --ip-proto udp --ip-dport 80:81 -j DROP',
      '-A FORWARD -p IPv4 --ip-dst ! 10.1.0.8/29 --ip-proto tcp -j DROP',
      '-A FORWARD -p IPv4 --ip-proto icmp --ip-icmp-type echo-reply -i tap2 -j DROP',
      '-A FORWARD -p IPv4 --ip-proto tcp --ip-sport 22 -j DROP',
    ),
    probes: probes({
      'g1 udp g2 80': '-',
      'g1 udp g2 82': 'g2 +',
      'g1 tcp g2 80': 'g2 +',
      'g1 tcp x 80': '-',
      'g1 icmp g2': 'g2',
      'g2 icmp g1': 'g1 +',
      'g1 tcp g2 22': 'g2',
    }),
  },
  'no MAC spoofing: a guest sends with its own address only': {
    files: nat(
      ':libvirt-I-tap1 ACCEPT',
      ':I-tap1-mac ACCEPT',
      '-A PREROUTING -i tap1 -j libvirt-I-tap1',
      '-A libvirt-I-tap1 -j I-tap1-mac',
      `-A I-tap1-mac -s ${MAC.nobody} -j RETURN`,
      '-A I-tap1-mac -j DROP',
    ),
    probes: probes({ 'g1 icmp g2': '-', 'g2 icmp x': 'x +', 'g2 icmp g1': '-' }),
  },
  'libvirt: no IP spoofing': {
    files: { 'h/libvirt.xml': domain(MAC.g1, 'tap1', 'no-ip-spoofing', 'IP=10.1.0.11') },
    probes: probes({ 'g1 icmp g2': 'g2 +', 'g1 udp g2 80 src 10.1.0.77': '-', 'g1 icmp h': 'h +', 'x tcp g1': 'g1 +' }),
  },
  'libvirt: no ARP spoofing': {
    files: { 'h/libvirt.xml': domain(MAC.g1, 'tap1', 'no-arp-spoofing', 'IP=10.1.0.77') },
    probes: probes({ 'g1 icmp g2': '-', 'g2 icmp g1': '-', 'g2 icmp x': 'x +' }),
  },
  'libvirt: clean traffic': {
    files: { 'h/libvirt.xml': domain(MAC.g1, 'tap1', 'clean-traffic', 'IP=10.1.0.11') },
    probes: probes({
      'g1 icmp g2': 'g2 +',
      'g2 tcp g1': 'g1 +',
      'h icmp g1': 'g1 +',
      'g1 udp x 80 src 10.1.0.12': '-',
    }),
  },
  'dnat to the bridge: the frame is taken up': {
    files: nat(`-A PREROUTING -p IPv4 -i tap1 -j dnat --to-dst ${MAC.br0}`),
    probes: probes({ 'g1 icmp g2': '-', 'g1 icmp h': 'h +', 'g2 icmp g1': 'g1' }),
  },
  'dnat to another port: the frame goes there, whoever its packet is for': {
    files: nat(`-A PREROUTING -p IPv4 -i tap1 --ip-proto udp -j dnat --to-dst ${MAC.x}`),
    probes: probes({ 'g1 udp g2': '-', 'g1 udp x': 'x +', 'g1 icmp g2': 'g2 +' }),
  },
  'dnat in OUTPUT sends what the bridge sends elsewhere': {
    files: nat(`-A OUTPUT -p IPv4 --ip-proto udp -j dnat --to-dst ${MAC.g2}`),
    probes: probes({ 'h udp g1': '-', 'h icmp g1': 'g1 +', 'h udp g2': 'g2 +' }),
  },
  'redirect makes the bridge the destination': {
    files: nat('-A PREROUTING -p IPv4 -i tap1 -j redirect'),
    probes: probes({ 'g1 icmp g2': '-', 'g1 icmp h': 'h +', 'g1 tcp x': '-' }),
  },
  'redirected frames are routed where forwarding is on': {
    files: nat('-A PREROUTING -p IPv4 -i tap1 --ip-dst 10.1.0.12 -j redirect'),
    settings: { 'net.ipv4.ip_forward': 1 },
    probes: probes({ 'g1 icmp g2': 'g2 +', 'g1 tcp g2': 'g2 +', 'g2 icmp g1': 'g1 +' }),
  },
  'snat changes the source, not what ARP says': {
    files: nat(`-A POSTROUTING -o eth0 -j snat --to-src ${MAC.nobody}`),
    probes: probes({ 'g1 icmp x': 'x +', 'x icmp g1': 'g1 +', 'g1 icmp g2': 'g2 +', 'h icmp x': 'x +' }),
  },
  'snat of ARP too: answers go to nobody': {
    files: nat(`-A POSTROUTING -o eth0 -j snat --to-src ${MAC.nobody} --snat-arp`),
    probes: probes({ 'g1 icmp x': '-', 'x icmp g1': '-', 'h icmp x': '-' }),
  },
  'arpreply answers before anyone else': {
    files: nat(`-A PREROUTING -p ARP --arp-op Request --arp-ip-dst 10.1.0.12 -j arpreply --arpreply-mac ${MAC.x}`),
    probes: probes({
      'g1 icmp g2': '-',
      'x icmp g2': '-',
      'g1 icmp x': 'x +',
      'h icmp g2': 'g2 +',
      'g1 icmp h': 'h +',
    }),
  },
  'arpreply answers for addresses that nobody has': {
    files: nat(
      `-A PREROUTING -p ARP --arp-op Request --arp-ip-dst 10.1.0.99 -j arpreply --arpreply-mac ${MAC.br0} --arpreply-target DROP`,
    ),
    probes: probes({ 'g1 icmp nobody': '-', 'g2 icmp g1': 'g1 +' }),
  },
  'marks of ebtables are seen by iptables': {
    files: {
      ...nat('-A PREROUTING -i tap1 -j mark --mark-set 7 --mark-target ACCEPT'),
      'h/iptables-save.txt':
        '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -m mark --mark 0x7 -j DROP\nCOMMIT\n',
    },
    probes: probes({ 'g1 icmp g2': '-', 'g2 icmp x': 'x +', 'g1 icmp h': 'h +', 'g2 icmp g1': 'g1' }),
  },
  'marks of ebtables are tested in later chains': {
    files: onH(
      `${ebtables('nat', ...NAT, '-A PREROUTING -i tap1 -j mark --mark-or 4 --mark-target CONTINUE', '-A PREROUTING -p IPv4 -i tap2 -j mark --mark-set 3 --mark-target ACCEPT')}${ebtables('filter', ...FILTER, '-A FORWARD -p IPv4 --mark 0x4 -j DROP', '-A INPUT -p IPv4 --mark /0x2 -j DROP')}`,
    ),
    probes: probes({ 'g1 icmp g2': '-', 'g2 icmp x': 'x +', 'g2 icmp h': '-', 'g1 icmp h': 'h +' }),
  },
  'types of packets': {
    files: filter(
      '-A FORWARD -p IPv4 --pkttype-type otherhost -j DROP',
      '-A FORWARD --pkttype-type broadcast -o tap2 -j DROP',
    ),
    probes: probes({ 'g1 icmp g2': '-', 'g2 icmp g1': '-', 'g1 icmp x': '-' }),
  },
  among: {
    files: filter(
      `-A FORWARD -p IPv4 --among-src 2:0:0:0:2:1=10.1.0.11 -j ACCEPT`,
      `-A FORWARD -p IPv4 --among-dst 2:0:0:0:2:1 -j ACCEPT`,
      '-A FORWARD -p IPv4 -j DROP',
    ),
    probes: probes({ 'g1 icmp g2': 'g2 +', 'g2 icmp x': '-', 'x udp g1': 'g1 +', 'g1 udp x 80 src 10.1.0.77': '-' }),
  },
  'arptables INPUT: requests are not heard, so nobody answers': {
    files: arp('-A INPUT -j DROP -i br0 --opcode 1'),
    probes: probes({ 'g1 icmp h': '-', 'h icmp g1': 'g1 +', 'g1 icmp g2': 'g2 +' }),
  },
  'arptables INPUT by address': {
    files: arp('-A INPUT -j DROP -s 10.1.0.11'),
    probes: probes({ 'g1 icmp h': '-', 'g2 icmp h': 'h +', 'h icmp g1': '-' }),
  },
  'arptables OUTPUT: requests and answers are not sent': {
    files: arp('-A OUTPUT -j DROP -o br0 --opcode 2'),
    probes: probes({ 'g1 icmp h': '-', 'h icmp g1': 'g1 +', 'g1 icmp g2': 'g2 +' }),
  },
  'arptables mangle: who asks is told another address': {
    files: arp(`-A OUTPUT -j mangle -o br0 --opcode 2 --mangle-mac-s ${MAC.x}`),
    probes: probes({ 'g1 icmp h': '-', 'h icmp g1': 'g1 +', 'g1 icmp x': 'x +' }),
  },
  'arptables FORWARD sees ARP between ports, by their names': {
    files: arp('-A FORWARD -j DROP -i tap1 -o tap2'),
    needs: 'arptables-legacy',
    probes: probes({ 'g1 icmp g2': '-', 'g2 icmp g1': '-', 'g1 icmp x': 'x +', 'g1 icmp h': 'h +' }),
  },
  'arptables FORWARD is not asked with bridge-nf-call-arptables=0': {
    files: arp('-A FORWARD -j DROP'),
    settings: { 'net.bridge.bridge-nf-call-arptables': 0 },
    needs: 'arptables-legacy',
    probes: probes({ 'g1 icmp g2': 'g2 +', 'g1 icmp h': 'h +' }),
  },
};

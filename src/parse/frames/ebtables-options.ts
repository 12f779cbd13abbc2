import { type Read, value } from '../../extension/codec/codec.ts';
import { printProtocol, readProtocol } from '../../extension/codec/protocol.ts';
import type { FrameTest } from '../../network/frame-rules.ts';
import { maskedIp, maskedIp6 } from './address.ts';
import { among } from './among.ts';
import { type FrameCodec, hexadecimal, interfaceName, named, number, numbers, verbatim } from './codec.ts';
import { argument, byName, type FrameOption, flag, quiet, test } from './dialect.ts';
import { ETHERTYPE, ethertype } from './ethertype.ts';
import { icmp6Ranges, icmpRanges } from './icmptype.ts';
import { frameMac, mac, plainMac } from './mac.ts';
import { mark } from './mark.ts';
import { verdict } from './verdict.ts';

type Needs = NonNullable<FrameOption['needs']>;

const protocolOf = (tests: readonly FrameTest[], types: readonly number[]): boolean =>
  tests.some((one) => one.kind === 'protocol' && !one.inverted && types.some((type) => type === one.type));

const needsProtocol = (kind: 'ip protocol' | 'ip6 protocol', name: string, ...numbersOf: readonly number[]): Needs => ({
  text: `--${kind === 'ip protocol' ? 'ip' : 'ip6'}-proto ${name}`,
  met: (tests) => tests.some((one) => one.kind === kind && !one.inverted && numbersOf.includes(one.number)),
});

const needsType = (text: string, ...types: readonly number[]): Needs => ({
  text,
  met: (tests) => protocolOf(tests, types),
});
const IPV4 = needsType('-p IPv4', ETHERTYPE.ipv4);
const ARP = needsType('-p ARP', ETHERTYPE.arp, ETHERTYPE.rarp);
const IPV6 = needsType('-p IPv6', ETHERTYPE.ipv6);
const VLAN = needsType('-p 802_1Q', ETHERTYPE.vlan);
/** tcp, udp, dccp, sctp, udplite (ebt_ip.c, ebt_ip6.c). */
const WITH_PORTS = [6, 17, 33, 132, 136] as const;
const PORTS = needsProtocol('ip protocol', 'tcp', ...WITH_PORTS);
const PORTS6 = needsProtocol('ip6 protocol', 'tcp', ...WITH_PORTS);
const ICMP = needsProtocol('ip protocol', 'icmp', 1);
const ICMP6 = needsProtocol('ip6 protocol', 'ipv6-icmp', 58);
const IGMP = needsProtocol('ip protocol', 'igmp', 2);

const ipProtocol: FrameCodec<number> = {
  metavar: 'PROTOCOL',
  parse: (text): Read<number> => readProtocol(text),
  print: printProtocol,
};

// biome-ignore format: a table
const ARP_OPERATIONS = {
  Request: 1, Reply: 2, Request_Reverse: 3, Reply_Reverse: 4, DRARP_Request: 5, DRARP_Reply: 6, DRARP_Error: 7, InARP_Request: 8, ARP_NAK: 9,
} as const;
const operation = named(ARP_OPERATIONS, number(0, 0xffff), 'ARP operation');
const hardware = named({ Ethernet: 1 }, number(0, 0xffff), 'hardware type');
const hardwareType: FrameCodec<number> = { ...hardware, print: String };
const arpProtocol: FrameCodec<number> = {
  ...named({ IPv4: ETHERTYPE.ipv4 }, number(0, 0xffff, hexadecimal), 'protocol type'),
  print: hexadecimal,
};
const tos = number(0, 255, (of) => `0x${of.toString(16).padStart(2, '0').toUpperCase()}`);

const PACKET_TYPES = ['host', 'broadcast', 'multicast', 'otherhost'] as const;
const packetType = (type: string) => PACKET_TYPES.find((one) => one === type);

const UNKNOWN_TESTS: readonly (readonly [names: string, reason: string])[] = [
  ['--limit', 'how many frames came before is not shown'],
  ['--ip-igmp-type', 'the type of an IGMP message is not modelled'],
  ['--802_3-sap', 'the header of an 802.3 frame is not modelled'],
  ['--802_3-type', 'the header of an 802.3 frame is not modelled'],
  ['--among-src-file', 'the file that it names is not captured'],
  ['--among-dst-file', 'the file that it names is not captured'],
  ...[
    'type',
    'flags',
    'root-prio',
    'root-addr',
    'root-cost',
    'sender-prio',
    'sender-addr',
    'port',
    'msg-age',
    'max-age',
    'hello-time',
    'forward-delay',
  ].map((field): readonly [string, string] => [`--stp-${field}`, 'frames of STP are not modelled']),
];

/** What a rule of ebtables can test (ebtables(8), net/bridge/netfilter/ebt_*.c), by the name that is printed. */
// biome-ignore format: a table
export const EBTABLES_OPTIONS: ReadonlyMap<string, FrameOption> = byName([
  test('-p --protocol --proto',                  ethertype,     (type) => ({ kind: 'protocol', type })),
  test('-i --in-interface --in-if',              interfaceName, (name) => ({ kind: 'in', name })),
  test('-o --out-interface --out-if',            interfaceName, (name) => ({ kind: 'out', name })),
  test('--logical-in',                           interfaceName, (name) => ({ kind: 'logical in', name })),
  test('--logical-out',                          interfaceName, (name) => ({ kind: 'logical out', name })),
  test('-s --source --src',                      frameMac,      (of) => ({ kind: 'mac source', of })),
  test('-d --destination --dst',                 frameMac,      (of) => ({ kind: 'mac destination', of })),
  test('--ip-src --ip-source',                   maskedIp,      (of) => ({ kind: 'ip source', of }), IPV4),
  test('--ip-dst --ip-destination',              maskedIp,      (of) => ({ kind: 'ip destination', of }), IPV4),
  test('--ip-tos',                               tos,           (value) => ({ kind: 'ip tos', value }), IPV4),
  test('--ip-proto --ip-protocol',               ipProtocol,    (of) => ({ kind: 'ip protocol', number: of }), IPV4),
  test('--ip-sport --ip-source-port',            numbers(0xffff), (ports) => ({ kind: 'ip sport', ports }), PORTS),
  test('--ip-dport --ip-destination-port',       numbers(0xffff), (ports) => ({ kind: 'ip dport', ports }), PORTS),
  test('--ip-icmp-type',                         icmpRanges,    (of) => ({ kind: 'ip icmp type', ...of }), ICMP),
  test('--ip6-src --ip6-source',                 maskedIp6,     (of) => ({ kind: 'ip6 source', of }), IPV6),
  test('--ip6-dst --ip6-destination',            maskedIp6,     (of) => ({ kind: 'ip6 destination', of }), IPV6),
  test('--ip6-tclass --ip6-traffic-class',       tos,           (value) => ({ kind: 'ip6 tclass', value }), IPV6),
  test('--ip6-proto --ip6-protocol',             ipProtocol,    (of) => ({ kind: 'ip6 protocol', number: of }), IPV6),
  test('--ip6-sport --ip6-source-port',          numbers(0xffff), (ports) => ({ kind: 'ip6 sport', ports }), PORTS6),
  test('--ip6-dport --ip6-destination-port',     numbers(0xffff), (ports) => ({ kind: 'ip6 dport', ports }), PORTS6),
  test('--ip6-icmp-type',                        icmp6Ranges,   (of) => ({ kind: 'ip6 icmp type', ...of }), ICMP6),
  test('--arp-op --arp-opcode',                  operation,     (of) => ({ kind: 'arp operation', operation: of }), ARP),
  test('--arp-htype',                            hardwareType,  (type) => ({ kind: 'arp hardware type', type }), ARP),
  test('--arp-ptype',                            arpProtocol,   (type) => ({ kind: 'arp protocol type', type }), ARP),
  test('--arp-ip-src',                           maskedIp,      (of) => ({ kind: 'arp source', of }), ARP),
  test('--arp-ip-dst',                           maskedIp,      (of) => ({ kind: 'arp destination', of }), ARP),
  test('--arp-mac-src',                          plainMac,      (of) => ({ kind: 'arp mac source', of }), ARP),
  test('--arp-mac-dst',                          plainMac,      (of) => ({ kind: 'arp mac destination', of }), ARP),
  flag('--arp-gratuitous',                       { kind: 'arp gratuitous' }, ARP),
  test('--mark',                                 mark,          (of) => ({ kind: 'mark', ...of })),
  test('--pkttype-type',                         verbatim,      (text) => {
    const type = packetType(text);
    return type === undefined ? { kind: 'unknown', reason: `packet type ${text} is not modelled` } : { kind: 'packet type', type };
  }),
  test('--among-src',                            among,         (pairs) => ({ kind: 'among source', pairs })),
  test('--among-dst',                            among,         (pairs) => ({ kind: 'among destination', pairs })),
  test('--vlan-id',                              number(0, 4094), (of) => ({ kind: 'vlan', tag: 'id', value: of }), VLAN),
  test('--vlan-prio',                            number(0, 7),  (of) => ({ kind: 'vlan', tag: 'priority', value: of }), VLAN),
  test('--vlan-encap',                           encapsulated(), (of) => ({ kind: 'vlan', tag: 'type', value: of }), VLAN),
  ...UNKNOWN_TESTS.map(([names, reason]) => test(names, verbatim, () => ({ kind: 'unknown', reason: `${names}: ${reason}` }), names === '--ip-igmp-type' ? IGMP : undefined)),
  ...quiet('--log --log-ip --log-arp --log-ip6 --nflog --ulog', 0),
  ...quiet('--limit-burst --log-level --log-prefix --nflog-group --nflog-prefix --nflog-range --nflog-threshold --ulog-prefix --ulog-nlgroup --ulog-cprange --ulog-qthreshold', 1),
  ...['set', 'or', 'and', 'xor'].map((how) => argument(`--mark-${how} --${how}-mark`, number(0, 0xffffffff, hexadecimal))),
  argument('--mark-target', verdict), argument('--dnat-target', verdict), argument('--snat-target', verdict), argument('--redirect-target', verdict), argument('--arpreply-target', verdict),
  argument('--to-dst --to-destination', mac), argument('--to-src --to-source', mac), argument('--arpreply-mac', mac),
  { ...argument('--snat-arp', verbatim), words: 0, read: () => ({ value: { value: true, text: '' } }) },
]);

/** The type behind a tag: four digits, always in hexadecimal. */
function encapsulated(): FrameCodec<number> {
  return {
    metavar: 'TYPE',
    parse(text) {
      const read = ethertype.parse(text);
      return 'refused' in read || read.value !== 'length' ? (read as Read<number>) : value(0);
    },
    print: (of) => of.toString(16).padStart(4, '0').toUpperCase(),
  };
}

import type { Place } from '../../packet/place.ts';
import type { NwFilter, NwProtocol, NwReference, NwRule } from './nwfilter.ts';

type Row = readonly [name: string, chain: string, priority: number, ...entries: readonly (NwRule | NwReference)[]];

/** Of a filter that no capture shows: its rules count as read where it is brought in. */
const NOWHERE: Place = { file: '', line: 1, column: 1 };

const rule = (
  direction: NwRule['direction'],
  action: NwRule['action'],
  priority: number,
  protocol: NwProtocol = 'none',
  attributes: Readonly<Record<string, string>> = {},
): NwRule => ({
  kind: 'rule',
  direction,
  action,
  priority,
  protocol,
  attributes: Object.entries(attributes).map(([name, value]) => ({ name, value, inverted: false })),
  place: NOWHERE,
});
const include = (name: string): NwReference => ({ kind: 'filter', name, parameters: new Map(), place: NOWHERE });

const UDP = 'udp';
const REQUEST = {
  srcipaddr: '0.0.0.0',
  dstipaddr: '255.255.255.255',
  protocol: UDP,
  srcportstart: '68',
  dstportstart: '67',
};
const OFFER = { protocol: UDP, srcportstart: '67', dstportstart: '68' };
const ANNOUNCED = {
  opcode: '3',
  dstmacaddr: 'ff:ff:ff:ff:ff:ff',
  arpsrcmacaddr: '$MAC',
  arpdstmacaddr: '$MAC',
  arpsrcipaddr: '0.0.0.0',
  arpdstipaddr: '0.0.0.0',
};

/** A guest that has no address yet asks whether one is free: older libvirt drops that. */
const PROBE: NwRule = {
  ...rule('out', 'return', 410, 'arp', { arpsrcipaddr: '0.0.0.0' }),
  unsure: 'whether no-arp-ip-spoofing lets ARP from 0.0.0.0 through depends on the version of libvirt',
};

/** The filters that libvirt brings along, in its own order of priorities (src/nwfilter/xml); those for IPv6 see no other frame. */
// biome-ignore format: a table
const ROWS: readonly Row[] = [
  ['allow-arp',               'arp',     -500, rule('inout', 'accept', 500)],
  ['allow-dhcp',              'ipv4',    -700, rule('out', 'accept', 100, 'ip', REQUEST), rule('in', 'accept', 100, 'ip', OFFER)],
  ['allow-dhcp-server',       'ipv4',    -700, rule('out', 'accept', 100, 'ip', REQUEST), rule('in', 'accept', 100, 'ip', { srcipaddr: '$DHCPSERVER', ...OFFER })],
  ['allow-incoming-ipv4',     'ipv4',    -700, rule('in', 'accept', 500)],
  ['allow-ipv4',              'ipv4',    -700, rule('inout', 'accept', 500)],
  ['no-arp-ip-spoofing',      'arp-ip',  -510, rule('out', 'return', 400, 'arp', { arpsrcipaddr: '$IP' }), PROBE, rule('out', 'drop', 1000)],
  ['no-arp-mac-spoofing',     'arp-mac', -520, rule('out', 'return', 350, 'arp', { arpsrcmacaddr: '$MAC' }), rule('out', 'drop', 1000)],
  ['no-arp-spoofing',         'root',       0, include('no-arp-mac-spoofing'), include('no-arp-ip-spoofing')],
  ['no-ip-multicast',         'ipv4',    -700, rule('out', 'drop', 500, 'ip', { dstipaddr: '224.0.0.0', dstipmask: '4' })],
  ['no-ip-spoofing',          'ipv4-ip', -710, rule('out', 'return', 100, 'ip', { srcipaddr: '0.0.0.0', protocol: UDP }), rule('out', 'return', 500, 'ip', { srcipaddr: '$IP' }), rule('out', 'drop', 1000)],
  ['no-mac-broadcast',        'ipv4',    -700, rule('out', 'drop', 500, 'mac', { dstmacaddr: 'ff:ff:ff:ff:ff:ff' })],
  ['no-mac-spoofing',         'mac',     -800, rule('out', 'return', 500, 'mac', { srcmacaddr: '$MAC' }), rule('out', 'drop', 500, 'mac')],
  ['no-other-l2-traffic',     'root',       0, rule('inout', 'drop', 1000)],
  ['no-other-rarp-traffic',   'rarp',    -400, rule('inout', 'drop', 1000)],
  ['qemu-announce-self',      'root',       0, rule('out', 'accept', 500, 'mac', { protocolid: '0x835' }), include('qemu-announce-self-rarp'), include('no-other-rarp-traffic')],
  ['qemu-announce-self-rarp', 'rarp',    -400, rule('out', 'accept', 500, 'rarp', { srcmacaddr: '$MAC', ...ANNOUNCED }), rule('in', 'accept', 500, 'rarp', ANNOUNCED)],
  ['clean-traffic',           'root',       0, include('no-mac-spoofing'), include('no-ip-spoofing'), rule('out', 'accept', -650, 'mac', { protocolid: 'ipv4' }), include('allow-incoming-ipv4'),
    include('no-arp-spoofing'), rule('inout', 'accept', -500, 'mac', { protocolid: 'arp' }), include('no-other-l2-traffic'), include('qemu-announce-self')],
  ['clean-traffic-gateway',   'root',       0, include('no-mac-spoofing'), include('no-ip-spoofing'), include('no-arp-spoofing'), rule('inout', 'accept', -500, 'mac', { protocolid: 'arp' }),
    rule('in', 'accept', 500, 'mac', { srcmacaddr: '$GATEWAY_MAC' }), rule('out', 'accept', 500, 'mac', { dstmacaddr: '$GATEWAY_MAC' }), include('no-other-l2-traffic'), include('qemu-announce-self-rarp')],
  ...['allow-dhcpv6', 'allow-dhcpv6-server', 'allow-incoming-ipv6', 'allow-ipv6', 'no-ipv6-multicast', 'no-ipv6-spoofing'].map((name): Row => [name, 'ipv6', -600]),
];

/** libvirt's own filters by name, for where no capture shows them. */
export const OWN_FILTERS: ReadonlyMap<string, NwFilter> = new Map(
  ROWS.map(([name, chain, priority, ...entries]) => [name, { name, chain, priority, entries, place: NOWHERE }]),
);

import type { NwAttribute, NwRule } from './nwfilter.ts';

/** An attribute as options of ebtables: the option for each direction, how its value is written, and what stands with it. */
interface Row {
  readonly attribute: string;
  readonly option: string;
  /** Of a rule for both directions, in the chain of what the guest sends: source and destination change places. */
  readonly reverse?: string;
  /** Behind the value: an end of the range, or a mask. */
  readonly second?: readonly [separator: ':' | '/', attribute: string];
  readonly print?: (value: string) => string;
}

const PROTOCOL_IDS: Readonly<Record<string, string>> = {
  arp: '0x806',
  rarp: '0x8035',
  ipv4: '0x800',
  ipv6: '0x86dd',
  vlan: '0x8100',
};
const hexadecimal = (value: string): string => (/^\d+$/.test(value) ? `0x${Number(value).toString(16)}` : value);
const type = (value: string): string => PROTOCOL_IDS[value.toLowerCase()] ?? hexadecimal(value);
/** libvirt writes addresses anew: `1:2:3:4:5:6` is as good as with leading zeros. */
const mac = (value: string): string => value.replace(/\b[\da-f]\b/gi, '0$&');

// biome-ignore format: a table
const ETHERNET: readonly Row[] = [
  { attribute: 'srcmacaddr', option: '-s', reverse: '-d', second: ['/', 'srcmacmask'], print: mac },
  { attribute: 'dstmacaddr', option: '-d', reverse: '-s', second: ['/', 'dstmacmask'], print: mac },
];
// biome-ignore format: a table
const ARP: readonly Row[] = [
  { attribute: 'hwtype',        option: '--arp-htype' },
  { attribute: 'opcode',        option: '--arp-op' },
  { attribute: 'protocoltype',  option: '--arp-ptype', print: hexadecimal },
  { attribute: 'arpsrcipaddr',  option: '--arp-ip-src', reverse: '--arp-ip-dst', second: ['/', 'arpsrcipmask'] },
  { attribute: 'arpdstipaddr',  option: '--arp-ip-dst', reverse: '--arp-ip-src', second: ['/', 'arpdstipmask'] },
  { attribute: 'arpsrcmacaddr', option: '--arp-mac-src', reverse: '--arp-mac-dst', print: mac },
  { attribute: 'arpdstmacaddr', option: '--arp-mac-dst', reverse: '--arp-mac-src', print: mac },
];
/** Numbers with an end of their range, addresses with a mask. */
const STP: readonly Row[] = [
  ...(['type', 'flags'] as const).map((name): Row => ({ attribute: name, option: `--stp-${name}` })),
  ...(['root', 'sender'] as const).flatMap((who): readonly Row[] => [
    { attribute: `${who}-priority`, option: `--stp-${who}-prio`, second: [':', `${who}-priority-hi`] },
    { attribute: `${who}-address`, option: `--stp-${who}-addr`, second: ['/', `${who}-address-mask`], print: mac },
  ]),
  ...Object.entries({
    'root-cost': 'root-cost',
    port: 'port',
    age: 'msg-age',
    'max-age': 'max-age',
    'hello-time': 'hello-time',
    'forward-delay': 'forward-delay',
  }).map(([name, option]): Row => ({ attribute: name, option: `--stp-${option}`, second: [':', `${name}-hi`] })),
];
const addressed = (ip: 'ip' | 'ip6'): readonly Row[] => [
  { attribute: 'srcipaddr', option: `--${ip}-src`, reverse: `--${ip}-dst`, second: ['/', 'srcipmask'] },
  { attribute: 'dstipaddr', option: `--${ip}-dst`, reverse: `--${ip}-src`, second: ['/', 'dstipmask'] },
  { attribute: 'protocol', option: `--${ip}-proto` },
  { attribute: 'srcportstart', option: `--${ip}-sport`, reverse: `--${ip}-dport`, second: [':', 'srcportend'] },
  { attribute: 'dstportstart', option: `--${ip}-dport`, reverse: `--${ip}-sport`, second: [':', 'dstportend'] },
];

/** What libvirt asks of a frame for each element (nwfilter_ebiptables_driver.c: ebtablesCreateRuleInstance). */
// biome-ignore format: a table
const ELEMENTS: Readonly<Record<string, { readonly before: string; readonly rows: readonly Row[] }>> = {
  none: { before: '',            rows: [] },
  mac:  { before: '',            rows: [{ attribute: 'protocolid', option: '-p', print: type }] },
  vlan: { before: '-p 802_1Q',   rows: [{ attribute: 'vlanid', option: '--vlan-id' }, { attribute: 'encap-protocol', option: '--vlan-encap', print: type }] },
  stp:  { before: '-d BGA',     rows: STP },
  arp:  { before: '-p ARP',      rows: ARP },
  rarp: { before: '-p RARP',     rows: ARP },
  // libvirt hands the DSCP over as if it were the whole TOS field
  ip:   { before: '-p IPv4',     rows: [...addressed('ip'), { attribute: 'dscp', option: '--ip-tos' }] },
  ipv6: { before: '-p IPv6',     rows: addressed('ip6') },
};

/** What a rule tests, as options of ebtables in libvirt's order. */
export function testWords({ protocol, attributes }: NwRule, reverse: boolean): readonly string[] {
  const { before, rows } = ELEMENTS[protocol] ?? { before: '', rows: [] };
  const find = (name: string): NwAttribute | undefined => attributes.findLast((one) => one.name === name);
  const written = (row: Row): readonly string[] => {
    const first = find(row.attribute);
    if (first === undefined) return [];
    const second = row.second === undefined ? undefined : find(row.second[1]);
    const print = row.print ?? String;
    const value = `${print(first.value)}${second === undefined ? '' : `${row.second?.[0]}${print(second.value)}`}`;
    return [`${(reverse ? row.reverse : undefined) ?? row.option}${first.inverted ? ' !' : ''} ${value}`];
  };
  const gratuitous = find('gratuitous');
  return [
    ...(protocol === 'none' ? [] : ETHERNET.flatMap(written)),
    ...(before === '' ? [] : [before]),
    ...rows.flatMap(written),
    ...(gratuitous?.value === 'true' ? [`${gratuitous.inverted ? '! ' : ''}--arp-gratuitous`] : []),
  ];
}

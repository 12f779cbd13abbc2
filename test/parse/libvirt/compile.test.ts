import { describe, expect, it } from 'vitest';
import type { FrameChain } from '../../../src/network/frame-rules.ts';
import { parseMac } from '../../../src/packet/address.ts';
import { type Compiled, compileFilter } from '../../../src/parse/libvirt/compile.ts';
import type { GuestCard } from '../../../src/parse/libvirt/domain.ts';
import { parseNwFilter } from '../../../src/parse/libvirt/nwfilter.ts';
import { OWN_FILTERS } from '../../../src/parse/libvirt/own-filters.ts';
import { errors, read } from '../said.ts';

const MAC = '52:54:00:12:34:56';
const PLACE = { file: 'libvirt.xml', line: 9, column: 7 };

type Values = Readonly<Record<string, readonly string[]>>;

/** What libvirt makes of a filter for the guest at vnet0; `shown` are the filters of a capture. */
function compile(name: string, values: Values = {}, shown = '', mac = MAC): Compiled {
  const captured = shown === '' ? [] : read(parseNwFilter(shown, 'nwfilter.xml'));
  const filter = { name, parameters: new Map(Object.entries(values)), place: PLACE };
  const address = parseMac(mac);
  const card: GuestCard = { domain: 'vm', filter, place: PLACE, ...(address !== undefined && { mac: address }) };
  const find = (one: string) => captured.find((filterOf) => filterOf.name === one) ?? OWN_FILTERS.get(one);
  return compileFilter({ card, filter, port: 'vnet0' }, find);
}

const texts = ({ chains }: Compiled, chain?: string): readonly string[] =>
  [...chains.values()]
    .filter(({ name }) => chain === undefined || name === chain)
    .flatMap(({ rules }) => rules.map(({ text }) => text));
const filter = (rules: string, attributes = "chain='root'") => `<filter name='f' ${attributes}>${rules}</filter>`;
const one = (rule: string, values: Values = {}) => texts(compile('f', values, filter(rule))).slice(1);

describe('a filter of a guest', () => {
  it('becomes the chains that libvirt makes, in the order of their priorities', () => {
    const made = compile('clean-traffic', { IP: ['192.168.122.100'] });
    expect(made.unknown).toBeUndefined();
    expect(texts(made, 'PREROUTING')).toEqual(['-A PREROUTING -i vnet0 -j libvirt-I-vnet0']);
    expect(texts(made, 'POSTROUTING')).toEqual(['-A POSTROUTING -o vnet0 -j libvirt-O-vnet0']);
    expect(texts(made, 'libvirt-I-vnet0')).toEqual([
      '-A libvirt-I-vnet0 -j I-vnet0-mac',
      '-A libvirt-I-vnet0 -p IPv4 -j I-vnet0-ipv4-ip',
      '-A libvirt-I-vnet0 -p IPv4 -j ACCEPT',
      '-A libvirt-I-vnet0 -p ARP -j I-vnet0-arp-mac',
      '-A libvirt-I-vnet0 -p ARP -j I-vnet0-arp-ip',
      '-A libvirt-I-vnet0 -p ARP -j ACCEPT',
      '-A libvirt-I-vnet0 -p RARP -j I-vnet0-rarp',
      '-A libvirt-I-vnet0 -p 0x835 -j ACCEPT',
      '-A libvirt-I-vnet0 -j DROP',
    ]);
    expect(texts(made, 'libvirt-O-vnet0')).toEqual([
      '-A libvirt-O-vnet0 -p IPv4 -j O-vnet0-ipv4',
      '-A libvirt-O-vnet0 -p ARP -j ACCEPT',
      '-A libvirt-O-vnet0 -p RARP -j O-vnet0-rarp',
      '-A libvirt-O-vnet0 -j DROP',
    ]);
    expect(texts(made, 'I-vnet0-mac')).toEqual([`-A I-vnet0-mac -s ${MAC} -j RETURN`, '-A I-vnet0-mac -j DROP']);
  });

  it('a chain that libvirt makes accepts at its end, and no chain is made without rules', () => {
    const { chains } = compile('no-mac-spoofing');
    expect([...chains.values()].map(({ name, policy, builtIn }: FrameChain) => [name, policy, builtIn])).toEqual([
      ['PREROUTING', 'ACCEPT', true],
      ['POSTROUTING', 'ACCEPT', true],
      ['libvirt-I-vnet0', 'ACCEPT', false],
      ['I-vnet0-mac', 'ACCEPT', false],
    ]);
    expect(chains.get('POSTROUTING')?.rules).toEqual([]);
  });

  it('a rule with a list makes a rule of each value', () => {
    expect(texts(compile('no-ip-spoofing', { IP: ['10.0.0.2', '10.0.0.3'] }), 'I-vnet0-ipv4-ip')).toEqual([
      '-A I-vnet0-ipv4-ip -p IPv4 --ip-src 0.0.0.0 --ip-proto udp -j RETURN',
      '-A I-vnet0-ipv4-ip -p IPv4 --ip-src 10.0.0.2 -j RETURN',
      '-A I-vnet0-ipv4-ip -p IPv4 --ip-src 10.0.0.3 -j RETURN',
      '-A I-vnet0-ipv4-ip -j DROP',
    ]);
    expect(texts(compile('allow-dhcp-server', { DHCPSERVER: ['10.0.0.1', '10.0.0.9'] }), 'O-vnet0-ipv4')).toEqual([
      '-A O-vnet0-ipv4 -p IPv4 --ip-src 10.0.0.1 --ip-proto udp --ip-sport 67 --ip-dport 68 -j ACCEPT',
      '-A O-vnet0-ipv4 -p IPv4 --ip-src 10.0.0.9 --ip-proto udp --ip-sport 67 --ip-dport 68 -j ACCEPT',
    ]);
  });

  it('variables go in step, by iterators each with each, or alone', () => {
    const rule = (a: string, b: string) =>
      one(`<rule action='accept' direction='out'><ip srcipaddr='${a}' dstipaddr='${b}'/></rule>`, {
        A: ['1.1.1.1', '2.2.2.2'],
        B: ['3.3.3.3', '4.4.4.4'],
      }).map((text) => text.replace(/^.*?--ip-src (\S+) --ip-dst (\S+) .*$/, '$1 $2'));
    expect(rule('$A', '$B')).toEqual(['1.1.1.1 3.3.3.3', '2.2.2.2 4.4.4.4']);
    expect(rule('$A[@1]', '$B[@2]')).toEqual([
      '1.1.1.1 3.3.3.3',
      '1.1.1.1 4.4.4.4',
      '2.2.2.2 3.3.3.3',
      '2.2.2.2 4.4.4.4',
    ]);
    expect(rule('$A[1]', '9.9.9.9')).toEqual(['2.2.2.2 9.9.9.9']);
    expect(
      compile(
        'f',
        { A: ['1.1.1.1'], B: ['2.2.2.2', '3.3.3.3'] },
        filter("<rule action='accept' direction='out'><ip srcipaddr='$A' dstipaddr='$B'/></rule>"),
      ).unknown,
    ).toBe('lists of values that go in step are of different lengths');
  });

  // biome-ignore format: a table
  it.each([
    ["<rule action='accept' direction='out'><mac srcmacaddr='1:2:3:4:5:6' srcmacmask='ff:ff:ff:0:0:0' protocolid='arp'/></rule>",
      ['-A libvirt-I-vnet0 -s 01:02:03:00:00:00/ff:ff:ff:00:00:00 -p ARP -j ACCEPT']],
    ["<rule action='drop' direction='in'><mac protocolid='1536'/></rule>", ['-A libvirt-O-vnet0 -p 0x600 -j DROP']],
    ["<rule action='reject' direction='out'/>", ['-A libvirt-I-vnet0 -j DROP']],
    ["<rule action='continue' direction='out'/>", ['-A libvirt-I-vnet0 -j CONTINUE']],
    ["<rule action='drop' direction='out'><arp match='no' arpsrcmacaddr='$MAC'/></rule>", [`-A libvirt-I-vnet0 -p ARP --arp-mac-src ! ${MAC} -j DROP`]],
    ["<rule action='drop' direction='in'><arp opcode='Reply'/><arp match='no' arpdstmacaddr='$MAC'/></rule>",
      [`-A libvirt-O-vnet0 -p ARP --arp-op Reply --arp-mac-dst ! ${MAC} -j DROP`]],
    ["<rule action='accept' direction='out'><arp hwtype='12' protocoltype='34' opcode='Request' arpsrcipaddr='10.0.0.0' arpsrcipmask='8' gratuitous='true'/></rule>",
      ['-A libvirt-I-vnet0 -p ARP --arp-htype 12 --arp-op Request --arp-ptype 0x22 --arp-ip-src 10.0.0.0/8 --arp-gratuitous -j ACCEPT']],
    ["<rule action='accept' direction='out'><ip srcipaddr='10.1.2.3' srcipmask='255.255.128.0' protocol='17' dstportstart='100' dstportend='101' dscp='63'/></rule>",
      ['-A libvirt-I-vnet0 -p IPv4 --ip-src 10.1.0.0/17 --ip-proto udp --ip-dport 100:101 --ip-tos 0x3F -j ACCEPT']],
    ["<rule action='drop' direction='out'><ipv6 srcipaddr='fe80::1'/></rule>", ['-A libvirt-I-vnet0 -p IPv6 --ip6-src fe80::1 -j DROP']],
    ["<rule action='drop' direction='out'><stp type='0' root-priority='1' root-priority-hi='9' sender-address='1:2:3:4:5:6'/></rule>",
      ['-A libvirt-I-vnet0 -d BGA --stp-type 0 --stp-root-prio 1:9 --stp-sender-addr 01:02:03:04:05:06 -j DROP']],
    ["<rule action='drop' direction='out'><vlan vlanid='7'/></rule>", ['-A libvirt-I-vnet0 -p 802_1Q --vlan-id 7 -j DROP']],
  ])('a rule asks what its element says: %s', (rule, expected) => {
    expect(one(rule)).toEqual(expected);
  });

  it('a rule for both directions has source and destination exchanged in what the guest sends', () => {
    const [, , fromGuest, toGuest] = texts(
      compile(
        'f',
        {},
        filter(
          "<rule action='accept' direction='inout'><ip srcmacaddr='$MAC' srcipaddr='10.0.0.1' srcportstart='5' protocol='udp'/></rule>",
        ),
      ),
    );
    expect(fromGuest).toBe(
      `-A libvirt-I-vnet0 -d ${MAC} -p IPv4 --ip-dst 10.0.0.1 --ip-proto udp --ip-dport 5 -j ACCEPT`,
    );
    expect(toGuest).toBe(
      `-A libvirt-O-vnet0 -s ${MAC} -p IPv4 --ip-src 10.0.0.1 --ip-proto udp --ip-sport 5 -j ACCEPT`,
    );
  });

  it('rules of the root chain stand by their priorities, chains between them by theirs', () => {
    const shown = `${filter(
      "<rule action='drop' direction='out' priority='600'/><rule action='accept' direction='out' priority='-900'><mac protocolid='arp'/></rule><rule action='accept' direction='out'><mac protocolid='ipv4'/></rule><filterref filter='g'/><filterref filter='h'/>",
    )}<filter name='g' chain='arp-x' priority='550'><rule action='drop' direction='out'/></filter><filter name='h' chain='mac'><rule action='return' direction='out'/></filter>`;
    expect(texts(compile('f', {}, shown), 'libvirt-I-vnet0')).toEqual([
      '-A libvirt-I-vnet0 -p ARP -j ACCEPT',
      '-A libvirt-I-vnet0 -j I-vnet0-mac',
      '-A libvirt-I-vnet0 -p IPv4 -j ACCEPT',
      '-A libvirt-I-vnet0 -p ARP -j I-vnet0-arp-x',
      '-A libvirt-I-vnet0 -j DROP',
    ]);
  });

  it("a filter's own variables give way to the guest's", () => {
    const shown = filter("<filterref filter='no-ip-spoofing'><parameter name='IP' value='9.9.9.9'/></filterref>");
    expect(texts(compile('f', {}, shown), 'I-vnet0-ipv4-ip')[1]).toContain('--ip-src 9.9.9.9');
    expect(texts(compile('f', { IP: ['10.0.0.2'] }, shown), 'I-vnet0-ipv4-ip')[1]).toContain('--ip-src 10.0.0.2');
  });

  it('rules count as read in the filter that has them; of a filter that is not shown, where it is brought in', () => {
    const shown =
      "<filter name='f'>\n  <filterref filter='no-mac-spoofing'/>\n  <rule action='drop' direction='out'/>\n</filter>";
    const { chains } = compile('f', {}, shown);
    const lines = (chain: string) => chains.get(chain)?.rules.map(({ place }) => `${place.file}:${place.line}`);
    expect(lines('PREROUTING')).toEqual(['libvirt.xml:9']);
    expect(lines('I-vnet0-mac')).toEqual(['nwfilter.xml:2', 'nwfilter.xml:2']);
    expect(lines('libvirt-I-vnet0')).toEqual(['nwfilter.xml:2', 'nwfilter.xml:3']);
  });

  it('a captured filter comes before the one that libvirt brings along', () => {
    const shown = "<filter name='no-mac-spoofing' chain='mac'><rule action='accept' direction='out'/></filter>";
    expect(texts(compile('no-mac-spoofing', {}, shown), 'I-vnet0-mac')).toEqual(['-A I-vnet0-mac -j ACCEPT']);
  });
});

describe('what libvirt does with a port is unknown', () => {
  const unknown = (made: Compiled) => [
    made.unknown,
    [...made.chains.values()].flatMap(({ rules }) => rules.map(({ text, action }) => [text, action.kind])),
  ];
  const BOTH = [
    ['-A PREROUTING -i vnet0 -j libvirt-I-vnet0', 'unknown'],
    ['-A POSTROUTING -o vnet0 -j libvirt-O-vnet0', 'unknown'],
  ];

  it('where it learns the address', () => {
    expect(unknown(compile('no-ip-spoofing'))).toEqual([
      'no address is given with `IP`: libvirt learns it from what the guest sends',
      BOTH,
    ]);
  });

  it('where a filter is not shown, or its variables have no values', () => {
    expect(unknown(compile('nova-base'))).toEqual(['filter nova-base is not shown', BOTH]);
    expect(unknown(compile('allow-dhcp-server'))).toEqual(['no value is given for `DHCPSERVER`', BOTH]);
    expect(compile('no-mac-spoofing', {}, '', '').unknown).toBe('no value is given for `MAC`');
    expect(compile('f', {}, filter("<filterref filter='f'/>")).unknown).toBe('filter f brings in itself');
  });

  it('where two chains have one priority', () => {
    const two = (a: string, b: string) =>
      compile(
        'f',
        {},
        `${filter("<filterref filter='g'/><filterref filter='h'/>")}<filter name='g' chain='${a}'><rule action='drop' direction='out'/></filter><filter name='h' chain='${b}'><rule action='accept' direction='out'/></filter>`,
      ).unknown;
    expect(two('ipv4-a', 'ipv4-b')).toBe(
      'chains ipv4-a and ipv4-b have the same priority: libvirt may take either first',
    );
    expect(two('ipv4-a', 'arp-b')).toBeUndefined();
  });

  it('where ebtables would refuse a value', () => {
    expect(compile('no-ip-spoofing', { IP: ['10.0.0.300'] }).unknown).toContain('is not an IPv4 address');
  });

  it('of a rule that only some versions of libvirt have, for that rule alone', () => {
    const rules = compile('no-arp-ip-spoofing', { IP: ['10.0.0.2'] }).chains.get('I-vnet0-arp-ip')?.rules;
    expect(rules?.map(({ tests }) => tests.some(({ kind }) => kind === 'unknown'))).toEqual([false, true, false]);
  });
});

it('rules that become rules of iptables are told apart', () => {
  const made = compile(
    'f',
    {},
    filter(
      "<rule action='accept' direction='in'><tcp dstportstart='22'/></rule><rule action='drop' direction='inout'><all-ipv6/></rule>",
    ),
  );
  expect(made.ofIptables.map(({ protocol }) => protocol)).toEqual(['tcp']);
  expect(texts(made)).toEqual([]);
});

describe('a mistake in nwfilter XML', () => {
  // biome-ignore format: a table
  it.each([
    ["<rule direction='out'/>",                       'a rule without `action`'],
    ["<rule action='drop'/>",                         'a rule without `direction`'],
    ["<rule action='drp' direction='out'/>",          '`drp` is no action of a rule'],
    ["<rule action='drop' direction='sideways'/>",    '`sideways` is no direction of a rule'],
  ])('is an error where it stands: %s', (rule, message) => {
    expect(errors(parseNwFilter(`<filter name='f'>\n ${rule}\n</filter>`, 'f').located)).toEqual([`error f:2:2+1 ${message}`]);
  });

  it('in a chain too', () => {
    const wrong = (attributes: string) => errors(parseNwFilter(filter('', attributes), 'f').located);
    expect(wrong("chain='rooted'")).toEqual(['error f:1:1+1 `rooted` is no chain of a filter']);
    expect(wrong("chain='ipv4' priority='2000'")).toEqual(['error f:1:1+1 `2000` is no priority']);
    expect(wrong("chain='ipv4-mine' priority='-1000'")).toEqual([]);
  });
});

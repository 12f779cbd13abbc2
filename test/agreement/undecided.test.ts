import { afterAll, describe, expect, it } from 'vitest';
import { ask, close, type Finding, type Network, parseSnapshot } from '../../src/index.ts';

/** What a host printed, by file. */
type Capture = Readonly<Record<string, string>>;

const MAC = (n: number): string => `02:00:00:00:00:0${n}`;

const port = (n: number, name: string, more: string, address?: string): string =>
  [
    `${n}: ${name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue ${more}state UP group default qlen 1000`,
    `    link/ether ${MAC(n)} brd ff:ff:ff:ff:ff:ff`,
    ...(address === undefined ? [] : [`    inet ${address} scope global ${name}`, '       valid_lft forever']),
    '',
  ].join('\n');

const LO =
  '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever\n';

const SYSCTL = [
  ...['all', 'default'].flatMap((device) =>
    [
      'accept_local',
      'route_localnet',
      'src_valid_mark',
      'proxy_arp',
      'arp_ignore',
      'arp_announce',
      'arp_filter',
      'rp_filter',
    ].map((key) => `net.ipv4.conf.${device}.${key} = 0`),
  ),
  'net.ipv4.ip_forward = 0',
  'net.ipv4.ip_default_ttl = 64',
  'net.ipv4.icmp_echo_ignore_all = 0',
  'net.ipv4.icmp_echo_ignore_broadcasts = 1',
  'net.bridge.bridge-nf-call-iptables = 0',
  'net.netfilter.nf_conntrack_checksum = 1',
  'net.netfilter.nf_conntrack_tcp_loose = 1',
  '',
].join('\n');

const RULES = '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n';

/** A host whose captures leave nothing open. */
const whole = (addresses: string, routes: string): Capture => ({
  'ip-addr.txt': LO + addresses,
  'ip-route.txt': routes,
  'ip-rule.txt': RULES,
  'iptables-save.txt': '',
  'sysctl.txt': SYSCTL,
});

const host = (n: number, address: string): Capture =>
  whole(
    port(n, 'eth0', '', `${address}/24`),
    `default via 10.0.0.254 dev eth0\n10.0.0.0/24 dev eth0 scope link src ${address}\n`,
  );

/** `a` and `b` on either side of a bridge host `h`, and `c` behind nothing but a wire beside `a`. */
const HOSTS: Readonly<Record<string, Capture>> = {
  a: host(2, '10.0.0.1'),
  b: host(3, '10.0.0.2'),
  c: host(4, '10.0.0.3'),
  h: whole(
    port(5, 'p1', 'master br0 ') + port(6, 'p2', 'master br0 ') + port(7, 'br0', '', '10.0.0.9/24'),
    '10.0.0.0/24 dev br0 scope link src 10.0.0.9\n',
  ),
};

const YAML = "version: 1\nlinks:\n  left: ['a:eth0', 'c:eth0', 'h:p1']\n  right: ['b:eth0', 'h:p2']\n";

/** The network with other files for one node: `undefined` takes one away. */
function network(node = '', change: Readonly<Record<string, string | undefined>> = {}, head = ''): Network {
  const files = new Map<string, string>([['network.yaml', `${YAML}${head}`]]);
  for (const [name, capture] of Object.entries(HOSTS))
    for (const [file, text] of Object.entries(capture)) files.set(`${name}/${file}`, text);
  for (const [file, text] of Object.entries(change))
    if (text === undefined) files.delete(`${node}/${file}`);
    else files.set(`${node}/${file}`, text);
  const { value, located } = parseSnapshot(files);
  if (value === undefined) throw new Error(JSON.stringify(located));
  return value;
}

const told = ({ answer, unknowns }: Finding): string => [answer, ...unknowns.map(({ reason }) => reason)].join(' | ');
const answerOf = async (of: Network, question: string): Promise<string> => told(await ask(of, question));

afterAll(close);

const B = 'can a reach 10.0.0.2 over icmp';
const NOBODY = 'can a reach 10.0.0.77 over icmp';

it('a network whose captures leave nothing open is decided', async () => {
  expect(await answerOf(network(), `${B} and back`)).toBe('yes');
  expect(await answerOf(network(), NOBODY)).toBe('no');
  expect(await answerOf(network(), 'can b reach 10.0.0.9 over icmp and back')).toBe('yes');
  expect(await answerOf(network(), 'can a reach 10.0.0.3 over icmp and back')).toBe('yes');
});

describe('no answer that a missing thing could make wrong', () => {
  const LIMITED = '-p IPv4 --ip-proto 1 --limit 5/sec -j DROP';
  const EBTABLES = `*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n-A INPUT ${LIMITED}\n-A FORWARD ${LIMITED}\n-A OUTPUT ${LIMITED}\n`;
  it.each([
    ['through the bridge', B],
    ['from the host by the bridge', 'can h reach 10.0.0.2 over icmp'],
    ['up to the host', 'can a reach 10.0.0.9 over icmp'],
  ])('ebtables that may drop: %s', async (_, question) => {
    const answer = await answerOf(network('h', { 'ebtables-save.txt': EBTABLES }), question);
    expect(answer).toMatch(/^unknown \| /);
    expect(answer).toContain('--limit');
  });
  it('ebtables that may drop: what does not pass there is decided', async () => {
    const of = network('h', { 'ebtables-save.txt': EBTABLES });
    expect(await answerOf(of, 'can a reach 10.0.0.3 over icmp and back')).toBe('yes');
    expect(await answerOf(of, 'can a reach 10.0.0.2 over tcp')).toBe('yes');
  });
  it('ebtables that may answer for an address that nobody has: nobody takes what is sent there', async () => {
    const text =
      '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p ARP --limit 5/sec -j arpreply --arpreply-mac 02:00:00:00:00:02\n';
    expect(await answerOf(network('h', { 'ebtables-save.txt': text }), NOBODY)).toBe('no');
  });

  it.each([
    ['to its address', 'can a reach 10.0.0.3 over icmp'],
    ['to any address that it may have', NOBODY],
    ['to an address that it may have as well', B],
    ['from it', 'can c reach 10.0.0.1 over icmp'],
    ['always to it', 'does a always reach 10.0.0.3 over icmp'],
  ])('no listing of interfaces: %s', async (_, question) => {
    const answer = await answerOf(network('c', { 'ip-addr.txt': undefined }), question);
    expect(answer).toMatch(/^unknown \| /);
    expect(answer).toContain('no capture shows the interfaces of c');
  });
  it('no listing of interfaces: the node is no target that anything could be said of', async () => {
    const of = network('c', { 'ip-addr.txt': undefined });
    await expect(ask(of, 'can a reach c over icmp')).rejects.toThrow('no capture shows the interfaces of c');
  });

  it.each([
    ['to what would be connected', 'can a reach 10.0.0.2 over icmp'],
    ['to anywhere', 'can a reach 172.16.0.1'],
    ['back', 'can b reach 10.0.0.1 over icmp and back'],
  ])('no routes: %s', async (_, question) => {
    const answer = await answerOf(network('a', { 'ip-route.txt': undefined }), question);
    expect(answer).toMatch(/^unknown \| /);
    expect(answer).toContain('no capture shows the routes of a');
  });
  it('no routes: its own addresses still are its own', async () => {
    const of = network('a', { 'ip-route.txt': undefined });
    expect(await answerOf(of, 'can b reach 10.0.0.1 over icmp')).toBe('yes');
    expect(await answerOf(of, 'can a reach 10.0.0.1 over icmp and back')).toBe('yes');
  });
  it('no routes, but the defaults of the kernel: those that follow from the addresses', async () => {
    const of = network('a', { 'ip-route.txt': undefined }, 'assume: kernel-defaults\n');
    expect(await answerOf(of, `${B} and back`)).toBe('yes');
  });

  it.each([
    ['uidrange', '10: from all uidrange 0-0 lookup 7\n'],
    ['l3mdev', '1000:\tfrom all lookup [l3mdev-table]\n'],
    ['a table that is not shown', '10:\tfrom 10.0.0.1 lookup 7\n'],
  ])('a rule that is not modelled or leads to what is not shown: %s', async (_, rule) => {
    const of = network('a', { 'ip-rule.txt': RULES.replace('32766', `${rule}32766`) });
    for (const question of [B, 'can a reach 172.16.0.1', 'can b reach 10.0.0.1 over icmp and back'])
      expect(await answerOf(of, question)).toMatch(/^unknown \| .* of a/);
    expect(await answerOf(of, 'can a reach 10.0.0.1 over icmp and back')).toBe('yes');
  });
  it('a rule that is not modelled before that of table local leaves open even that', async () => {
    const of = network('a', { 'ip-rule.txt': `0:\tfrom all uidrange 0-0 lookup 7\n${RULES}` });
    expect(await answerOf(of, 'can a reach 10.0.0.1 over icmp')).toMatch(/^unknown \| /);
  });
  it('routes that are not modelled may come before those that are', async () => {
    const routes = `${HOSTS['a']?.['ip-route.txt']}10.0.0.2 encap mpls 100 via 10.0.0.254 dev eth0\n`;
    expect(await answerOf(network('a', { 'ip-route.txt': routes }), B)).toMatch(/^unknown \| .*encap/);
  });

  it.each([
    ['inet', 'b', B],
    ['ip', 'a', B],
    ['bridge', 'h', B],
    ['bridge', 'h', 'can h reach 10.0.0.2 over icmp'],
    ['netdev', 'b', B],
    ['netdev', 'b', 'does b always reach 10.0.0.1'],
    ['arp', 'b', B],
    ['arp', 'a', B],
  ])('an nft ruleset of family %s on %s: %s', async (family, node, question) => {
    const nft = `table ${family} t {\n  chain c {\n    type filter hook input priority 0; policy accept;\n    drop\n  }\n}\n`;
    const answer = await answerOf(network(node, { 'nft-ruleset.txt': nft }), question);
    expect(answer).toMatch(new RegExp(`^unknown \\| .*nft chain ${family} t c`));
  });

  it('arptables on whoever answers, asks or passes it on', async () => {
    const text = '*filter\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n-A INPUT -j QUEUE\n';
    for (const node of ['a', 'b'])
      expect(await answerOf(network(node, { 'arptables-save.txt': text }), B)).toMatch(/^unknown \| .*QUEUE/);
    const drop = text.replace('QUEUE', 'DROP');
    expect(await answerOf(network('b', { 'arptables-save.txt': drop }), B)).toBe('no');
    expect(await answerOf(network('c', { 'arptables-save.txt': drop }), `${B} and back`)).toBe('yes');
  });

  it('a bridge that filters VLANs', async () => {
    const addresses = (HOSTS['h']?.['ip-addr.txt'] ?? '').replace(
      '    inet 10.0.0.9/24',
      '    bridge forward_delay 1500 vlan_filtering 1 vlan_protocol 802.1Q\n    inet 10.0.0.9/24',
    );
    expect(await answerOf(network('h', { 'ip-addr.txt': addresses }), B)).toMatch(/^unknown \| .*vlan_filtering/);
    const vlans = '[{"ifname":"p1","vlans":[{"vlan":10,"flags":["PVID","Egress Untagged"]}]}]';
    expect(await answerOf(network('h', { 'bridge-vlan.json': vlans }), B)).toMatch(/^unknown \| .*VLAN 10 on p1/);
  });

  it('a device that takes frames off the one below it', async () => {
    const more = `${port(8, 'macvtap0@eth0', '', undefined)}    macvtap mode bridge\n`;
    const of = network('c', { 'ip-addr.txt': `${HOSTS['c']?.['ip-addr.txt']}${more}` });
    expect(await answerOf(of, NOBODY)).toMatch(/^unknown \| .*macvtap/);
    expect(await answerOf(of, 'can a reach 10.0.0.3 over icmp')).toMatch(/^unknown \| .*macvtap/);
  });

  it('ports of Open vSwitch', async () => {
    const text = (HOSTS['h']?.['ip-addr.txt'] ?? '').replaceAll('master br0', 'master ovs-system');
    const of = network('h', { 'ip-addr.txt': `${text}${port(9, 'ovs-system', '')}` });
    expect(await answerOf(of, B)).toMatch(/^unknown \| .*Open vSwitch/);
  });
});

import { describe, expect, it } from 'vitest';
import { parseAddress, printAddress, printMac } from '../../src/packet/address.ts';
import { parseDnsmasqCmdline } from '../../src/parse/dnsmasq/cmdline.ts';
import { parseDnsmasqConf, parseDnsmasqHosts } from '../../src/parse/dnsmasq/conf.ts';
import { parseArptablesSave, parseEbtablesSave } from '../../src/parse/foreign/ebtables.ts';
import { parseIp6tablesSave } from '../../src/parse/foreign/ip6tables.ts';
import { parseNftJson, parseNftText } from '../../src/parse/foreign/nft.ts';
import { parseNovaConf, printNovaConf } from '../../src/parse/host/nova.ts';
import { parseSs } from '../../src/parse/host/ss.ts';
import { parseSysctl, printSysctl } from '../../src/parse/host/sysctl.ts';
import { parseEtcInterfaces, parseResolv } from '../../src/parse/host/text.ts';
import { parseLibvirtDomain } from '../../src/parse/libvirt/domain.ts';
import { parseNwFilter } from '../../src/parse/libvirt/nwfilter.ts';
import { errors, read, said } from './said.ts';

describe('sysctl', () => {
  const keys = (text: string) =>
    [...read(parseSysctl(text, 'f')).settings].map(([key, { value }]) => `${key}=${value}`);

  it('reads any part of `sysctl -a`, and prints it back', () => {
    const text =
      'net.ipv4.ip_forward = 1\nnet.ipv4.tcp_rmem = 4096\t131072\t6291456\nkernel.domainname = (none)\nkernel.modprobe =\n';
    expect(printSysctl(read(parseSysctl(text, 'f')).settings)).toBe(text.replace('modprobe =', 'modprobe = '));
  });

  it('reads interface names with dots in both ways of writing them', () => {
    expect(keys('net.ipv4.conf.eth0/10.rp_filter = 2\nnet/ipv4/conf/eth1.20/rp_filter = 1\n')).toEqual([
      'net.ipv4.conf.eth0.10.rp_filter=2',
      'net.ipv4.conf.eth1.20.rp_filter=1',
    ]);
  });

  it('passes over comments and what sysctl could not read, and notes the rest', () => {
    const text =
      "# comment\nsysctl: permission denied on key 'fs.protected_fifos'\nroot@h:~# sysctl -a\nnet.ipv4.ip_forward=0\n";
    expect(keys(text)).toEqual(['net.ipv4.ip_forward=0']);
    expect(said(parseSysctl(text, 'f').located)).toEqual([
      'note f:3:1+19 this line is no part of a `sysctl -a` listing',
    ]);
  });

  it.each([
    ['net.ipv4.ip_forward = yes\n', 'error f:1:23+3 `net.ipv4.ip_forward` is `yes`, no whole number'],
    ['net.ipv4.ip_forward = 1\nnet.ipv4.ip_forward = 0\n', 'error f:2:1+23 `net.ipv4.ip_forward` was `1` in line 1'],
  ])('refuses %j', (text, message) => {
    expect(errors(parseSysctl(text, 'f').located)).toEqual([message]);
  });

  it('is whole only with the first and last folders of /proc/sys and an interface of its own', () => {
    const whole = [
      'fs.file-max',
      'kernel.ostype',
      'net.core.somaxconn',
      'net.ipv4.conf.all.rp_filter',
      'net.ipv4.conf.default.rp_filter',
      'net.ipv4.conf.lo.rp_filter',
      'net.ipv4.ip_forward',
      'vm.swappiness',
    ];
    const filler = Array.from({ length: 300 }, (_, i) => `net.ipv4.filler_${i}`);
    const complete = (list: readonly string[]) =>
      read(parseSysctl(list.map((key) => `${key} = 0\n`).join(''), 'f')).complete;
    expect(complete([...whole, ...filler])).toBe(true);
    for (const key of whole) expect(complete([...whole, ...filler].filter((one) => one !== key)), key).toBe(false);
    expect(complete(whole)).toBe(false);
  });
});

describe('ss', () => {
  const listeners = (text: string) =>
    read(parseSs(text, 'f')).map(({ protocol, address, port, device }) => [
      protocol,
      printAddress(address),
      port,
      device,
    ]);

  it('shows what listens on IPv4, dual sockets of IPv6 among it, and not what listens on IPv6 alone', () => {
    const text = `Netid State  Recv-Q Send-Q      Local Address:Port Peer Address:PortProcess
udp   UNCONN 0      0               127.0.0.1:53        0.0.0.0:*
udp   UNCONN 0      0              0.0.0.0%lo:67        0.0.0.0:*
udp   UNCONN 0      0                   [::1]:83           [::]:*
tcp   LISTEN 0      128               0.0.0.0:22        0.0.0.0:*
tcp   LISTEN 0      128                     *:80              *:*
tcp   LISTEN 0      128                  [::]:81           [::]:*
tcp   LISTEN 0      128    [::ffff:127.0.0.1]:82              *:*
`;
    expect(listeners(text)).toEqual([
      [17, '127.0.0.1', 53, undefined],
      [17, '0.0.0.0', 67, 'lo'],
      [6, '0.0.0.0', 22, undefined],
      [6, '0.0.0.0', 80, undefined],
      [6, '127.0.0.1', 82, undefined],
    ]);
  });

  it('shows with `-t` alone what listens on tcp', () => {
    expect(listeners('LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n')).toEqual([[6, '0.0.0.0', 22, undefined]]);
  });

  it('shows that nothing listens where it printed nothing', () => {
    expect(listeners('')).toEqual([]);
  });

  it.each([
    ['tcp LISTEN 0 128 0.0.0.0:ssh 0.0.0.0:*\n', 'error f:1:18+11 `0.0.0.0:ssh` is no address and port'],
    ['tcp LISTEN 0 128 host:22 0.0.0.0:*\n', 'error f:1:18+7 `host:22` is no address and port'],
    ['tcp LISTEN\n', 'error f:1:1+10 `tcp LISTEN` is no address and port'],
  ])('refuses %j', (text, message) => {
    expect(errors(parseSs(text, 'f').located)).toEqual([message]);
  });
});

describe('dnsmasq', () => {
  const LINE =
    '/usr/sbin/dnsmasq --conf-file= --listen-address=10.0.0.1,127.0.0.1 --except-interface=lo -i br100 -F 10.0.0.2,10.0.0.9,255.255.255.0,1h --dhcp-range=set:x,10.1.0.2,static,120s --dhcp-host=fa:16:3e:00:00:01,10.0.0.5,vm --dhcp-hostsfile=/h';
  const server = (text: string) => read(parseDnsmasqCmdline(text, 'f'))[0];

  it('is read from ps and from /proc/PID/cmdline alike', () => {
    const ps = server(`nobody 2729 0.0 0.0 27532 996 ? S 23:12 0:00 ${LINE}\n`);
    const proc = server(`${LINE.replaceAll(' ', '\0')}\0`);
    const bare = ({ place: _, ...rest }: NonNullable<typeof ps>) =>
      JSON.stringify({ ...rest, hosts: rest.hosts.map(({ mac }) => mac), files: [...rest.files] });
    expect(ps !== undefined && bare(ps)).toBe(proc !== undefined && bare(proc));
    expect(ps?.addresses.map(printAddress)).toEqual(['10.0.0.1', '127.0.0.1']);
    expect(ps?.interfaces).toEqual(['br100']);
    expect(ps?.ranges).toEqual([
      { low: parseAddress('10.0.0.2'), high: parseAddress('10.0.0.9'), static: false },
      { low: parseAddress('10.1.0.2'), high: parseAddress('10.1.0.2'), static: true },
    ]);
    expect(ps?.hosts.map(({ mac, address, name }) => [printMac(mac), printAddress(address), name])).toEqual([
      ['fa:16:3e:00:00:01', '10.0.0.5', 'vm'],
    ]);
    expect(ps?.files.get('conf-file')).toBe('');
  });

  it('is one server with its child, two with other words; a grep for it is none', () => {
    const text = `a 1 ${LINE}\na 2 ${LINE}\na 3 ${LINE} --port=0\na 4 grep dnsmasq\n`;
    expect(read(parseDnsmasqCmdline(text, 'f'))).toHaveLength(2);
  });

  it.each([
    ['dnsmasq --listen-address=10.0.0\n', 'error f:1:26+6 `10.0.0` is no address'],
    ['dnsmasq --dhcp-range=10.0.0.9,10.0.0.2\n', 'error f:1:31+8 `10.0.0.2` is below the first address'],
    ['dnsmasq --dhcp-range=ten\n', 'error f:1:22+3 `ten` is no address'],
  ])('refuses %j', (text, message) => {
    expect(errors(parseDnsmasqCmdline(text, 'f').located)).toEqual([message]);
  });

  it('reads its configuration as it reads its command line', () => {
    const conf = read(
      parseDnsmasqConf(
        '# comment\ninterface=br100 # more\nlisten-address = 10.0.0.1\ndhcp-range=10.0.0.2,static\nbind-interfaces\n',
        'f',
      ),
    );
    expect([conf.interfaces, conf.addresses.map(printAddress), conf.ranges.length]).toEqual([
      ['br100'],
      ['10.0.0.1'],
      1,
    ]);
  });

  it('reads the hosts file, without a last newline too, and says which hosts cannot be read', () => {
    const hosts = read(
      parseDnsmasqHosts('fa:16:3e:2c:e8:ec,cirros.novalocal,10.0.0.2\nfa:16:3e:00:00:01,set:t,10.0.0.3,1h', 'f'),
    );
    expect(hosts.map(({ address, name }) => [printAddress(address), name])).toEqual([
      ['10.0.0.2', 'cirros.novalocal'],
      ['10.0.0.3', undefined],
    ]);
    expect(
      errors(parseDnsmasqHosts('fa:16:3e:2c:e8:eg,x,10.0.0.2\nfa:16:3e:2c:e8:ec,x,10.0.0.256\n', 'f').located),
    ).toEqual([
      'error f:1:1+17 `fa:16:3e:2c:e8:eg` is no MAC address',
      'error f:2:21+10 `10.0.0.256` is no IPv4 address',
    ]);
    expect(said(parseDnsmasqHosts('only-a-name\n', 'f').located)).toEqual([
      'note f:1:1+11 this line gives no address to a MAC address',
    ]);
  });
});

describe('nova.conf', () => {
  const flags = (text: string) =>
    Object.fromEntries([...read(parseNovaConf(text, 'f'))].map(([name, { value }]) => [name, value]));

  it('reads flag files', () => {
    expect(
      flags(
        '--fixed_range=10.0.0.0/24\n--multi_host\n--noallow_same_net_traffic\n--my_ip 10.0.0.1\n--sql_connection=mysql://n:p#1@h/nova\n--dmz_cidr=1\n--dmz_cidr=2\n',
      ),
    ).toEqual({
      fixed_range: '10.0.0.0/24',
      multi_host: 'True',
      allow_same_net_traffic: 'False',
      my_ip: '10.0.0.1',
      sql_connection: 'mysql://n:p#1@h/nova',
      dmz_cidr: '2',
    });
  });

  it('reads ini files, continued values and other sections', () => {
    expect(
      flags('[DEFAULT]\nfixed_range = 10.0.0.0/24\n# comment\nlong = one,\n  two\n[other]\nfixed_range="x"\n'),
    ).toEqual({ fixed_range: '10.0.0.0/24', long: 'one,\ntwo', 'other.fixed_range': 'x' });
  });

  it('reads what it prints', () => {
    const text = '--fixed_range=10.0.0.0/24\n--multi_host=True\n';
    expect(printNovaConf(read(parseNovaConf(text, 'f')))).toBe(text);
  });
});

describe('files that take no part', () => {
  it('resolv.conf and /etc/network/interfaces are understood', () => {
    expect(read(parseResolv('search novalocal\nnameserver 10.0.0.1\n', 'f')).servers).toEqual(['10.0.0.1']);
    expect(said(parseResolv('nameservr 10.0.0.1\n', 'f').located)).toEqual([
      'note f:1:1+18 `nameservr` is no keyword of resolv.conf',
    ]);
    const stanzas = read(
      parseEtcInterfaces(
        'auto lo\niface lo inet loopback\n\niface eth2 inet manual\n  up ifconfig $IFACE promisc\n',
        'f',
      ),
    );
    expect(stanzas.map(({ name, method, options }) => [name, method, options.length])).toEqual([
      ['lo', 'loopback', 0],
      ['eth2', 'manual', 1],
    ]);
    expect(errors(parseEtcInterfaces('iface eth0\n', 'f').located)).toEqual([
      'error f:1:1+10 `iface` without its family and method',
    ]);
  });

  it('libvirt domains show the cards of guests and their filters', () => {
    const domain = (mac: string) =>
      `<?xml version="1.0"?>\n<domain type='kvm'>\n  <name>vm</name>\n  <devices>\n    <interface type='bridge'>\n      <source bridge='br100'/>\n      <mac address='${mac}'/>\n      <target dev='vnet0'/>\n      <filterref filter='clean'><parameter name='IP' value='10.0.0.2'/></filterref>\n    </interface>\n  </devices>\n</domain>\n`;
    const [card] = read(parseLibvirtDomain(domain('fa:16:3e:2c:e8:ec'), 'f'));
    expect([card?.domain, printMac(card?.mac ?? 0), card?.bridge, card?.port, card?.filter?.name]).toEqual([
      'vm',
      'fa:16:3e:2c:e8:ec',
      'br100',
      'vnet0',
      'clean',
    ]);
    expect(card?.filter?.place).toEqual({ file: 'f', line: 9, column: 7 });
    expect(errors(parseLibvirtDomain(domain('fa:16'), 'f').located)).toEqual([
      'error f:7:7+1 `fa:16` is no MAC address',
    ]);
    expect(errors(parseLibvirtDomain('<domain>\n<name>x</nam></domain>', 'f').located)).toEqual([
      expect.stringMatching(/^error f:2:\d+\+\d+ no XML: /),
    ]);
  });

  it('several filters in one file are read with what they bring in', () => {
    const text =
      "<filter name='a' chain='root'>\n  <filterref filter='no-ip-spoofing'/>\n</filter>\n<filter name='b'><rule action='drop' direction='in'/></filter>\n";
    expect(
      read(parseNwFilter(text, 'f')).map(({ name, references, rules, place }) => [name, references, rules, place.line]),
    ).toEqual([
      ['a', ['no-ip-spoofing'], 0, 1],
      ['b', [], 1, 4],
    ]);
  });
});

describe('rules of other tools', () => {
  const EB = '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:own RETURN\n';

  it('ebtables rules that can only accept take no part; any other is listed', () => {
    const what = (text: string) =>
      read(parseEbtablesSave(`${EB}${text}`, 'f')).map((one) => [one.what, one.decides, one.place.line]);
    expect(what('-A INPUT -i v0 -j own\n-A own -j ACCEPT\n-A own -p IPv6 -j DROP\n')).toEqual([]);
    expect(what('-A FORWARD -p IPv4 --ip-src 10.0.0.3 -j DROP\n')).toEqual([
      ['ebtables: -A FORWARD -p IPv4 --ip-src 10.0.0.3 -j DROP', 'bridge', 6],
    ]);
    expect(what('[1:2] -A FORWARD -j mark --mark-set 0x1\n')).toHaveLength(1);
    expect(read(parseEbtablesSave('*nat\n:PREROUTING DROP\n', 'f'))).toHaveLength(1);
  });

  it('arptables rules decide about ARP', () => {
    expect(
      read(parseArptablesSave('*filter\n:INPUT ACCEPT\n-A INPUT -j DROP -s 10.0.0.1\n', 'f')).map(
        ({ decides }) => decides,
      ),
    ).toEqual(['arp']);
  });

  it('ip6tables rules are counted', () => {
    expect(
      read(parseIp6tablesSave('# Generated\n*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n', 'f')),
    ).toBe(1);
  });

  it('nft chains are counted with their rules, in text and in JSON alike', () => {
    const text = `# Warning: table ip filter is managed by iptables-nft, do not touch!
table ip filter {
	chain INPUT {
		type filter hook input priority filter; policy accept;
		tcp dport 22 counter packets 0 bytes 0 accept
	}

	chain FORWARD {
		type filter hook forward priority filter; policy drop;
	}
}
table inet fw {
	set s {
		type ipv4_addr
		elements = { 1.1.1.1 }
	}

	chain in {
		ip saddr { 10.0.0.1,
			   10.0.0.2 } accept
		comment "a } b"
	}
}
`;
    const json =
      '{"nftables":[{"metainfo":{}},{"table":{"family":"ip","name":"filter"}},{"chain":{"family":"ip","table":"filter","name":"INPUT","policy":"accept"}},{"chain":{"family":"ip","table":"filter","name":"FORWARD","policy":"drop"}},{"chain":{"family":"inet","table":"fw","name":"in"}},{"rule":{"family":"ip","table":"filter","chain":"INPUT","expr":[]}},{"rule":{"family":"inet","table":"fw","chain":"in","expr":[]}},{"rule":{"family":"inet","table":"fw","chain":"in","expr":[]}}]}';
    const chains = (list: readonly { family: string; table: string; chain: string; rules: number; drops: boolean }[]) =>
      list.map((one) => [one.family, one.table, one.chain, one.rules, one.drops]);
    expect(chains(read(parseNftText(text, 'f')))).toEqual([
      ['ip', 'filter', 'INPUT', 1, false],
      ['ip', 'filter', 'FORWARD', 0, true],
      ['inet', 'fw', 'in', 2, false],
    ]);
    expect(chains(read(parseNftJson(json, 'f')))).toEqual(chains(read(parseNftText(text, 'f'))));
    expect(read(parseNftText(text, 'f')).map(({ managed }) => managed)).toEqual([true, true, false]);
    expect(read(parseNftJson('', 'f'))).toEqual([]);
    expect(errors(parseNftJson('[]', 'f').located)).toEqual(['error f:1:1+1 this is no nft ruleset']);
  });
});

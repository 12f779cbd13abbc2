import { describe, expect, it } from 'vitest';
import { parseAddress, printAddress, printMac } from '../../src/packet/address.ts';
import { parseDnsmasqCmdline } from '../../src/parse/dnsmasq/cmdline.ts';
import { parseDnsmasqConf, parseDnsmasqHosts } from '../../src/parse/dnsmasq/conf.ts';
import { parseNovaConf, printNovaConf } from '../../src/parse/host/nova.ts';
import { parseSs } from '../../src/parse/host/ss.ts';
import { parseSysctl, printSysctl } from '../../src/parse/host/sysctl.ts';
import { errors, placeless, read, said } from './said.ts';

describe('sysctl', () => {
  const keys = (text: string) =>
    [...read(parseSysctl(text, 'f')).settings].map(([key, { value }]) => `${key}=${value}`);

  it('reads any part of `sysctl -a`, and prints it back', () => {
    const text =
      'net.ipv4.ip_forward = 1\nnet.ipv4.tcp_rmem = 4096\t131072\t6291456\nkernel.domainname = (none)\nkernel.modprobe =\n';
    expect(printSysctl(read(parseSysctl(text, 'f')).settings)).toBe(text.replace('modprobe =', 'modprobe = '));
  });

  it('takes a key with several lines as the kernel prints it, unless it decides something', () => {
    expect(keys('kernel.core_modes = file\nkernel.core_modes = pipe\n')).toEqual(['kernel.core_modes=pipe']);
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
    const lacking = whole.filter((key) => complete([...whole, ...filler].filter((one) => one !== key)));
    expect(lacking).toEqual([]);
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

  it('shows what listens on IPv4, on IPv6, and on both', () => {
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
      [17, '::1', 83, undefined],
      [6, '0.0.0.0', 22, undefined],
      [6, '0.0.0.0', 80, undefined],
      [6, '::', 80, undefined],
      [6, '::', 81, undefined],
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
    expect(placeless(ps)).toEqual(placeless(proc));
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

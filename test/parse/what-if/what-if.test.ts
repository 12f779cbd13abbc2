import { describe, expect, it } from 'vitest';
import { interfaceOf, nodeOf, sysctl } from '../../../src/network/access.ts';
import type { Network } from '../../../src/network/network.ts';
import type { Rule } from '../../../src/network/ruleset.ts';
import { known } from '../../../src/network/unknown.ts';
import { type Change, whatIf } from '../../../src/parse/what-if/what-if.ts';
import { printLocated } from '../../../src/report/located.ts';
import { small } from '../../network/small.ts';

const change = (line: string): Change => {
  const space = line.indexOf(' ');
  return { option: line.slice(0, space) as Change['option'], text: line.slice(space + 1) };
};
const apply = (...lines: readonly string[]) => whatIf(lines.map(change), small);

function after(...lines: readonly string[]): Network {
  const { value, located } = apply(...lines);
  if (value === undefined) throw new Error(located.map((one) => printLocated(one)).join('\n'));
  return value;
}

function rules(network: Network, table: 'filter' | 'nat' = 'filter', chain = 'FORWARD'): readonly Rule[] {
  const { ruleset } = nodeOf(network, 'host');
  return ruleset.kind === 'known' ? (ruleset.value.tables.get(table)?.chains.get(chain)?.rules ?? []) : [];
}
const texts = (...args: Parameters<typeof rules>): string[] => rules(...args).map(({ text }) => text);
const complaints = (...lines: readonly string[]): string[] =>
  apply(...lines).located.map(({ place, message }) => `${place.file}:${place.line}:${place.column} ${message}`);
const advice = (line: string): string => apply(line).located[0]?.advice ?? '';

describe('what-ifs', () => {
  it('read every form of --set', () => {
    const host = (line: string) => nodeOf(after(`--set ${line}`), 'host');
    expect(sysctl(host('host:net.ipv4.ip_forward=0'), 'net.ipv4.ip_forward')).toEqual(known(0));
    expect(sysctl(host('host:net/ipv4/conf/eth0/rp_filter=2'), 'net.ipv4.conf.eth0.rp_filter')).toEqual(known(2));
    expect(interfaceOf(host('host:eth0.up=0'), 'eth0').up).toBe(false);
    expect(interfaceOf(host('host:eth0.promisc=on'), 'eth0').promisc).toBe(true);
    expect(interfaceOf(host('host:vnet0.hairpin=1'), 'vnet0').hairpin).toEqual(known(true));
    const { ruleset } = host('host:filter:INPUT:policy=DROP');
    expect(ruleset.kind === 'known' && ruleset.value.tables.get('filter')?.chains.get('INPUT')?.policy).toBe('DROP');
  });

  it('set a setting that no capture showed, and by a name of network.yaml', () => {
    const network = after(
      '--set router:net.ipv4.conf.all.rp_filter=1',
      '--set host:net.bridge.bridge-nf-call-iptables=0',
    );
    expect(sysctl(nodeOf(network, 'gateway'), 'net.ipv4.conf.all.rp_filter')).toEqual(known(1));
    expect(sysctl(nodeOf(network, 'host'), 'net.bridge.bridge-nf-call-iptables')).toEqual(known(0));
  });

  it('filter a link for all of its ends, for some, or for none', () => {
    const ends = (...lines: string[]) => after(...lines).links[0]?.ends.map(({ ownAddressOnly }) => ownAddressOnly);
    expect(ends('--set uplink.mac-filter=own')).toEqual([true, true]);
    expect(ends('--set uplink.mac-filter=host:eth0')).toEqual([true, false]);
    expect(ends('--set uplink.mac-filter=own', '--set uplink.mac-filter=none')).toEqual([false, false]);
  });

  it('delete rule N', () => {
    expect(texts(after('--delete host:filter:FORWARD:2'))).toEqual(['-A FORWARD -j RETURN', '-A FORWARD -j DROP']);
  });

  it('insert rule N, at the top without N, at the end with -A', () => {
    const rule = '-s 10.0.0.0/24 -p tcp -m tcp --dport 22 -j ACCEPT';
    const at = (where: string): number =>
      texts(after(`--insert host:-t filter ${where} ${rule}`)).indexOf(`-A FORWARD ${rule}`);
    expect(at('-I FORWARD')).toBe(0);
    expect(at('-I FORWARD 2')).toBe(1);
    expect(at('-I FORWARD 4')).toBe(3);
    expect(at('-A FORWARD')).toBe(3);
  });

  it('keep the place of every rule that was read, and give an inserted one the place of its argument', () => {
    const inserted = rules(after('--insert host:-I FORWARD 2 -j DROP'));
    expect(inserted.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(inserted.map(({ place }) => `${place.file}:${place.line}`)).toEqual([
      'host/iptables-save.txt:11',
      '--insert:1',
      'host/iptables-save.txt:12',
      'host/iptables-save.txt:13',
    ]);
  });

  it('use the filter table unless another is named, and make a table that nobody has used', () => {
    expect(texts(after('--insert host:-I FORWARD -j DROP'))[0]).toBe('-A FORWARD -j DROP');
    const nat = after('--insert host:-t nat -A POSTROUTING -s 10.0.0.0/24 -o eth0 -j MASQUERADE');
    expect(texts(nat, 'nat', 'POSTROUTING')).toEqual(['-A POSTROUTING -s 10.0.0.0/24 -o eth0 -j MASQUERADE']);
    expect(texts(nat)).toEqual(texts(small));
  });

  it('jump to a chain that is there', () => {
    expect(
      texts(after('--insert host:-I FORWARD -j guests', '--insert host:-A guests -j DROP'), 'filter', 'guests'),
    ).toEqual(['-A guests -j DROP']);
  });

  it('make several rules of a comma list, as iptables does', () => {
    expect(texts(after('--insert host:-A FORWARD -s 10.0.0.1,10.0.0.2 -j DROP')).slice(3)).toEqual([
      '-A FORWARD -s 10.0.0.1/32 -j DROP',
      '-A FORWARD -s 10.0.0.2/32 -j DROP',
    ]);
  });

  it('are carried out from left to right, across the options', () => {
    expect(texts(after('--insert host:-I FORWARD 1 -j DROP', '--delete host:filter:FORWARD:2'))).toEqual([
      '-A FORWARD -j DROP',
      '-A FORWARD -j ACCEPT',
      '-A FORWARD -j DROP',
    ]);
    expect(texts(after('--delete host:filter:FORWARD:2', '--insert host:-I FORWARD 1 -j DROP'))).toEqual([
      '-A FORWARD -j DROP',
      '-A FORWARD -j RETURN',
      '-A FORWARD -j DROP',
    ]);
  });

  it('leave the network as it was where there are none', () => {
    expect(after()).toBe(small);
  });
});

describe('what-ifs that cannot be read', () => {
  it.each([
    ['--set host:net.ipv4.ip_foward=1', '--set:1:6', 'net.ipv4.ip_forward'],
    ['--set hast:eth0.up=0', '--set:1:1', 'host'],
    ['--set host:eth9.up=0', '--set:1:6', 'eth0'],
    ['--set host:eth0.up=maybe', '--set:1:14', 'eth0.up=1'],
    ['--set host:eth0.hairpin=1', '--set:1:6', 'bridge ports'],
    ['--set host:net.ipv4.ip_forward=yes', '--set:1:26', 'whole number'],
    ['--set host:net.core.somaxconn=1', '--set:1:6', 'IFACE.up'],
    ['--set host:filter:FORWORD:policy=DROP', '--set:1:13', 'FORWARD'],
    ['--set host:filtr:FORWARD:policy=DROP', '--set:1:6', 'filter'],
    ['--set host:filter:FORWARD:policy=REJECT', '--set:1:28', 'ACCEPT or DROP'],
    ['--set gateway:filter:FORWARD:policy=DROP', '--set:1:9', 'iptables-save.txt'],
    ['--set host:eth0.up', '--set:1:13', 'node:KEY=VALUE'],
    ['--set uplnk.mac-filter=own', '--set:1:1', 'uplink'],
    ['--set uplink.mac-filter=host:eth7', '--set:1:19', 'host:eth0'],
    ['--delete host:filter:FORWARD:4', '--delete:1:21', 'changes to its left'],
    ['--delete host:filter:FORWARD:0', '--delete:1:21', 'counted from 1'],
    ['--delete host:filter:FORWARD', '--delete:1:1', 'TABLE:CHAIN:N'],
    ['--delete host:filter:gests:1', '--delete:1:13', 'guests'],
    ['--delete gateway:filter:FORWARD:1', '--delete:1:16', 'iptables-save.txt'],
    ['--insert host:-I FORWARD 9 -j DROP', '--insert:1:17', '3 rules'],
    ['--insert host:-I FORWARD -p tcp --dprot 22 -j DROP', '--insert:1:24', ''],
    ['--insert host:-t nta -I FORWARD -j DROP', '--insert:1:9', 'nat'],
    ['--insert hots:-I FORWARD -j DROP', '--insert:1:1', 'host'],
    ['--insert host:-D FORWARD 1', '--insert:1:6', '-I CHAIN'],
    ['--insert -I FORWARD -j DROP', '--insert:1:1', 'node:'],
    ['--insert host:-I FORWARD -j nowhere', '--insert:1:20', ''],
    ['--insert host:-I FORWARD -j FORWARD', '--insert:1:20', ''],
    ['--insert host:-t nat -I POSTROUTING -j DNAT --to-destination 10.0.0.9', '--insert:1:31', ''],
  ])('%s is wrong at %s', (line, place, hint) => {
    const { value, located } = apply(line);
    expect(value).toBeUndefined();
    expect(complaints(line)[0]).toMatch(new RegExp(`^${place} `));
    expect(advice(line)).toContain(hint);
    expect(located[0]?.line).toBe(line.slice(line.indexOf(' ') + 1));
  });

  it('are all reported at once, each with the how-manieth of its option', () => {
    expect(complaints('--set host:x=1', '--delete nobody:filter:FORWARD:1', '--set host:y=1')).toEqual([
      expect.stringMatching(/^--set:1:6 /),
      expect.stringMatching(/^--delete:1:1 /),
      expect.stringMatching(/^--set:2:6 /),
    ]);
  });

  it('refuse a loop of chains, as the kernel does', () => {
    expect(complaints('--insert host:-I FORWARD -j guests', '--insert host:-A guests -j guests')).toEqual([
      expect.stringMatching(/^--insert:2:.*loop/),
    ]);
  });

  it('say that a captured setting takes no part, instead of setting it without effect', () => {
    expect(complaints('--set host:net.core.somaxconn=1')[0]).toContain('takes no part in the model');
  });
});

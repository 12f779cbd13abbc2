import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IpSet, SetPart } from '../../src/network/ruleset.ts';
import { parseAddress } from '../../src/packet/address.ts';
import { parseAddress6 } from '../../src/packet/address6.ts';
import { printIpsets } from '../../src/parse/ipset/print.ts';
import { parseIpsetSave } from '../../src/parse/ipset.ts';

const address = (text: string): number => parseAddress(text) ?? Number.NaN;
const address6 = (text: string): bigint => parseAddress6(text) ?? -1n;
const at6 = (low: string, high = low, mask?: string): SetPart => ({
  kind: 'address',
  ...(mask !== undefined && { mask: address6(mask) }),
  ranges: [[address6(low), address6(high)]],
});
const at = (low: string, high = low): SetPart => ({ kind: 'address', ranges: [[address(low), address(high)]] });

function read(text: string): ReadonlyMap<string, IpSet> {
  const { value, located } = parseIpsetSave(text, 'ipset-save.txt');
  expect(located.filter(({ severity }) => severity === 'error')).toEqual([]);
  return value ?? new Map();
}
const parts = (text: string): readonly (readonly SetPart[])[] =>
  (read(text).get('s')?.entries ?? []).map((entry) => entry.parts);

describe('ipset save', () => {
  // as ipset 7.17 prints what a kernel holds
  // biome-ignore format: a table
  const CASES: readonly (readonly [string, readonly (readonly SetPart[])[]])[] = [
    ['create s hash:ip family inet hashsize 1024 maxelem 65536\nadd s 10.1.2.3', [[at('10.1.2.3')]]],
    ['create s hash:ip netmask 24\nadd s 10.1.2.0', [[at('10.1.2.0', '10.1.2.255')]]],
    ['create s hash:ip bitmask 255.0.255.0\nadd s 1.0.3.0', [[{ kind: 'address', mask: 0xff00ff00, ranges: [[0x01000300, 0x01000300]] }]]],
    ['create s hash:net\nadd s 10.0.0.0/8', [[at('10.0.0.0', '10.255.255.255')]]],
    ['create s hash:net\nadd s 10.2.0.0-10.2.0.6', [[at('10.2.0.0', '10.2.0.3')], [at('10.2.0.4', '10.2.0.5')], [at('10.2.0.6')]]],
    ['create s hash:ip,port\nadd s 1.2.3.4,tcp:80', [[at('1.2.3.4'), { kind: 'port', protocol: 6, ranges: [[80, 80]] }]]],
    ['create s hash:ip,port\nadd s 1.2.3.4,80', [[at('1.2.3.4'), { kind: 'port', protocol: 6, ranges: [[80, 80]] }]]],
    ['create s hash:ip,port\nadd s 1.2.3.4,udp:53-55', [[at('1.2.3.4'), { kind: 'port', protocol: 17, ranges: [[53, 55]] }]]],
    ['create s hash:ip,port\nadd s 1.2.3.4,icmp:echo-request', [[at('1.2.3.4'), { kind: 'port', protocol: 1, ranges: [[2048, 2048]] }]]],
    ['create s hash:ip,port\nadd s 1.2.3.4,icmp:3/4', [[at('1.2.3.4'), { kind: 'port', protocol: 1, ranges: [[772, 772]] }]]],
    ['create s hash:ip,port\nadd s 1.2.3.4,gre:0', [[at('1.2.3.4'), { kind: 'port', protocol: 47, ranges: [[0, 0]] }]]],
    ['create s hash:net,iface\nadd s 0.0.0.0/0,physdev:eth1', [[at('0.0.0.0', '255.255.255.255'), { kind: 'interface', name: 'eth1', physical: true }]]],
    ['create s hash:net,iface\nadd s 10.0.0.0/8,eth wildcard', [[at('10.0.0.0', '10.255.255.255'), { kind: 'interface', name: 'eth+', physical: false }]]],
    ['create s hash:ip,mark markmask 0xff\nadd s 1.2.3.4,0x000001ff', [[at('1.2.3.4'), { kind: 'mark', mask: 0xff, ranges: [[0xff, 0xff]] }]]],
    ['create s hash:mac\nadd s 02:00:00:00:00:01', [[{ kind: 'mac', ranges: [[0x020000000001, 0x020000000001]] }]]],
    ['create s bitmap:port range 0-1024\nadd s 100', [[{ kind: 'port', ranges: [[100, 100]] }]]],
    ['create s bitmap:ip,mac range 192.168.0.0/24\nadd s 192.168.0.1', [[at('192.168.0.1'), { kind: 'mac', ranges: [[0, 0xffffffffffff]] }]]],
    ['create s hash:net,net\nadd s 10.0.0.0/8,1.2.3.4', [[at('10.0.0.0', '10.255.255.255'), at('1.2.3.4')]]],
    ['create s hash:ip,port,net\nadd s 1.2.3.4,tcp:80,10.0.0.0/8 timeout 5 packets 1 bytes 2 comment "a b" skbmark 0x1/0xff', [[at('1.2.3.4'), { kind: 'port', protocol: 6, ranges: [[80, 80]] }, at('10.0.0.0', '10.255.255.255')]]],
    ['create s hash:ip family inet6\nadd s 2001:db8::1', [[at6('2001:db8::1')]]],
    ['create s hash:ip family inet6 netmask 64\nadd s 2001:db8::', [[at6('2001:db8::', '2001:db8::ffff:ffff:ffff:ffff')]]],
    ['create s hash:ip family inet6 bitmask ffff::ffff\nadd s 2001:db8::1', [[at6('2001::1', '2001::1', 'ffff::ffff')]]],
    ['create s hash:net,port family inet6\nadd s 2001:db8::1/32,icmpv6:echo-request', [[at6('2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'), { kind: 'port', protocol: 58, ranges: [[32768, 32768]] }]]],
  ];
  it.each(CASES)('%s', (text, wanted) => {
    expect(parts(text)).toEqual(wanted);
  });

  it('keeps `nomatch` and the order of a list', () => {
    const sets = read(
      'create n hash:net\nadd n 10.0.0.0/8\nadd n 10.1.0.0/16 nomatch\ncreate l list:set size 8\ncreate m hash:net\nadd l n\nadd l m before n',
    );
    expect(sets.get('n')?.entries.map(({ nomatch }) => nomatch)).toEqual([false, true]);
    expect(sets.get('l')?.entries.map((entry) => entry.parts)).toEqual([
      [{ kind: 'set', name: 'm' }],
      [{ kind: 'set', name: 'n' }],
    ]);
  });

  it.each([
    ['create s hash:foo', 1, 10, 'no type of sets `hash:foo`'],
    ['add s 1.2.3.4', 1, 5, 'no set `s`'],
    // 0.0.0.0/8 to ipset, 10.0.0.0/8 to iptables -s
    ['create s hash:net\nadd s 10/8', 2, 7, '`10` is not an IPv4 address'],
    ['create s hash:ip\nadd s 1.2.3.400', 2, 7, '`1.2.3.400` is not an IPv4 address'],
    ['create s hash:ip,port\nadd s 1.2.3.4,tcp:99999', 2, 15, '`99999` is no port'],
    ['create s hash:ip,port\nadd s 1.2.3.4', 2, 7, '`1.2.3.4` is no entry of hash:ip,port'],
    ['create s hash:ip\nadd s 1.2.3.4 foo', 2, 15, 'unknown word `foo` behind an entry'],
    ['create s list:set\nadd s other', 1, 8, 'list `s` holds set `other`, which is not there'],
  ])('says where `%s` is wrong', (text, line, column, message) => {
    const { value, located } = parseIpsetSave(text, 'ipset-save.txt');
    expect(value).toBeUndefined();
    expect(located[0]).toMatchObject({ place: { line, column }, message });
  });

  it('reads back what it prints', () => {
    for (const [text] of CASES) {
      const sets = read(text);
      const entries = (of: ReadonlyMap<string, IpSet>) =>
        [...of.values()].map(({ name, type, entries }) => ({ name, type, entries }));
      expect(entries(read(printIpsets(sets)))).toEqual(entries(sets));
    }
  });

  const corpus = join(import.meta.dirname, '../../../shared/corpora/ipset');
  it.skipIf(!existsSync(corpus))('reads every dump of the corpora', () => {
    for (const file of readdirSync(corpus)) {
      const { located } = parseIpsetSave(readFileSync(join(corpus, file), 'utf8'), file);
      expect(located.filter(({ severity }) => severity === 'error')).toEqual([]);
    }
  });
});

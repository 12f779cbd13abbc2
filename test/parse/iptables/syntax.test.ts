import { describe, expect, it } from 'vitest';
import type { Rule, Ruleset, Table } from '../../../src/network/ruleset.ts';
import { parseIptablesList } from '../../../src/parse/iptables/list.ts';
import { printRuleset } from '../../../src/parse/iptables/print.ts';
import { parseIptablesSave } from '../../../src/parse/iptables/save.ts';

function read(text: string): Ruleset {
  const { value, located } = parseIptablesSave(text, 'iptables-save.txt');
  expect(located.filter(({ severity }) => severity === 'error')).toEqual([]);
  return value as Ruleset;
}

const filter = (text: string): Table => read(`*filter\n${text}\nCOMMIT\n`).tables.get('filter') as Table;
const rules = (text: string, chain = 'INPUT'): readonly Rule[] => filter(text).chains.get(chain)?.rules ?? [];
const saved = (text: string): readonly string[] => rules(text).map((rule) => rule.text);

/** A rule of INPUT as it is saved. */
const one = (text: string): string => saved(`-A INPUT ${text}`)[0]?.replace('-A INPUT ', '') ?? 'refused';

describe('the ways to write a rule', () => {
  // biome-ignore format: a table
  it.each([
    // long options and their unambiguous beginnings
    ['--source 10.0.0.0/8 --destination 10.1.0.0/16 --jump DROP', '-s 10.0.0.0/8 -d 10.1.0.0/16 -j DROP'],
    ['--src 10.0.0.1 --dst 10.0.0.2 --in-int eth+ --proto tcp', '-s 10.0.0.1/32 -d 10.0.0.2/32 -i eth+ -p tcp'],
    ['-p tcp --destination-port 22 --source-port 1024:', '-p tcp -m tcp --sport 1024:65535 --dport 22'],
    ['-p tcp --dport=22 --jump=ACCEPT', '-p tcp -m tcp --dport 22 -j ACCEPT'],
    ['-ptcp -s10.0.0.1 -jACCEPT', '-s 10.0.0.1/32 -p tcp -j ACCEPT'],
    // negation before and, as older versions wrote it, behind the option
    ['! -s 10.0.0.1 -j DROP', '! -s 10.0.0.1/32 -j DROP'],
    ['-s ! 10.0.0.1 -i ! eth0 -p ! udp', '! -s 10.0.0.1/32 ! -i eth0 ! -p udp'],
    ['-p tcp --dport ! 22', '-p tcp -m tcp ! --dport 22'],
    ['! -f -j DROP', '! -f -j DROP'],
    // addresses and masks
    ['-s 10.11.12.13/255.255.0.0', '-s 10.11.0.0/16'],
    ['-s 10.11.12.13/255.0.255.0', '-s 10.0.12.0/255.0.255.0'],
    ['-s 10/8 -d 10.1/16', '-s 10.0.0.0/8 -d 10.1.0.0/16'],
    ['-s 0/0 ! -d 0.0.0.0/0', '! -d 0.0.0.0/0'],
    // protocols and ports by name and by number
    ['-p 6 -m tcp --dport 80', '-p tcp -m tcp --dport 80'],
    ['-p TCP --dport http', '-p tcp -m tcp --dport 80'],
    ['-p 58', '-p ipv6-icmp'],
    ['-p 253', '-p 253'],
    ['-p all', ''],
    ['-p icmp --icmp-type ping', '-p icmp -m icmp --icmp-type 8'],
    // matches: implied by the protocol, before it, twice
    ['-m tcp --dport 1 -p tcp', '-p tcp -m tcp --dport 1'],
    ['-p tcp -m tcp -m tcp --dport 8', '-p tcp -m tcp -m tcp --dport 8'],
    ['-p tcp -m comment --comment a -m tcp --dport 22', '-p tcp -m comment --comment a -m tcp --dport 22'],
    ['-m comment --comment a -m comment --comment "b c"', '-m comment --comment a -m comment --comment "b c"'],
    ['-m comment --comment "it\'s \\"x\\" \\\\"', '-m comment --comment "it\\\'s \\"x\\" \\\\"'],
    // extensions that nobody has written are kept, not skipped
    ['-m policy --pol ipsec --dir in -j DROP', '-m policy --dir in --pol ipsec -j DROP'],
    ['-m psd --psd-hi-ports-weight 2 --psd-delay-threshold 3 -j DROP', '-m psd --psd-hi-ports-weight 2 --psd-delay-threshold 3 -j DROP'],
    ['-m layer7 --l7dir "a b" --l7proto x', '-m layer7 --l7dir "a b" --l7proto x'],
    ['-m nosuchmatch --foo 1 ! --bar x y -j DROP', '-m nosuchmatch --foo 1 ! --bar x y -j DROP'],
    ['-p tcp -m nosuchmatch --foo 1 -m tcp --dport 22 -j DROP', '-p tcp -m nosuchmatch --foo 1 -m tcp --dport 22 -j DROP'],
    ['-j NFQUEUE --queue-num 3', '-j NFQUEUE --queue-num 3'],
    ['-c 10 20 -j ACCEPT', '-j ACCEPT'],
  ])('%s', (text, wanted) => {
    expect(one(text)).toBe(wanted === '' ? '-A INPUT' : wanted);
  });

  it('makes a rule of every pair of addresses, sources outside', () => {
    expect(saved('-A INPUT -s 10.0.0.1,10.0.0.2 -d 10.0.0.3,10.0.0.4 -j DROP')).toEqual([
      '-A INPUT -s 10.0.0.1/32 -d 10.0.0.3/32 -j DROP',
      '-A INPUT -s 10.0.0.1/32 -d 10.0.0.4/32 -j DROP',
      '-A INPUT -s 10.0.0.2/32 -d 10.0.0.3/32 -j DROP',
      '-A INPUT -s 10.0.0.2/32 -d 10.0.0.4/32 -j DROP',
    ]);
  });

  it('leaves the options of an extension that nobody has written out of the rule, so that it becomes an unknown', () => {
    const [rule] = rules('-A INPUT -m geoip --src-cc DE -j TARPIT --tarpit');
    expect(rule?.matches).toEqual([{ name: 'geoip', text: '-m geoip --src-cc DE' }]);
    expect(rule?.action).toEqual({ kind: 'target', name: 'TARPIT', text: '-j TARPIT --tarpit' });
  });

  it('takes a name for a chain where the table has one, and for a target elsewhere', () => {
    const actions = (text: string) => rules(text).map(({ action }) => action.kind);
    expect(
      actions(':mine - [0:0]\n-A INPUT -j mine\n-A INPUT -g mine\n-A INPUT -j ACCEPT\n-A INPUT -s 10.0.0.1'),
    ).toEqual(['jump', 'goto', 'target', 'none']);
  });
});

describe('the lines of a dump', () => {
  it('reads several tables, counters, comments, CRLF and text around', () => {
    const dump =
      'root@host:~# iptables-save\r\n# Generated\r\n*nat\r\n:PREROUTING ACCEPT [1:2]\r\nCOMMIT\r\n* filter\r\n:INPUT DROP [0:0]\r\n' +
      '[3:4] -A INPUT -i lo -j ACCEPT\r\nCOMMIT\r\n';
    const { value, located } = parseIptablesSave(dump, 'iptables-save.txt');
    expect([...(value?.tables.keys() ?? [])]).toEqual(['nat', 'filter']);
    expect(value?.tables.get('filter')?.chains.get('INPUT')).toMatchObject({
      policy: 'DROP',
      rules: [{ number: 1, place: { line: 8, column: 1 } }],
    });
    expect(located).toMatchObject([{ severity: 'note', place: { line: 1, column: 1 } }]);
  });

  it('of two dumps in one file are those of the last, as for iptables-restore, and it is said', () => {
    const dump = '*filter\n:INPUT DROP [0:0]\nCOMMIT\n';
    const { value, located } = parseIptablesSave(`${dump}${dump.replace('DROP', 'ACCEPT')}`, 'f');
    expect(value?.tables.get('filter')?.chains.get('INPUT')?.policy).toBe('ACCEPT');
    expect(located.map(({ severity, place: { line }, message }) => `${severity} ${line} ${message}`)).toEqual([
      'note 4 table filter stands here a second time: the last one counts',
    ]);
    expect(parseIptablesSave(`${dump}*nat\nCOMMIT\n`, 'f').located).toEqual([]);
  });

  it.each([
    ['iptables-save v1.8.9', 'iptables-save v1.8.9 (nf_tables)'],
    ['iptables-legacy-save v1.8.9', 'iptables-nft-save v1.8.9 (nf_tables)'],
    ['iptables-save v1.6.1', 'ip6tables-save v1.6.1'],
  ])('of %s and %s are both in force: neither alone is what counts', (...heads) => {
    const text = heads.map((head) => `# Generated by ${head} on Sun Jan  5\n*filter\n:INPUT DROP [0:0]\nCOMMIT\n`);
    const located = parseIptablesSave(text.join(''), 'f').located;
    expect(located.map(({ severity, place: { line } }) => `${severity} ${line}`)).toEqual(['error 6']);
  });

  it('says what iptables-nft could not show', () => {
    const of = (comment: string) => parseIptablesSave(`${comment}\n*filter\nCOMMIT\n`, 'iptables-save.txt').located;
    expect(of('# Warning: iptables-legacy tables present, use iptables-legacy-save to see them')).toMatchObject([
      { severity: 'note' },
    ]);
    expect(of("# Table `nat' is incompatible, use 'nft' tool.")).toMatchObject([{ severity: 'note' }]);
    expect(of('# Generated by iptables-save v1.8.9')).toEqual([]);
  });

  it('carries out the commands of a restore file in order', () => {
    const text = [
      ':INPUT ACCEPT [0:0]',
      '-N mine',
      '-P INPUT DROP',
      '-A INPUT -s 10.0.0.1',
      '-I INPUT -s 10.0.0.2',
      '-I INPUT 2 -s 10.0.0.3,10.0.0.4',
      '-A INPUT -s 10.0.0.5',
      '-D INPUT 1',
      '-D INPUT -s 10.0.0.5',
      '-R INPUT 1 -s 10.0.0.6',
      '-A mine -j DROP',
      '-F mine',
      '-X mine',
      '-Z',
    ].join('\n');
    const table = filter(text);
    expect(table.chains.get('INPUT')?.policy).toBe('DROP');
    expect(saved(text)).toEqual(['-A INPUT -s 10.0.0.6/32', '-A INPUT -s 10.0.0.3/32', '-A INPUT -s 10.0.0.1/32']);
    expect(table.chains.has('mine')).toBe(false);
  });

  it('numbers rules as `iptables -L --line-numbers` does', () => {
    expect(rules('-A INPUT -j DROP\n-A FORWARD -j DROP\n-A INPUT -j ACCEPT').map(({ number }) => number)).toEqual([
      1, 2,
    ]);
  });

  it('reads a listing of `iptables -S`', () => {
    const { value, located } = parseIptablesList(
      '-P INPUT DROP\n-N mine\n-A INPUT -j mine\n-A mine -j RETURN\n',
      'filter',
      'S.txt',
    );
    expect(located).toEqual([]);
    expect(value?.tables.get('filter')?.chains.get('INPUT')).toMatchObject({
      policy: 'DROP',
      rules: [{ text: '-A INPUT -j mine' }],
    });
    expect(value?.tables.get('filter')?.chains.get('mine')?.policy).toBeUndefined();
  });

  it('prints what `iptables-save` prints', () => {
    const dump =
      '*filter\n:INPUT DROP [0:0]\n:mine - [0:0]\n-A INPUT -j mine\n-A mine -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n';
    expect(printRuleset(read(dump))).toBe(dump);
  });
});

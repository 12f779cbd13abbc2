import { describe, expect, it } from 'vitest';
import { parseIptablesSave } from '../../../src/parse/iptables/save.ts';

const errors = (text: string) =>
  parseIptablesSave(text, 'rules').located.filter(({ severity }) => severity === 'error');
const inFilter = (rule: string) => errors(`*filter\n:mine - [0:0]\n${rule}\nCOMMIT\n`);

describe('errors say where', () => {
  // biome-ignore format: a table
  it.each([
    ['-A INPUT -s www.example.org -j DROP', 13, '`www.example.org` is a host name'],
    ['-A INPUT -s 10.0.0.300', 13, '`10.0.0.300` is not an IPv4 address'],
    ['-A INPUT -s 10.0.0.0/33', 13, '`/33` is no mask'],
    ['-A INPUT -p tcp --dport 65536', 25, '`65536` is no port'],
    ['-A INPUT -p tcp --dport 90:80', 25, '`90:80` runs backwards'],
    ['-A INPUT -p tpc', 13, '`tpc` is no protocol'],
    ['-A INPUT --dport 22 -p tcp', 10, 'unknown option `--dport`'],
    ['-A INPUT -p tcp --dport 22 --dport 23', 28, '`--dport` stands twice'],
    ['-A INPUT -p tcp -p udp', 17, '`-p` stands twice'],
    ['-A INPUT -j ACCEPT -j DROP', 20, '`-j` stands twice'],
    ['-A INPUT -j ACCEPT -g mine', 20, '`-g` stands twice'],
    ['-A INPUT -m tcp --dport 22', 13, 'tcp: the rule must name its protocol with `-p`'],
    ['-A INPUT ! -p tcp -m tcp --dport 22', 22, 'tcp: the rule must name its protocol with `-p`'],
    ['-A INPUT -j missing', 13, 'table filter has no chain `missing`'],
    ['-A INPUT -j FORWARD', 13, 'built-in chain `FORWARD` cannot be jumped to'],
    ['-A nowhere -j DROP', 4, 'table filter has no chain `nowhere`'],
    ['-A INPUT -j DNAT --to-destination 10.0.0.1', 13, 'DNAT: it may stand in table nat only'],
    ['-A INPUT -m state --state NEW,BAD', 27, '`BAD` is no state'],
    ['-A INPUT -m state', 13, 'state: `--state` is missing'],
    ['-A INPUT ! -j DROP', 10, '`-j` cannot be negated'],
    ['-A INPUT -j DROP !', 18, 'nothing stands behind this `!`'],
    ['-A INPUT -i', 10, '`-i` needs an argument'],
    ['-A INPUT -i averyveryverylongname', 13, '`averyveryverylongname` is longer than 15 characters'],
    ['-A INPUT -o eth0', 1, '`-o` cannot stand in INPUT: nothing goes out there yet'],
    ['-A INPUT stray -j DROP', 10, '`stray` stands where an option should'],
    ['-A INPUT -m comment --comment "open', 31, 'the quote is not closed'],
    ['-A INPUT -p tcp --s 1', 17, '`--s` could be --source or --src or --set-counters'],
    ['-I INPUT 3 -j DROP', 10, 'chain INPUT has no place 3'],
    ['-P mine DROP', 4, '`mine` is no built-in chain of filter: it has no policy'],
    ['-A INPUT -j REJECT --reject-with tcp-reset', 13, 'REJECT: a TCP reset answers only `-p tcp`'],
    ['INPUT -j DROP', 1, 'this looks like a rule, but does not begin like one'],
  ])('%s', (rule, column, message) => {
    expect(inFilter(rule)[0]).toMatchObject({ place: { file: 'rules', line: 3, column }, message, line: rule });
  });

  it('says all of them at once, in file order', () => {
    expect(
      errors('*filter\n-A INPUT -s x.y -p nope -j DROP\n-A INPUT -j gone\nCOMMIT\n').map(({ place }) => [
        place.line,
        place.column,
      ]),
    ).toEqual([
      [2, 13],
      [2, 20],
      [3, 13],
    ]);
  });

  it.each([
    ['*filtre\nCOMMIT\n', 1, 2, 'no table `filtre`'],
    ['-A INPUT -j DROP\n', 1, 1, 'a rule outside of a table'],
    ['*filter\n-A INPUT -j DROP\n', 1, 2, 'table filter has no `COMMIT`'],
    ['*filter\n:INPUT MAYBE [0:0]\nCOMMIT\n', 2, 8, '`MAYBE` is no policy'],
    [
      '*filter\n:a - [0:0]\n:b - [0:0]\n-A INPUT -j a\n-A a -j b\n-A b -j a\nCOMMIT\n',
      6,
      9,
      'the chains run in a loop: `a` leads back to itself',
    ],
    [
      '*nat\n:a - [0:0]\n-A a -j MASQUERADE\n-A PREROUTING -j a\nCOMMIT\n',
      3,
      9,
      'MASQUERADE: it cannot be asked from PREROUTING, only from POSTROUTING',
    ],
  ])('of a whole dump: %j', (text, line, column, message) => {
    expect(errors(text)[0]).toMatchObject({ place: { line, column }, message });
  });

  it('lets a loop stand that no packet can reach, as the kernel does', () => {
    expect(errors('*filter\n:a - [0:0]\n-A a -j a\nCOMMIT\n')).toEqual([]);
  });
});

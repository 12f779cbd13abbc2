import { describe, expect, it } from 'vitest';
import type { FrameRule } from '../../../src/network/frame-rules.ts';
import { parseArptablesSave } from '../../../src/parse/frames/arptables.ts';
import { printArpRules } from '../../../src/parse/frames/print.ts';
import { errors, read } from '../said.ts';

const HEAD = '*filter\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:FORWARD DROP\n:own -\n';
const one = (rule: string): FrameRule =>
  [...read(parseArptablesSave(`${HEAD}${rule}\n`, 'f')).values()].flatMap(({ rules }) => rules)[0] as FrameRule;
const wrong = (line: string) => errors(parseArptablesSave(`${HEAD}${line}\n`, 'f').located);

/** As `arptables-save` of iptables-nft 1.8.9 printed the rules that it had been given. */
// biome-ignore format: a table
const PRINTED = [
  '-A INPUT -j DROP -i eth0 -s 10.0.0.1 -d 10.0.0.0/8',
  '-A INPUT -j ACCEPT ! -i eth+ ! -s 10.0.0.1 ! -d 10.0.0.0/8',
  '-A INPUT -j ACCEPT -s 10.0.0.0/255.0.255.0',
  '-A INPUT -j ACCEPT ! --src-mac 02:00:00:00:00:01',
  '-A INPUT -j ACCEPT --opcode 1 --proto-type 0x800',
  '-A INPUT -j ACCEPT ! --opcode 1 ! --h-type 2 ! --proto-type 0x801',
  '-A INPUT -j ACCEPT --h-type 31 --proto-type 0x800',
  '-A INPUT -j ACCEPT --h-length 6',
  '-A INPUT -j own',
  '-A INPUT',
  '-A OUTPUT -j mangle -o eth0 --mangle-ip-s 10.0.0.9',
  '-A OUTPUT -j mangle -o eth0 --mangle-ip-s 10.0.0.9 --mangle-mac-s 02:00:00:00:00:01 --mangle-ip-d 10.0.0.10 --mangle-mac-d 02:00:00:00:00:02 --mangle-target CONTINUE',
  '-A OUTPUT -j CLASSIFY -o eth0 --set-class 1:2',
  '-A OUTPUT -j MARK --set-mark 5',
  '-A OUTPUT -j MARK --and-mark 1f',
  '-A FORWARD -j DROP -i eth0 -o eth1',
  '-A own -j RETURN',
];

describe('what arptables-save printed', () => {
  it.each(PRINTED)('is printed as it was: %s', (rule) => {
    expect(one(rule).text).toBe(rule);
  });

  it('is printed whole as it was, counters and comments left out', () => {
    const text = `${HEAD}${PRINTED.join('\n')}\n`;
    expect(printArpRules(read(parseArptablesSave(text.replaceAll('-A ', '[1:2] -A '), 'f')))).toBe(text);
    expect(printArpRules(read(parseArptablesSave('', 'f')))).toBe('');
  });

  it('of the legacy flavour names every interface: `*` is any', () => {
    expect(one('-A INPUT -j DROP -i eth0 -o * -s 10.0.0.1 ').text).toBe('-A INPUT -j DROP -i eth0 -s 10.0.0.1');
    expect(one('-A INPUT -i * -o * ').tests).toEqual([]);
    expect(one('-A INPUT -j ACCEPT -i * -o * --h-length 6 --opcode 1 --h-type 1 --proto-type 0x800 ').tests).toEqual([
      { kind: 'arp hardware length', inverted: false, bytes: 6 },
      { kind: 'arp operation', inverted: false, operation: 1 },
      { kind: 'arp hardware type', inverted: false, type: 1 },
      { kind: 'arp protocol type', inverted: false, type: 0x800 },
    ]);
  });
});

describe('a rule of arptables', () => {
  it('tests the addresses inside of the ARP packet', () => {
    expect(one('-A INPUT -j DROP -s 10.0.0.0/8 ! -d 10.0.0.1 --src-mac 02:00:00:00:00:01').tests).toEqual([
      { kind: 'arp source', inverted: false, of: { address: 0x0a000000, mask: 0xff000000 } },
      { kind: 'arp destination', inverted: true, of: { address: 0x0a000001, mask: 0xffffffff } },
      { kind: 'arp mac source', inverted: false, of: { address: 0x020000000001, mask: 0xffffffffffff } },
    ]);
  });

  it('a mask on a number is an unknown with its reason', () => {
    expect(one('-A INPUT -j ACCEPT --opcode 1/3').tests).toEqual([
      { kind: 'unknown', inverted: false, reason: '--opcode: a mask on it is not modelled' },
    ]);
    expect(one('-A INPUT -j ACCEPT --proto-type 0x800/ff').tests).toMatchObject([{ kind: 'unknown' }]);
  });

  it('goes on as its target says', () => {
    expect(one('-A OUTPUT -j mangle --mangle-ip-s 10.0.0.9').action).toEqual({
      kind: 'mangle',
      source: 0x0a000009,
      then: 'ACCEPT',
    });
    expect(one('-A OUTPUT -j CLASSIFY --set-class 1:2').action).toEqual({ kind: 'verdict', verdict: 'CONTINUE' });
    expect(one('-A OUTPUT -j MARK --or-mark 10').action).toEqual({
      kind: 'mark',
      how: 'or',
      value: 16,
      then: 'CONTINUE',
    });
    expect(one('-A INPUT -j QUEUE').action).toEqual({ kind: 'unknown', reason: 'target QUEUE is not modelled' });
  });

  it('an own chain returns, a built-in one has its policy', () => {
    const chains = read(parseArptablesSave(HEAD, 'f'));
    expect([...chains.values()].map(({ name, policy, builtIn }) => [name, policy, builtIn])).toEqual([
      ['INPUT', 'ACCEPT', true],
      ['OUTPUT', 'ACCEPT', true],
      ['FORWARD', 'DROP', true],
      ['own', 'RETURN', false],
    ]);
  });
});

describe('a mistake in a listing of arptables', () => {
  // biome-ignore format: a table
  it.each([
    ['-A INPUT -j DROP -s 10.0.0.300',         '21+10 `10.0.0.300` is not an IPv4 address'],
    ['-A INPUT -j DROP --opcode 70000',        '27+5 `70000` is not a number from 0 to 65535'],
    ['-A INPUT -j mangle --mangle-ip-s x',     '34+1 `x` is no IPv4 address'],
    ['-A INPUT -j DROP --mangle-ip-s 1.1.1.1', '18+13 `--mangle-ip-s` is no argument of this rule\'s target'],
    ['-A OUTPUT -j DROP -i eth0',              '1+25 `-i` cannot stand in OUTPUT: nothing comes in there'],
    ['-A own -j own',                          '1+13 the chains run in a loop: `own` leads back to itself'],
    ['*nat',                                   '1+4 arptables has no table `nat`'],
  ])('is an error where it stands: %s', (line, what) => {
    expect(wrong(line)).toEqual([`error f:6:${what}`]);
  });
});

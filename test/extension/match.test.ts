import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/packet/address.ts';
import { CT_STATE, CT_STATUS, PROTOCOL, TCP_FLAG } from '../../src/packet/field.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { asked, contextOf, setsOf } from './ask.ts';

const at = (text: string): number => parseAddress(text) ?? Number.NaN;
const tcp = { proto: PROTOCOL.TCP };
const udp = { proto: PROTOCOL.UDP };
const icmp = { proto: PROTOCOL.ICMP };
const { INVALID, NEW, ESTABLISHED, RELATED, UNTRACKED } = CT_STATE;

type Row = readonly [rule: string, packet: Partial<Packet>, matched: boolean | 'unknown'];

describe('`!` belongs to the match: a later fragment has no ports, so no port match holds for it', () => {
  it.each<Row>([
    ['-p tcp -m tcp ! --dport 22', { ...tcp, dport: 80 }, true],
    ['-p tcp -m tcp ! --dport 22', { ...tcp, dport: 22 }, false],
    ['-p tcp -m tcp ! --dport 22', { ...tcp, fragment: 1 }, false],
    ['-p tcp -m tcp', { ...tcp, fragment: 1 }, false],
    ['-p udp -m udp ! --sport 53', { ...udp, fragment: 1 }, false],
    ['-p udp -m multiport ! --dports 53,67', { ...udp, dport: 80 }, true],
    ['-p udp -m multiport ! --dports 53,67', { ...udp, fragment: 1 }, false],
    ['-p icmp -m icmp ! --icmp-type 8', { ...icmp, icmpType: 0 }, true],
    ['-p icmp -m icmp ! --icmp-type 8', { ...icmp, icmpType: 0, fragment: 1 }, false],
    ['-m comment --comment x', { fragment: 1 }, true],
  ])('%s on %j: %s', (rule, packet, matched) => {
    expect(asked(rule, packet)).toBe(matched);
  });
});

describe('tcp, icmp and multiport', () => {
  it.each<Row>([
    ['-p tcp --syn', { ...tcp, tcpFlags: TCP_FLAG.SYN }, true],
    ['-p tcp --syn', { ...tcp, tcpFlags: TCP_FLAG.SYN | TCP_FLAG.PSH | TCP_FLAG.ECE }, true],
    ['-p tcp --syn', { ...tcp, tcpFlags: TCP_FLAG.SYN | TCP_FLAG.ACK }, false],
    ['-p tcp ! --syn', { ...tcp, tcpFlags: TCP_FLAG.SYN | TCP_FLAG.ACK }, true],
    ['-p tcp --tcp-flags NONE SYN', { ...tcp, tcpFlags: TCP_FLAG.SYN }, false],
    ['-p tcp --tcp-option 4', { ...tcp }, 'unknown'],
    ['-p tcp --tcp-option 4 --dport 22', { ...tcp, dport: 23 }, false],
    ['-p icmp --icmp-type 3', { ...icmp, icmpType: 3, icmpCode: 9 }, true],
    ['-p icmp --icmp-type 3/4', { ...icmp, icmpType: 3, icmpCode: 3 }, false],
    ['-p icmp --icmp-type any', { ...icmp, icmpType: 254 }, true],
    ['-p icmp ! --icmp-type any', { ...icmp, icmpType: 254 }, false],
    ['-p tcp -m multiport --ports 80:90', { ...tcp, sport: 85, dport: 1 }, true],
    ['-p tcp -m multiport --dports 80:90', { ...tcp, sport: 85, dport: 1 }, false],
  ])('%s on %j: %s', (rule, packet, matched) => {
    expect(asked(rule, packet)).toBe(matched);
  });
});

// each row as Linux 6.18 answered it
describe('conntrack', () => {
  it.each<Row>([
    ['-m conntrack --ctstate NEW', { ctState: NEW }, true],
    ['-m conntrack --ctstate INVALID', { ctState: INVALID }, true],
    ['-m conntrack --ctstate INVALID', { ctState: UNTRACKED }, false],
    ['-m conntrack --ctstate DNAT', { ctState: NEW, ctStatus: CT_STATUS.DNAT }, true],
    ['-m conntrack ! --ctstate DNAT', { ctState: NEW, ctStatus: CT_STATUS.DNAT }, false],
    ['-m conntrack ! --ctstate DNAT', { ctState: INVALID, ctStatus: CT_STATUS.DNAT }, true],
    // a packet without an entry is judged by its state alone …
    ['-m conntrack --ctstate INVALID --ctorigsrc 9.9.9.9', { ctState: INVALID }, true],
    // … and never matches where the state is not asked, `!` or not
    ['-m conntrack --ctorigsrc 9.9.9.9', { ctState: INVALID, ctOrigSrc: at('9.9.9.9') }, false],
    ['-m conntrack ! --ctorigsrc 9.9.9.9', { ctState: INVALID }, false],
    ['-m conntrack ! --ctorigsrc 9.9.9.9', { ctState: NEW }, true],
    ['-m conntrack --ctorigsrc 9.9.9.0/24', { ctState: NEW, ctOrigSrc: at('9.9.9.7') }, true],
    ['-m conntrack --ctorigdstport 80:90', { ctState: NEW, ctOrigDport: 91 }, false],
    ['-m conntrack --ctorigdstport 80:90', { ctState: NEW, ctOrigDport: 90 }, true],
    ['-m conntrack --ctorigdstport 80:90', { ctState: NEW, ctOrigDport: 80 }, true],
    ['-m conntrack --ctorigdstport 80:90', { ctState: NEW, ctOrigDport: 79 }, false],
    ['-m conntrack --ctrepldst 9.9.9.9', { ctState: NEW, ctReplDst: at('9.9.9.9') }, true],
    ['-m conntrack --ctdir ORIGINAL', { ctState: NEW, ctDirection: 0 }, true],
    ['-m conntrack --ctdir REPLY', { ctState: ESTABLISHED, ctDirection: 0 }, false],
    ['-m conntrack --ctstatus NONE', { ctState: NEW, ctStatus: 0 }, false],
    ['-m conntrack ! --ctstatus NONE', { ctState: NEW, ctStatus: CT_STATUS.ASSURED }, true],
    ['-m conntrack --ctstatus ASSURED,EXPECTED', { ctState: NEW, ctStatus: CT_STATUS.EXPECTED }, true],
    ['-m conntrack --ctproto tcp', { ctState: NEW, ...tcp }, true],
    ['-m conntrack ! --ctproto tcp', { ctState: RELATED, ...tcp }, false],
    ['-m conntrack ! --ctproto tcp', { ctState: RELATED, ...icmp }, 'unknown'],
    ['-m conntrack --ctexpire 1:60', { ctState: NEW }, 'unknown'],
    ['-m conntrack --ctexpire 1:60', { ctState: INVALID }, false],
    ['-m state --state UNTRACKED', { ctState: UNTRACKED }, true],
    ['-m state ! --state NEW,RELATED', { ctState: RELATED }, false],
    ['-m connmark --mark 5/0xf', { ctState: NEW, ctMark: 0x15 }, true],
    ['-m connmark ! --mark 5', { ctState: NEW }, true],
    ['-m connmark ! --mark 5', { ctState: INVALID }, false],
  ])('%s on %j: %s', (rule, packet, matched) => {
    expect(asked(rule, packet)).toBe(matched);
  });
});

describe('addresses, marks and MAC addresses', () => {
  it.each<Row>([
    ['-m iprange --src-range 10.0.0.5-10.0.0.9', { src: at('10.0.0.9') }, true],
    ['-m iprange --src-range 10.0.0.5-10.0.0.9', { src: at('10.0.0.10') }, false],
    // a range that runs backwards holds nothing
    ['-m iprange --src-range 10.0.0.9-10.0.0.5', { src: at('10.0.0.7') }, false],
    ['-m iprange ! --src-range 10.0.0.9-10.0.0.5', { src: at('10.0.0.7') }, true],
    ['-m mark --mark 0x80000000/0x80000000', { mark: 0xffffffff }, true],
    // bits outside of the mask: never
    ['-m mark --mark 1/0', { mark: 1 }, false],
    ['-m mark ! --mark 1/0', { mark: 1 }, true],
    ['-m mac ! --mac-source 02:00:00:00:00:01', { macSrc: 2 }, true],
  ])('%s on %j: %s', (rule, packet, matched) => {
    expect(asked(rule, packet)).toBe(matched);
  });

  it('no MAC match holds for what came by loopback', () => {
    expect(asked('-m mac ! --mac-source 02:00:00:00:00:01', { macSrc: 0 }, contextOf({ in: 'lo' }))).toBe(false);
  });

  it('address types are those of the routing, limited to an interface where that is asked', () => {
    const LOCAL = new Map([['LOCAL', [[5, 5]] as const]]);
    const context = contextOf({ addressTypes: (limit) => (limit === 'eth0' ? new Map() : LOCAL) });
    expect(asked('-m addrtype --dst-type LOCAL', { dst: 5 }, context)).toBe(true);
    expect(asked('-m addrtype --dst-type LOCAL --limit-iface-in', { dst: 5 }, context)).toBe(false);
    expect(asked('-m addrtype --dst-type LOCAL --limit-iface-out', { dst: 5 }, context)).toBe(true);
    expect(asked('-m addrtype ! --dst-type LOCAL,BROADCAST', { dst: 6 }, context)).toBe(true);
  });
});

describe('physdev', () => {
  const crossing = contextOf({ in: 'br0', out: 'br0', physIn: 'eth2', physOut: 'vnet0', bridged: true });
  const arriving = contextOf({ hook: 'INPUT', in: 'br0', physIn: 'eth2' });
  it.each([
    ['--physdev-in eth2', crossing, true],
    ['--physdev-in eth+ --physdev-out vnet+', crossing, true],
    ['! --physdev-in eth2', crossing, false],
    ['--physdev-is-bridged', crossing, true],
    ['--physdev-is-bridged', arriving, false],
    ['--physdev-is-in ! --physdev-is-out', arriving, true],
    // no output port: false, `!` or not
    ['! --physdev-out vnet0', arriving, false],
    // a packet that no bridge has seen: true where every option is negated
    ['! --physdev-in eth2', contextOf(), true],
    ['! --physdev-in eth2 --physdev-is-in', contextOf(), false],
  ])('%s', (options, context, matched) => {
    expect(asked(`-m physdev ${options}`, {}, context)).toBe(matched);
  });
});

describe('set', () => {
  const sets = setsOf(
    [
      'create nets hash:net', 'add nets 10.0.0.0/8', 'add nets 10.1.0.0/16 nomatch', 'add nets 10.1.2.0/24',
      'create services hash:ip,port', 'add services 10.0.0.1,tcp:80', 'add services 10.0.0.1,icmp:8/0', 'add services 10.0.0.1,47:0',
      'create ports bitmap:port range 0-1024', 'add ports 53',
      'create devices hash:net,iface', 'add devices 10.0.0.0/8,eth0',
      'create ports-of-bridges hash:net,iface', 'add ports-of-bridges 10.0.0.0/8,physdev:eth0',
      'create list list:set', 'add list services', 'add list nets',
      'create six hash:ip family inet6', 'add six 2001:db8::1',
    ].join('\n'),
  ); // biome-ignore format: one set a line
  const context = contextOf({}, sets);
  it.each<Row>([
    ['--match-set nets src', { src: at('10.9.0.1') }, true],
    ['--match-set nets src', { src: at('10.1.0.1') }, false],
    ['--match-set nets src', { src: at('10.1.2.1') }, true],
    ['! --match-set nets src', { src: at('10.1.0.1') }, true],
    ['--match-set nets src --return-nomatch', { src: at('10.1.0.1') }, true],
    ['--match-set nets src --return-nomatch', { src: at('10.9.0.1') }, false],
    ['--match-set services dst,dst', { ...tcp, dst: at('10.0.0.1'), dport: 80 }, true],
    ['--match-set services dst,dst', { ...udp, dst: at('10.0.0.1'), dport: 80 }, false],
    ['--match-set services dst,dst', { ...tcp, dst: at('10.0.0.1'), dport: 80, fragment: 1 }, false],
    ['--match-set services dst,src', { ...tcp, dst: at('10.0.0.1'), sport: 80 }, true],
    ['--match-set services dst,dst', { ...icmp, dst: at('10.0.0.1'), icmpType: 8 }, true],
    ['--match-set services dst,dst', { proto: 47, dst: at('10.0.0.1'), fragment: 1 }, true],
    // fewer directions than dimensions: never in it
    ['--match-set services dst', { ...tcp, dst: at('10.0.0.1'), dport: 80 }, false],
    ['! --match-set services dst', { ...tcp, dst: at('10.0.0.1'), dport: 80 }, true],
    ['--match-set ports dst', { ...udp, dport: 53 }, true],
    ['--match-set ports dst', { proto: PROTOCOL.SCTP, dport: 53 }, false],
    ['--match-set devices src,src', { src: at('10.0.0.1') }, true],
    ['--match-set devices src,dst', { src: at('10.0.0.1') }, false],
    ['--match-set ports-of-bridges src,src', { src: at('10.0.0.1') }, 'unknown'],
    ['--match-set list src', { src: at('10.1.2.1') }, true],
    ['--match-set list src', { src: at('10.1.0.1') }, false],
    ['--match-set six src', { src: 1 }, false],
    ['--match-set gone src', {}, 'unknown'],
    ['! --match-set gone src', {}, 'unknown'],
    ['--match-set nets src --packets-gt 5', {}, 'unknown'],
  ])('%s on %j: %s', (options, packet, matched) => {
    expect(asked(`-m set ${options}`, packet, context)).toBe(matched);
  });
});

describe('what no snapshot decides is an unknown with its reason, and so is a match that nobody has written', () => {
  it.each([
    '-m recent --set',
    '-m limit --limit 1/s',
    '-m statistic --mode random --probability 0.5',
    '-m nosuchmatch --foo',
  ])('%s', (rule) => {
    expect(asked(rule, {})).toBe('unknown');
  });
});

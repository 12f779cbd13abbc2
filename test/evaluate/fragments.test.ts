import { describe, expect, it } from 'vitest';
import { ends, every, said, send, socket, tcp, wire } from './ask.ts';
import { addr, BRIDGE_NF, build, host, NO_BRIDGE_NF } from './build.ts';

const MAC = 0x0a0000000002;
const bridged = (iptables: string, sysctl = BRIDGE_NF as Readonly<Record<string, number>>) =>
  build(
    {
      b: { interfaces: { eth0: { addresses: ['10.0.0.2/24'], mac: '0a:00:00:00:00:02' } } },
      h: {
        interfaces: { p1: { master: 'br0' }, p2: { master: 'br0' }, br0: {} },
        sysctl,
        iptables,
      },
    },
    [['b:eth0', 'h:p2']],
  );

const piece = tcp('10.0.0.2', 0, { src: addr('10.0.0.1'), fragment: 1, sport: 0, tcpFlags: 0, macDst: MAC });
const waits = (node: string): readonly string[] => [`dropped ${node}: fragment`, 'none'];
const end = (iptables: string, sysctl?: Readonly<Record<string, number>>) =>
  ends(send(bridged(iptables, sysctl), wire('h', 'p1'), piece));

// facts 22 and 30; what iptables-legacy's counters showed at every hook, and raw's at the next host
describe('a later fragment alone', () => {
  it.each(['-m tcp --dport 22', '-m tcp ! --dport 22', '-m multiport --dports 22', '-m multiport ! --dports 22'])(
    'has no ports: `%s` is false',
    (match) => expect(end(`*filter\n-A FORWARD -p tcp ${match} -j DROP`)).toEqual(waits('b')),
  );

  it('has a protocol, and is what -f asks for', () => {
    expect(end('*filter\n-A FORWARD -p tcp -j DROP')[0]).toBe('dropped h: rule');
    expect(end('*filter\n-A FORWARD -f -j DROP')[0]).toBe('dropped h: rule');
    expect(end('*filter\n-A FORWARD ! -f -j DROP')).toEqual(waits('b'));
  });

  it.each([
    ['*filter\n-A INPUT -m state --state NEW', waits('h')],
    ['*nat\n-A POSTROUTING -j SNAT --to-source 10.0.0.9', waits('h')],
    ['*raw\n-A PREROUTING -j DROP\n*filter\n-A INPUT -m state --state NEW', waits('h')],
    ['*raw\n-A PREROUTING -j CT --notrack\n*filter\n-A INPUT -m state --state NEW', waits('h')],
    ['*mangle\n-A PREROUTING -p tcp -m socket', waits('h')],
    ['*mangle\n-A PREROUTING -p tcp -m tcp --dport 1 -j TPROXY --on-port 80', waits('h')],
    ['*filter\n-A FORWARD -p tcp -m connlimit --connlimit-above 3', waits('h')],
    ['*raw\n-A PREROUTING -j DROP', ['dropped h: rule', 'none']],
    ['*raw\n-A PREROUTING -j CT --notrack', waits('b')],
    ['*nat\n-A POSTROUTING -j ACCEPT', waits('b')],
    ['*filter\n-A INPUT -f -j DROP', waits('b')],
  ])('waits where fragments are gathered, before raw, else where it is to be delivered: %s', (iptables, wanted) =>
    expect(end(iptables)).toEqual(wanted),
  );

  it('passes a bridge that shows nothing to iptables, whatever is tracked there', () =>
    expect(end('*filter\n-A FORWARD -m state --state NEW', NO_BRIDGE_NF)).toEqual(waits('b')));

  it('waits where it is sent, if connections are tracked there', () => {
    const from = (iptables: string) =>
      ends(
        send(
          build({ a: host('10.0.0.1/24', { iptables }), b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]),
          socket('a', true),
          { ...piece, macDst: 0 },
        ),
      );
    expect(from('*filter\n-A INPUT -m state --state NEW')).toEqual(waits('a'));
    expect(from('*filter\n-A INPUT -j ACCEPT')).toEqual(waits('b'));
  });

  it('never comes to INPUT', () => {
    const dropping = (rule: string) =>
      build(
        {
          b: {
            interfaces: { eth0: { addresses: ['10.0.0.2/24'], mac: '0a:00:00:00:00:02' } },
            iptables: `*filter\n-A INPUT ${rule}-j DROP`,
          },
        },
        [],
      );
    expect(ends(send(dropping('-f '), wire('b', 'eth0'), piece))).toEqual(waits('b'));
    expect(ends(send(dropping(''), wire('b', 'eth0'), { ...piece, fragment: 0 }))[0]).toBe('dropped b: rule');
  });

  it('may wait where nobody can tell whether connections are tracked', () => {
    const network = bridged('*nat\n-A POSTROUTING -d 10.9.9.9 -j DROP');
    const runs = every(network, wire('h', 'p1'), piece);
    expect(runs.map(({ disposition }) => said(disposition.request)).sort()).toEqual([
      'dropped b: fragment',
      'dropped h: fragment',
    ]);
    expect(runs[0]?.met.map(({ unknown }) => unknown.id)).toContain('h tracks');
  });
});

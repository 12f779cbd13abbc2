import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { fixed } from '../../src/evaluate/oracle.ts';
import type { Network } from '../../src/network/network.ts';
import type { Exchange } from '../../src/network/trace.ts';
import type { Source } from '../../src/packet/exchange.ts';
import { TCP_FLAG } from '../../src/packet/field.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { icmp, probeFrom, said, send, sendRaw, socket, tcp, udp, wire } from './ask.ts';
import { addr, build, guest, type Host, host } from './build.ts';
import { b, GROUP, neighbour, pair, replied } from './pair.ts';

const { SYN, ACK, FIN, RST, PSH, URG, ECE } = TCP_FLAG;
const MAC = 0x0a0000000002;

/** A frame comes in at b from the wire, and what is answered leaves nowhere. */
const arriving = (of: Packet, more: Omit<Host, 'interfaces'> = {}): Exchange =>
  send(build({ b: b(more) }, []), wire('b', 'eth0'), { ...of, src: addr('10.0.0.1'), macDst: MAC });

describe('the packets of an exchange', () => {
  it('are request and answer; of tcp three more, each with its flags', () => {
    const flags = (of: Packet) => send(pair(), 'a', of).walks.map(({ leg, sent }) => `${leg} ${sent.tcpFlags}`);
    expect(flags(tcp('10.0.0.2', 80))).toEqual([
      `request ${SYN}`,
      `answer ${SYN | ACK}`,
      `acknowledgement ${ACK}`,
      `data ${PSH | ACK}`,
      `data answer ${ACK}`,
    ]);
    expect(flags(udp('10.0.0.2', 80))).toEqual(['request 0', 'answer 0']);
    expect(flags(icmp('10.0.0.2'))).toEqual(['request 0', 'answer 0']);
  });

  it('are the request alone, where the answer is not followed', () => {
    const { walks, disposition } = evaluate(
      pair(),
      probeFrom('a', false),
      { packet: udp('10.0.0.2', 80), states: new Map() },
      fixed(),
    );
    expect([walks.length, disposition.reply]).toEqual([1, { kind: 'none', reason: 'the answer was not followed' }]);
  });

  it('and of a request that does not arrive', () => {
    expect(replied(send(pair(), 'a', udp('10.0.0.3', 80)))).toBe('none: the request was not delivered');
  });

  it('show the source that the kernel picked as sent, the bound one as it was', () => {
    const sent = (source: Source) =>
      send(pair(), source, udp('10.0.0.2', 80, { src: addr('10.0.0.9') })).walks[0]?.sent.src;
    expect([sent(socket('a')), sent(socket('a', true))]).toEqual([addr('10.0.0.1'), addr('10.0.0.9')]);
  });

  it('answer from where they were sent to, with a fresh ttl, and the length of the request', () => {
    const ttl = { sysctl: { 'net.ipv4.ip_default_ttl': 33 } };
    const { walks } = send(pair(ttl), 'a', udp('10.0.0.2', 53, { length: 99, tos: 4, mark: 3 }));
    expect(walks[1]?.sent).toMatchObject({
      src: addr('10.0.0.2'),
      dst: addr('10.0.0.1'),
      proto: 17,
      sport: 53,
      dport: 40000,
      ttl: 33,
      length: 99,
      tos: 0,
      mark: 0,
    });
  });
});

describe('an echo request', () => {
  it('is answered with its id, code and type of service', () => {
    const { walks } = send(pair(), 'a', icmp('10.0.0.2', { icmpCode: 3, tos: 8, icmpId: 77 }));
    expect(walks[1]?.sent).toMatchObject({ icmpType: 0, icmpCode: 3, icmpId: 77, tos: 8, proto: 1 });
    expect(walks[1]?.received.dst).toBe(addr('10.0.0.1'));
  });

  it('is not where the node ignores it, and nothing else of icmp is', () => {
    const ignoring = { sysctl: { 'net.ipv4.icmp_echo_ignore_all': 1 } };
    expect(replied(send(pair(ignoring), 'a', icmp('10.0.0.2')))).toBe('none: b ignores echo requests');
    expect(replied(send(pair(), 'a', icmp('10.0.0.2', { icmpType: 13 })))).toBe(
      'none: only an echo request is answered',
    );
    expect(replied(send(pair(), 'a', icmp('10.0.0.255')))).toBe('none: b ignores echo requests to groups');
  });

  it('to all is answered from the device where echo requests to groups are not ignored', () => {
    const hearing = { sysctl: { 'net.ipv4.icmp_echo_ignore_broadcasts': 0 } };
    for (const dst of ['10.0.0.255', '255.255.255.255', '224.0.0.1']) {
      const routes = ['default dev eth0'];
      const { walks, disposition } = send(pair(hearing, { routes }), 'a', icmp(dst));
      expect([dst, said(disposition.reply), walks[1]?.received.src]).toEqual([dst, 'delivered a', addr('10.0.0.2')]);
    }
  });
});

describe('a stack does not answer', () => {
  it.each([
    [
      'a protocol that it has no answer to',
      udp('10.0.0.2', 0, { proto: 47, sport: 0 }),
      'none: protocol 47 has no answer',
    ],
    ['a datagram to all', udp('10.0.0.255', 9), 'none: what was sent to a group is not answered'],
    ['segments that open nothing', tcp('10.0.0.2', 80, { tcpFlags: ACK }), 'none: only a SYN opens a connection'],
    ['a SYN-ACK', tcp('10.0.0.2', 80, { tcpFlags: SYN | ACK }), 'none: only a SYN opens a connection'],
    ['a SYN with RST', tcp('10.0.0.2', 80, { tcpFlags: SYN | RST }), 'none: only a SYN opens a connection'],
    ['a SYN with FIN', tcp('10.0.0.2', 80, { tcpFlags: SYN | FIN }), 'none: only a SYN opens a connection'],
    ['no flags', tcp('10.0.0.2', 80, { tcpFlags: 0 }), 'none: only a SYN opens a connection'],
  ])('%s', (_, of, expected) => {
    expect(replied(send(pair(), 'a', of))).toBe(expected);
  });

  it('tcp in a frame for many', () => {
    const frame = tcp('10.0.0.2', 80, { src: addr('10.0.0.1'), macDst: 0xffffffffffff });
    expect(replied(send(pair(), wire('b', 'eth0'), frame))).toBe('none: tcp takes no frame that is for a group');
    expect(replied(send(pair(), wire('b', 'eth0'), { ...frame, macDst: MAC }))).toBe('delivered a');
    const datagram = udp('10.0.0.2', 53, { src: addr('10.0.0.1'), macDst: 0xffffffffffff });
    expect(replied(send(pair(), wire('b', 'eth0'), datagram))).toBe('delivered a');
  });

  it('where nothing listens, and says what it sends instead', () => {
    const deaf = pair({ listeners: [] });
    expect(replied(send(deaf, 'a', tcp('10.0.0.2', 80)))).toBe('none: nothing on b listens on tcp 80: RST');
    expect(replied(send(deaf, 'a', udp('10.0.0.2', 80)))).toBe(
      'none: nothing on b listens on udp 80: ICMP port unreachable',
    );
    expect(replied(send(pair({ listeners: [[17, 80]] }), 'a', udp('10.0.0.2', 80)))).toBe('delivered a');
  });

  it('but an opening SYN with other flags, too', () => {
    for (const more of [URG, PSH, ECE])
      expect([more, replied(arriving(tcp('10.0.0.2', 80, { tcpFlags: SYN | more })))]).toEqual([more, 'leaves b:eth0']);
  });
});

describe('the answer is for the asking socket', () => {
  const elsewhere = 'dropped a: no socket: a the answer is not from where the request was sent to';
  /** r translates what b answers, for which it has no entry. */
  const halfway = (rule: string): Network =>
    build(
      {
        a: {
          ...guest('10.0.0.1/24', '10.0.0.251'),
          interfaces: { eth0: { addresses: ['10.0.0.1/24', '10.0.0.5/24'] } },
        },
        b: guest('10.0.1.1/24', '10.0.1.252'),
        r: {
          interfaces: { eth0: { addresses: ['10.0.0.251/24'] }, eth1: { addresses: ['10.0.1.251/24'] } },
          sysctl: { 'net.ipv4.ip_forward': 1 },
        },
        s: {
          interfaces: { eth0: { addresses: ['10.0.0.252/24'] }, eth1: { addresses: ['10.0.1.252/24'] } },
          sysctl: { 'net.ipv4.ip_forward': 1 },
          iptables: `*nat\n${rule}`,
        },
      },
      [
        ['a:eth0', 'r:eth0', 's:eth0'],
        ['b:eth0', 'r:eth1', 's:eth1'],
      ],
    );
  it.each([
    ['another address', '-A POSTROUTING -p udp -j SNAT --to-source 10.9.9.9'],
    ['another port', '-A POSTROUTING -p udp -j SNAT --to-source 10.0.1.1:54'],
    ['another address here', '-A PREROUTING -p udp -j DNAT --to-destination 10.0.0.5'],
    ['another port here', '-A PREROUTING -p udp -j DNAT --to-destination 10.0.0.1:40001'],
  ])('not from or to %s', (_, rule) => {
    expect(replied(send(halfway(rule), 'a', udp('10.0.1.1', 53)))).toBe(elsewhere);
    expect(replied(send(halfway('-A POSTROUTING -p tcp -j ACCEPT'), 'a', udp('10.0.1.1', 53)))).toBe('delivered a');
  });

  it('and for no other node, where a socket asked', () => {
    const spoofed = { src: addr('10.0.0.3') };
    const three = build({ a: host('10.0.0.1/24'), b: b(), c: host('10.0.0.3/24') }, [['a:eth0', 'b:eth0', 'c:eth0']]);
    for (const of of [udp('10.0.0.2', 53, spoofed), icmp('10.0.0.2', spoofed)]) {
      const end = 'dropped c: no socket: c the answer is not from where the request was sent to';
      expect(replied(send(three, socket('a', true), of))).toBe(end);
      expect(replied(send(three, wire('b', 'eth0'), { ...of, macDst: MAC }))).toBe('delivered c');
      expect(replied(sendRaw(three, 'a', 'eth0', { ...of, macDst: MAC }))).toBe(end);
    }
  });

  it('and no tcp in a frame for many', () => {
    const network = pair({ neighbours: [neighbour('10.0.0.1', GROUP)] });
    expect(replied(send(network, 'a', tcp('10.0.0.2', 80)))).toBe(
      'dropped a: no socket: a tcp takes no frame that is for a group',
    );
    expect(replied(send(network, 'a', udp('10.0.0.2', 80)))).toBe('delivered a');
  });

  it('each copy for itself: the one that the socket takes speaks for all', () => {
    const twin = build(
      { c: host('10.0.0.1/24'), a: host('10.0.0.1/24'), b: b({ neighbours: [neighbour('10.0.0.1', GROUP)] }) },
      [['c:eth0', 'a:eth0', 'b:eth0']],
    );
    const { walks, disposition } = send(twin, 'a', udp('10.0.0.2', 53));
    expect(said(disposition.reply)).toBe('delivered a');
    expect(walks[1]?.fate).toEqual({ kind: 'delivered', node: 'a', interface: 'eth0' });
    expect(walks[1]?.copies.map(({ fate, copies }) => [said(fate), copies])).toEqual([['delivered c', []]]);
    expect(walks).toHaveLength(2);
  });

  it('which has no address of a group', () => {
    const all = { src: addr('10.0.0.255') };
    const { disposition } = send(
      pair(),
      socket('a', true),
      udp('10.0.0.2', 53, all),
      fixed(new Map([['b answers broadcasts', 1]])),
    );
    expect(said(disposition.reply)).toBe('dropped a: no socket');
    expect(disposition.reply).toMatchObject({ origin: { node: 'a', text: 'the answer was sent to a group' } });
  });
});

it('a node does not answer from an address that is not its own', () => {
  const network = build({ b: b() }, []);
  const { disposition } = send(network, socket('b', true), icmp('0.0.0.0', { src: addr('9.9.9.9') }));
  expect(disposition.request).toMatchObject({ kind: 'delivered', node: 'b' });
  expect(disposition.reply).toEqual({ kind: 'none', reason: 'b may not answer from a foreign address' });
});

describe('a packet socket', () => {
  it('puts its frame on the wire as it is, and fills the address of a group in where there is none', () => {
    const to = (dst: string, macDst: number) =>
      sendRaw(build({ a: host('10.0.0.1/24') }, []), 'a', 'eth0', udp(dst, 53, { macDst })).walks[0]?.received.macDst;
    expect(to('255.255.255.255', 0)).toBe(0xffffffffffff);
    expect(to('224.0.0.5', 0)).toBe(0x01005e000005);
    expect(to('10.0.0.2', 0)).toBe(0);
    expect(to('255.255.255.255', 5)).toBe(5);
    expect(to('10.0.0.2', 5)).toBe(5);
  });
});

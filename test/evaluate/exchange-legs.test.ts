import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import type { Exchange } from '../../src/network/trace.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { every, icmp, said, send, tcp, udp } from './ask.ts';
import { build, type Host, host } from './build.ts';
import { b, GROUP, neighbour, pair, replied } from './pair.ts';

describe('later segments of a connection', () => {
  const another = 'the segment came to another socket than the SYN';
  const later = '-p tcp -m tcp --tcp-flags SYN,ACK ACK';
  /** What a sends after its SYN leaves by eth1. */
  const parted = (more: Omit<Host, 'interfaces'>, others: Readonly<Record<string, Host>>, to: string): Network =>
    build(
      {
        a: {
          interfaces: { eth0: { addresses: ['10.0.0.1/24'] }, eth1: { addresses: ['10.0.0.1/24'] } },
          iptables: `*mangle\n-A OUTPUT ${later} -j MARK --set-mark 1`,
          rules: [
            {
              priority: 100,
              inverted: false,
              mark: { value: 1, mask: 1 },
              action: { kind: 'table', table: 7 },
              text: '100: fwmark 1 lookup 7',
            },
          ],
          routes: ['default dev eth1 table 7'],
          ...more,
        },
        ...others,
      },
      [
        ['a:eth0', 'b:eth0'],
        ['a:eth1', to],
      ],
    );
  const legs = ({ walks }: Exchange) => walks.length;

  it('come to the same node', () => {
    const exchange = send(parted({}, { b: b(), c: host('10.0.0.2/24') }, 'c:eth0'), 'a', tcp('10.0.0.2', 80));
    expect([replied(exchange), legs(exchange)]).toEqual([`dropped c: no socket: c ${another}`, 3]);
    expect(exchange.walks[2]?.fate).toEqual({ kind: 'delivered', node: 'c', interface: 'eth0' });
  });

  it('come to the same socket', () => {
    const iptables = `*raw\n-A PREROUTING -p tcp -m tcp --tcp-flags SYN,ACK SYN -j CT --notrack\n*nat\n-A PREROUTING ${later} -j REDIRECT --to-ports 81`;
    const exchange = send(pair({ iptables }), 'a', tcp('10.0.0.2', 80));
    expect([replied(exchange), legs(exchange)]).toEqual([`dropped b: no socket: b ${another}`, 3]);
  });

  it('come in frames of their own', () => {
    const two = { eth0: { addresses: ['10.0.0.2/24'] }, eth1: {} };
    const at = (mac: number | undefined) =>
      parted(
        mac === undefined ? {} : { neighbours: [neighbour('10.0.0.2', mac, 'eth1')] },
        { b: { interfaces: two } },
        'b:eth1',
      );
    expect(replied(send(at(GROUP), 'a', tcp('10.0.0.2', 80)))).toBe(
      'dropped b: no socket: b tcp takes no frame that is for a group',
    );
    expect(replied(send(at(undefined), 'a', tcp('10.0.0.2', 80)))).toBe('delivered a');
  });

  it('that are lost end the exchange', () => {
    const dropping = (flags: string, chain: string) => ({
      iptables: `*filter\n-A ${chain} -p tcp -m tcp --tcp-flags SYN,PSH,ACK ${flags} -j DROP`,
    });
    const end = (b: Omit<Host, 'interfaces'>) => {
      const exchange = send(pair(b), 'a', tcp('10.0.0.2', 80));
      return [said(exchange.disposition.reply), legs(exchange)];
    };
    expect(end(dropping('SYN,ACK', 'OUTPUT'))).toEqual(['dropped b: rule', 2]);
    expect(end(dropping('ACK', 'INPUT'))).toEqual(['dropped b: rule', 3]);
    expect(end(dropping('PSH,ACK', 'INPUT'))).toEqual(['dropped b: rule', 4]);
    expect(end(dropping('ACK', 'OUTPUT'))).toEqual(['dropped b: rule', 5]);
  });
});

it('an answer is as long as its program makes it, an echo as long as the request', () => {
  const long = { iptables: '*filter\n-A OUTPUT -m length --length 1000:65535 -j DROP' };
  const reasons = (of: Packet) => every(pair(long), 'a', of).map(({ met }) => met.map(({ unknown }) => unknown.reason));
  const open = ['how long an answer is, or a segment after the SYN'];
  expect(reasons(udp('10.0.0.2', 53))).toEqual([open, open]);
  expect(reasons(icmp('10.0.0.2'))).toEqual([[]]);
});

import { describe, expect, it } from 'vitest';
import type { DhcpServer, Network } from '../../src/network/network.ts';
import { parseQuestion } from '../../src/question/parse.ts';
import type { Needs, ServiceQuestion } from '../../src/question/service/part.ts';
import { needsOf } from '../../src/question/service/table.ts';
import { address, device, network, node, pair } from './networks.ts';

const PLACE = { file: 'dnsmasq-hosts.conf', line: 1, column: 1 };
const dnsmasq = (...hosts: readonly (readonly [mac: number, address: string])[]): DhcpServer => ({
  addresses: [],
  interfaces: [],
  ranges: [],
  hosts: hosts.map(([mac, one]) => ({ mac, address: address(one), place: PLACE })),
  place: PLACE,
});

/** A server, a guest behind the bridge of a compute node, and a node elsewhere. */
const cloud = (...servers: readonly DhcpServer[]): Network =>
  network(
    [
      node('server', [device('br0 02:00:00:00:00:01 10.0.0.1/24')], { dhcpServers: servers }),
      node('compute', [
        device('br0 02:00:00:00:00:02', {}, 'bridge'),
        device('eth0 02:00:00:00:00:02', { master: 'br0' }),
        device('vnet0 02:00:00:00:00:03', { master: 'br0' }),
      ]),
      node('guest', [device('eth0 02:00:00:00:00:aa 10.0.0.2/24')]),
      node('elsewhere', [device('eth0 02:00:00:00:00:bb 10.0.0.3/24')]),
    ],
    [
      ['server:br0', 'compute:eth0'],
      ['compute:vnet0', 'guest:eth0'],
    ],
  );

const GUEST = 0x0200000000aa;
const needs = (text: string, of: Network): Needs => needsOf(of, parseQuestion(text, of).value as ServiceQuestion);
const parts = (text: string, of: Network): string[] => needs(text, of).parts.map((one) => one.text);

describe('dhcp', () => {
  it('is the broadcast of every guest that a server knows, and the answer to it', () => {
    const {
      parts: [request, answer, ...more],
    } = needs('is dhcp always allowed', cloud(dnsmasq([GUEST, '10.0.0.2'])));
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      quantifier: 'always',
      source: { kind: 'raw', node: 'guest', interface: 'eth0' },
      target: { kind: 'node', node: 'server' },
      packets: {
        src: [[0, 0]],
        dst: [[0xffffffff, 0xffffffff]],
        sport: [[68, 68]],
        dport: [[67, 67]],
        macSrc: [[GUEST, GUEST]],
      },
    });
    expect(answer).toMatchObject({
      source: { kind: 'socket', node: 'server', bound: true },
      target: { kind: 'node', node: 'guest' },
      packets: {
        src: [[address('10.0.0.1'), address('10.0.0.1')]],
        dst: [[address('10.0.0.2'), address('10.0.0.2')]],
        sport: [[67, 67]],
        dport: [[68, 68]],
      },
    });
  });

  it('is unknown, not vacuously allowed, without a server or without a guest that it serves', () => {
    expect(needs('is dhcp always allowed', cloud())).toMatchObject({
      parts: [],
      missing: [{ reason: expect.stringContaining('no capture shows a DHCP server') }],
    });
    expect(needs('is dhcp always allowed', cloud(dnsmasq()))).toMatchObject({
      parts: [],
      missing: [{ reason: expect.stringContaining('no node') }],
    });
    expect(needs('is dhcp always allowed', cloud(dnsmasq([0x0200000000cc, '10.0.0.4']))).missing[0]?.reason).toContain(
      '02:00:00:00:00:cc',
    );
    expect(needs('is dhcp always allowed', cloud(dnsmasq([0x0200000000bb, '10.0.0.3'])))).toMatchObject({ parts: [] }); // not on the segment
  });

  it.each<[Partial<DhcpServer>, number]>([
    [{ addresses: [address('10.0.0.1')] }, 2],
    [{ interfaces: ['br0'] }, 2],
    [{ interfaces: ['br*'] }, 2],
    [{ interfaces: ['eth7'], addresses: [address('10.0.0.1')] }, 2],
    [{ addresses: [address('10.0.0.9')] }, 0],
    [{ interfaces: ['eth*'] }, 0],
  ])('is asked of a server only where it listens: %j', (on, count) => {
    const asked = needs('is dhcp always allowed', cloud({ ...dnsmasq([GUEST, '10.0.0.2']), ...on }));
    expect(asked.parts).toHaveLength(count);
    if (count === 0) expect(asked.missing[0]?.reason).toContain('which server does not have: it serves no guest');
  });

  it('a guest that no node is, beside one that is there, is said to be left out', () => {
    const { parts: asked, assumptions } = needs(
      'is dhcp always allowed',
      cloud(dnsmasq([GUEST, '10.0.0.2'], [0x0200000000cc, '10.0.0.4'])),
    );
    expect(asked).toHaveLength(2);
    expect(assumptions).toMatchObject([{ node: 'server', text: expect.stringContaining('02:00:00:00:00:cc') }]);
  });

  it('between two nodes only what goes between them, whichever is named first', () => {
    const of = cloud(dnsmasq([GUEST, '10.0.0.2']));
    expect(parts('is dhcp always allowed between guest and server', of)).toEqual(parts('is dhcp always allowed', of));
    expect(parts('is dhcp always allowed between server and guest', of)).toEqual(parts('is dhcp always allowed', of));
    expect(needs('is dhcp always allowed between elsewhere and server', of)).toMatchObject({
      parts: [],
      missing: [{}],
    });
  });

  it('in any state is asked of every part', () => {
    const asked = needs('is dhcp always allowed in any state', cloud(dnsmasq([GUEST, '10.0.0.2']))).parts;
    expect(asked.map(({ state }) => state)).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3, 4],
    ]);
  });
});

describe('services between hosts', () => {
  it('without between: every two nodes on one segment and prefix, either way', () => {
    expect(parts('is ping always allowed', cloud())).toEqual([
      'server gets ping from guest',
      'guest gets ping from server',
    ]);
    expect(needs('is ping always allowed', cloud()).parts).toMatchObject([
      { back: true, packets: { proto: [[1, 1]], dst: [[address('10.0.0.2'), address('10.0.0.2')]] } },
      {},
    ]);
  });

  it('ssh and http are asked of nodes that listen, where a capture shows who does', () => {
    const known = { kind: 'known', value: [{ protocol: 6, address: 0, port: 22, place: PLACE }] } as const;
    const of = cloud();
    const listening = {
      ...of,
      nodes: new Map(
        [...of.nodes].map(([name, one]) => [
          name,
          { ...one, listeners: name === 'server' ? known : ({ kind: 'known', value: [] } as const) },
        ]),
      ),
    };
    expect(parts('is ssh always allowed', listening)).toEqual(['guest gets ssh from server']);
    expect(needs('is http always allowed', listening)).toMatchObject({
      parts: [],
      missing: [{ reason: expect.stringContaining('http') }],
    });
  });

  it('dns is udp and tcp to a node that runs a dnsmasq', () => {
    const asked = needs('is dns always allowed', cloud(dnsmasq())).parts;
    expect(asked.map(({ packets: { proto, dport } }) => [proto, dport])).toEqual([
      [[[17, 17]], [[53, 53]]],
      [[[6, 6]], [[53, 53]]],
    ]);
    expect(needs('is dns always allowed', cloud())).toMatchObject({ parts: [], missing: [{}] });
  });

  it('between names the client, then the server', () => {
    expect(needs('is ssh always allowed between a and b', pair()).parts).toMatchObject([
      {
        source: { node: 'a' },
        target: { kind: 'node', node: 'b' },
        packets: { proto: [[6, 6]], dport: [[22, 22]] },
        back: true,
      },
    ]);
  });
});

describe('metadata', () => {
  it('is asked by every guest that a server knows', () => {
    expect(needs('is metadata always allowed', cloud(dnsmasq([GUEST, '10.0.0.2']))).parts).toMatchObject([
      {
        source: { node: 'guest' },
        packets: { dst: [[address('169.254.169.254'), address('169.254.169.254')]], dport: [[80, 80]] },
        back: true,
      },
    ]);
    expect(needs('is metadata always allowed', cloud(dnsmasq()))).toMatchObject({ parts: [], missing: [{}] });
  });

  it('between: delivered at the server that is named', () => {
    expect(needs('is metadata always allowed between guest and server', cloud()).parts).toMatchObject([
      {
        target: { kind: 'node', node: 'server' },
        packets: { dst: [[address('169.254.169.254'), address('169.254.169.254')]] },
      },
    ]);
  });
});

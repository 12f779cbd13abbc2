import { describe, expect, it } from 'vitest';
import type { FrameAction } from '../../src/network/frame-rules.ts';
import type { Network } from '../../src/network/network.ts';
import { ends, every, hopsAt, icmp, send } from './ask.ts';
import { build, NO_BRIDGE_NF } from './build.ts';
import { bridged, MAC, PASSES, ruled, type Tables } from './frame-network.ts';
import {
  ACCEPT,
  ARP,
  arptables,
  DROP,
  ebtables,
  exactly,
  ip,
  jump,
  macOf,
  not,
  REPLY,
  REQUEST,
  type Written,
  type WrittenRule,
} from './frame-rules.ts';

const LOST = ['dropped a: no neighbour', 'none'];
const ping = (network: Network, dst = '10.0.0.2', from = 'a'): readonly string[] =>
  ends(send(network, from, icmp(dst)));

describe('ebtables', () => {
  const filter = (...tests: readonly Written[]): readonly string[] =>
    ping(ruled({ filter: { FORWARD: [{ tests: [ARP, ...tests] }] } }));

  it('drops requests or answers on their way: nobody is found', () => {
    expect(filter()).toEqual(LOST);
    expect(filter(REQUEST)).toEqual(LOST);
    expect(filter(REPLY)).toEqual(LOST);
    expect(filter({ kind: 'arp operation', operation: 3 })).toEqual(PASSES);
  });

  it('knows what ARP says: a request by broadcast, an answer to the asker', () => {
    const request: readonly Written[] = [
      { kind: 'arp source', of: ip('10.0.0.1') },
      { kind: 'arp destination', of: ip('10.0.0.2') },
      { kind: 'arp mac source', of: exactly(MAC.a) },
      { kind: 'arp mac destination', of: exactly(0) },
      { kind: 'mac destination', of: exactly('ff:ff:ff:ff:ff:ff') },
      { kind: 'packet type', type: 'broadcast' },
      { kind: 'arp hardware type', type: 1 },
      { kind: 'arp protocol type', type: 0x0800 },
      { kind: 'arp hardware length', bytes: 6 },
      { kind: 'among source', pairs: [{ mac: macOf(MAC.a) }] },
      not({ kind: 'arp gratuitous' }),
    ];
    const answer: readonly Written[] = [
      { kind: 'arp source', of: ip('10.0.0.2') },
      { kind: 'arp destination', of: ip('10.0.0.1') },
      { kind: 'arp mac source', of: exactly(MAC.b) },
      { kind: 'arp mac destination', of: exactly(MAC.a) },
      { kind: 'mac source', of: exactly(MAC.b) },
      { kind: 'mac destination', of: exactly(MAC.a) },
      { kind: 'packet type', type: 'otherhost' },
      { kind: 'among destination', pairs: [{ mac: macOf(MAC.a) }] },
    ];
    for (const [operation, tests] of [
      [REQUEST, request],
      [REPLY, answer],
    ] as const)
      for (const test of tests) {
        expect(filter(operation, test)).toEqual(LOST);
        expect(filter(operation, { ...test, inverted: test.inverted !== true })).toEqual(PASSES);
      }
  });

  it('asks the hooks of each port that a request is flooded to, and of the bridge itself', () => {
    const at = (tables: Tables, dst: string, from?: string): string | undefined => ping(ruled(tables), dst, from)[0];
    const arp = (hook: string, ...tests: readonly Written[]): Tables => ({
      filter: { [hook]: [{ tests: [ARP, ...tests] }] },
    });
    expect(at(arp('FORWARD', { kind: 'out', name: 'p2' }), '10.0.0.2')).toBe('dropped a: no neighbour');
    expect(at(arp('FORWARD', { kind: 'out', name: 'p2' }), '10.0.0.254')).toBe('delivered h');
    expect(at(arp('INPUT'), '10.0.0.254')).toBe('dropped a: no neighbour');
    expect(at(arp('INPUT'), '10.0.0.2')).toBe('delivered b');
    expect(at(arp('OUTPUT', REPLY, { kind: 'out', name: 'p1' }), '10.0.0.254')).toBe('dropped a: no neighbour');
    expect(at(arp('OUTPUT', REQUEST), '10.0.0.254')).toBe('delivered h');
    expect(at(arp('OUTPUT', REQUEST), '10.0.0.2', 'h')).toBe('dropped h: no neighbour');
    expect(at({ nat: { POSTROUTING: [{ tests: [ARP, { kind: 'out', name: 'p2' }] }] } }, '10.0.0.2', 'h')).toBe(
      'dropped h: no neighbour',
    );
    expect(at({ nat: { OUTPUT: [{ tests: [ARP] }] } }, '10.0.0.2', 'h')).toBe('dropped h: no neighbour');
    expect(at({ nat: { PREROUTING: [{ tests: [ARP, { kind: 'in', name: 'p2' }] }] } }, '10.0.0.2')).toBe(
      'dropped a: no neighbour',
    );
    expect(at({ nat: { PREROUTING: [{ tests: [ARP, { kind: 'in', name: 'p3' }] }] } }, '10.0.0.2')).toBe('delivered b');
  });

  it('a rule that loses ARP is what the fate names, and is told', () => {
    const exchange = send(
      ruled({ filter: { FORWARD: [{ tests: [ARP, REPLY], text: '-A FORWARD -p ARP --arp-op Reply -j DROP' }] } }),
      'a',
      icmp('10.0.0.2'),
    );
    expect(exchange.disposition.request).toMatchObject({
      reason: 'no neighbour',
      origin: { node: 'h', text: '-A FORWARD -p ARP --arp-op Reply -j DROP', place: { file: 'ebtables-save.txt' } },
    });
    expect(hopsAt(exchange, 'h', 'neighbour')).toMatchObject([
      { table: 'ebtables filter', chain: 'FORWARD', verdict: 'ACCEPT' },
      { table: 'ebtables filter', chain: 'FORWARD', rule: 1, verdict: 'DROP' },
    ]);
    // nobody has the address: no rule is to blame
    const nobody = send(ruled({ filter: { FORWARD: [{ tests: [ARP] }] } }), 'a', icmp('10.0.0.9'));
    expect(nobody.disposition.request).toMatchObject({ reason: 'no neighbour', origin: { node: 'a' } });
  });

  it('of rules that lose copies of a request, the one before the owner is named', () => {
    const three = build(
      {
        ...Object.fromEntries(
          ['a', 'b', 'c'].map((name, n) => [name, { interfaces: { eth0: { addresses: [`10.0.0.${n + 1}/24`] } } }]),
        ),
        h: {
          interfaces: { p1: { master: 'br0' }, p2: { master: 'br0' }, p3: { master: 'br0' }, br0: {} },
          sysctl: NO_BRIDGE_NF,
          frameRules: ebtables({
            filter: {
              FORWARD: ['p1', 'p2', 'p3'].map((name) => ({ tests: [ARP, { kind: 'out', name }], text: name })),
            },
          }),
        },
      },
      ['a', 'b', 'c'].map((name, n) => [`${name}:eth0`, `h:p${n + 1}`]),
    );
    const blamed = (dst: string): unknown => {
      const { request } = send(three, 'a', icmp(dst)).disposition;
      return request.kind === 'dropped' ? request.origin?.text : request;
    };
    expect(blamed('10.0.0.2')).toBe('p2');
    expect(blamed('10.0.0.3')).toBe('p3');
  });

  it('rules that the request and its answer passed are told, in their order', () => {
    const rules: readonly WrittenRule[] = [
      { tests: [ARP, REQUEST], action: ACCEPT },
      { tests: [ARP, REPLY], action: ACCEPT },
    ];
    const exchange = send(ruled({ filter: { FORWARD: rules } }), 'a', icmp('10.0.0.2'));
    expect(hopsAt(exchange, 'h', 'neighbour').map(({ rule }) => rule)).toEqual([1, 2]);
  });

  it('no-arp-spoofing: a guest may only say its own address, and ask for others', () => {
    const guard = (own: string): Network =>
      ruled({
        nat: {
          PREROUTING: [{ tests: [{ kind: 'in', name: 'p1' }], action: jump('I-p1') }],
          'I-p1': [{ tests: [ARP], action: jump('I-p1-arp') }],
          'I-p1-arp DROP': [
            { tests: [ARP, not({ kind: 'arp mac source', of: exactly(MAC.a) })] },
            { tests: [ARP, { kind: 'arp source', of: ip(own) }], action: ACCEPT },
          ],
        },
      });
    expect(ping(guard('10.0.0.1'))).toEqual(PASSES);
    expect(ping(guard('10.0.0.7'))).toEqual(LOST);
    // its answers, too
    expect(ping(guard('10.0.0.1'), '10.0.0.1', 'b')).toEqual(['delivered a', 'delivered b']);
    expect(ping(guard('10.0.0.7'), '10.0.0.1', 'b')).toEqual(['dropped b: no neighbour', 'none']);
  });

  it('dnat takes a request to one host only', () => {
    const to = (mac: string): Network =>
      ruled({
        nat: {
          PREROUTING: [
            { tests: [ARP, REQUEST], action: { kind: 'dnat', mac: macOf(mac), arp: false, then: 'ACCEPT' } },
          ],
        },
      });
    expect(ping(to(MAC.b))).toEqual(PASSES);
    expect(ping(to(MAC.br))).toEqual(LOST);
    expect(ping(to(MAC.br), '10.0.0.254')).toEqual(['delivered h', 'delivered a']);
    expect(ping(to(MAC.b), '10.0.0.254')).toEqual(LOST);
  });

  it('snat changes the frame alone, with --snat-arp also what ARP says', () => {
    const snat = (arp: boolean): Network =>
      ruled({
        nat: {
          POSTROUTING: [{ tests: [ARP, REPLY], action: { kind: 'snat', mac: macOf(MAC.none), arp, then: 'ACCEPT' } }],
        },
      });
    expect(ping(snat(false))).toEqual(PASSES);
    // a knows b by an address that is nobody's
    expect(ping(snat(true))[0]).toBe('dropped b: not for me');
  });

  it('in BROUTING, DROP gives ARP to the port', () => {
    const tables = (...tests: readonly Written[]): Tables => ({
      broute: { BROUTING: [{ tests: [ARP, { kind: 'in', name: 'p1' }, ...tests] }] },
    });
    // the port answers for any address of its node, with its own MAC address
    const exchange = send(ruled(tables()), 'a', icmp('10.0.0.254'));
    expect(hopsAt(exchange, 'a', 'neighbour')[0]?.verdict).toContain(`${MAC.p1} (h:p1)`);
    // IP comes up to the bridge as it did: a frame to the port's address is the bridge's, too
    expect(ends(exchange)[0]).toBe('delivered h');
    expect(ping(ruled(tables()))).toEqual(LOST);
    expect(ping(ruled(tables({ kind: 'in', name: 'p2' })))).toEqual(PASSES);
  });

  it('a test that no frame decides leaves open whether anybody is found', () => {
    const runs = every(
      ruled({ filter: { FORWARD: [{ tests: [ARP, REQUEST, { kind: 'unknown', reason: '--limit 1/s' }] }] } }),
      'a',
      icmp('10.0.0.2'),
    );
    expect(runs.map(ends)).toEqual([PASSES, LOST]);
  });

  it('an action that is not modelled leaves the answer unknown where ARP meets it', () => {
    const action: FrameAction = { kind: 'unknown', reason: 'no such target' };
    const meeting = (...tests: readonly Written[]): Network =>
      ruled({ filter: { FORWARD: [{ tests: [ARP, ...tests], action }] } });
    expect(ping(meeting())[0]).toBe('unknown a');
    expect(ping(meeting({ kind: 'in', name: 'p9' }))).toEqual(PASSES);
  });
});

it('rules that no ARP meets leave every answer as it was', () => {
  const idle = {
    frameRules: ebtables({ filter: { FORWARD: [{ tests: [{ kind: 'ip6 protocol', number: 1 }] }] } }),
    arpRules: arptables({ INPUT: [{ tests: [{ kind: 'arp operation', operation: 9 }], action: DROP }] }),
  };
  for (const dst of ['10.0.0.2', '10.0.0.254', '10.0.0.9'])
    for (const from of ['a', 'h']) expect(ping(bridged(idle), dst, from)).toEqual(ping(bridged(), dst, from));
});

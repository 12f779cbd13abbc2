import { describe, expect, it } from 'vitest';
import { readHandles, readTrace } from '../../src/lab/visit.ts';

const rule = (table: string, chain: string, handle: number): object => ({
  rule: { family: 'ip', table, chain, handle, expr: [] },
});
const listing = JSON.stringify({
  nftables: [
    { metainfo: {} },
    { table: { family: 'ip', name: 'raw', handle: 1 } },
    rule('raw', 'PREROUTING', 9),
    rule('raw', 'PREROUTING', 2),
    rule('filter', 'INPUT', 3),
    rule('filter', 'INPUT', 4),
    rule('filter', 'u', 6),
  ],
});
const head = (id: string, where: string, packet: string): string =>
  `trace id ${id} ip ${where} packet: iif "e0" ${packet} `;
const UDP =
  'ip saddr 10.0.0.1 ip daddr 10.0.0.2 ip dscp 0x00 ip ecn 0x0 ip ttl 64 ip id 988 ip length 36 udp sport 40000 udp dport 53 udp length 16 @th,64,64 0x4e51454400000007';
const SYN = 'ip ttl 64 ip id 1399 ip length 60 tcp sport 40001 tcp dport 54 tcp flags == 0x2 tcp window 64240';
const ECHO = 'ip id 7 ip length 36 icmp type 8 icmp code 0 icmp id 3 icmp sequence 1 @th,64,64 0x4e51454400000008';

describe('rule paths from nft monitor trace', () => {
  const places = readHandles(listing);

  it('handles become positions in their chain, not counting the TRACE rule in front', () => {
    expect([...places]).toEqual([
      ['raw:PREROUTING:9', 0],
      ['raw:PREROUTING:2', 1],
      ['filter:INPUT:3', 1],
      ['filter:INPUT:4', 2],
      ['filter:u:6', 1],
    ]);
  });

  it('every rule and policy is a hop of the visit above it, and the TRACE rule is none', () => {
    const lines = [
      head('3acd987e', 'raw PREROUTING', UDP),
      'trace id 3acd987e ip raw PREROUTING rule counter packets 0 bytes 0 meta nftrace set 1 # handle 9 (verdict continue)',
      'trace id 3acd987e ip raw PREROUTING policy accept ',
      head('3acd987e', 'filter INPUT', UDP),
      'trace id 3acd987e ip filter INPUT rule counter packets 0 bytes 0 comment "# handle 9 (verdict x)" jump u # handle 4 (verdict jump u)',
      'trace id 3acd987e ip filter u rule counter packets 0 bytes 0 drop # handle 6 (verdict drop)',
    ];
    const packet = { id: 988, sport: 40000, probe: 7 };
    expect(readTrace('b', lines, places)).toEqual([
      {
        node: 'b',
        order: 0,
        table: 'raw',
        chain: 'PREROUTING',
        packet,
        hops: [{ chain: 'PREROUTING', verdict: 'accept' }],
      },
      {
        node: 'b',
        order: 1,
        table: 'filter',
        chain: 'INPUT',
        packet,
        hops: [
          { chain: 'INPUT', rule: 2, verdict: 'jump u' },
          { chain: 'u', rule: 1, verdict: 'drop' },
        ],
      },
    ]);
  });

  it('lines of two packets may come mixed, and a trace id that is used again begins another visit', () => {
    const lines = [
      head('a', 'filter INPUT', SYN),
      head('b', 'filter INPUT', ECHO),
      'trace id a ip filter INPUT policy drop meta mark 0x00000001 ',
      'trace id b ip filter INPUT policy accept ',
      head('a', 'filter INPUT', ECHO),
      'trace id a ip filter INPUT policy accept ',
    ];
    expect(readTrace('b', lines, places).map(({ packet, hops }) => [packet, hops[0]?.verdict])).toEqual([
      [{ id: 1399, sport: 40001, tcpFlags: 2 }, 'drop'],
      [{ id: 7, icmpType: 8, icmpCode: 0, probe: 8 }, 'accept'],
      [{ id: 7, icmpType: 8, icmpCode: 0, probe: 8 }, 'accept'],
    ]);
  });
});

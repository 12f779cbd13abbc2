import { describe, expect, it } from 'vitest';
import { readHandles, readTrace } from '../../src/lab/rulepath.ts';

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
const head = (port: number, flags = ''): string =>
  `PACKET: 2 f64c063b IN=e0 MACSRC=42:10:b5:81:38:a MACPROTO=0800 SRC=10.0.0.1 DST=10.0.0.2 LEN=30 TOS=0x0 TTL=64 ID=526 DF SPORT=${port} DPORT=53 ${flags}`;

describe('rule paths from xtables-monitor', () => {
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

  it('every rule and policy is a hop of the packet above it, and the TRACE rule is none', () => {
    const text = [
      head(40000),
      ' TRACE: 2 f64c063b raw:PREROUTING:rule:0x9:CONTINUE  -4 -t raw -A PREROUTING -j TRACE',
      ' TRACE: 2 f64c063b raw:PREROUTING:policy:ACCEPT ',
      head(40000),
      ' TRACE: 2 f64c063b filter:INPUT:rule:0x4:JUMP:u  -4 -t filter -A INPUT -j u',
      ' TRACE: 2 f64c063b filter:u:rule:0x6:DROP  -4 -t filter -A u -j DROP',
    ].join('\n');
    expect(readTrace('b', text, places)).toEqual([
      {
        node: 'b',
        sport: 40000,
        dport: 53,
        flags: '',
        hops: [
          { node: 'b', table: 'raw', chain: 'PREROUTING', verdict: 'ACCEPT' },
          { node: 'b', table: 'filter', chain: 'INPUT', rule: 2, verdict: 'JUMP:u' },
          { node: 'b', table: 'filter', chain: 'u', rule: 1, verdict: 'DROP' },
        ],
      },
    ]);
  });

  it('a number that is used again begins another packet', () => {
    const text = [head(40000, 'SYN'), head(40000, 'ACK'), head(40001)].join('\n');
    expect(readTrace('b', text, places).map(({ sport, flags }) => [sport, flags])).toEqual([
      [40000, 'SYN'],
      [40000, 'ACK'],
      [40001, ''],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { nextTcp, type TcpState, validFlags } from '../../src/evaluate/tcp.ts';
import { TCP_FLAG } from '../../src/packet/field.ts';

const { FIN, SYN, RST, ACK, URG, PSH, ECE, CWR } = TCP_FLAG;
const STATES: readonly TcpState[] = ['none', 'SYN_SENT', 'SYN_RECV', 'ESTABLISHED'];
const after = (direction: 'original' | 'reply', flags: number): readonly string[] =>
  STATES.map((state) => nextTcp(direction, state, flags) ?? '-');

describe('where a segment takes a connection to, from none, SYN_SENT, SYN_RECV and ESTABLISHED', () => {
  it.each([
    ['original', 'a SYN', SYN, ['SYN_SENT', 'SYN_SENT', 'SYN_RECV', 'ESTABLISHED']],
    ['original', 'a SYN-ACK', SYN | ACK, ['-', '-', 'SYN_RECV', '-']],
    ['original', 'a FIN', FIN | ACK, ['-', '-', 'SYN_RECV', 'ESTABLISHED']],
    ['original', 'an ACK', ACK, ['ESTABLISHED', '-', 'ESTABLISHED', 'ESTABLISHED']],
    ['original', 'data', ACK | PSH, ['ESTABLISHED', '-', 'ESTABLISHED', 'ESTABLISHED']],
    ['original', 'a RST', RST, ['-', 'SYN_SENT', 'SYN_RECV', 'ESTABLISHED']],
    ['original', 'no flag', 0, ['-', '-', '-', '-']],
    ['reply', 'a SYN', SYN, ['-', 'SYN_SENT', '-', '-']],
    ['reply', 'a SYN-ACK', SYN | ACK, ['-', 'SYN_RECV', 'SYN_RECV', 'ESTABLISHED']],
    ['reply', 'a FIN', FIN | ACK, ['-', '-', 'SYN_RECV', 'ESTABLISHED']],
    ['reply', 'an ACK', ACK, ['-', 'SYN_SENT', 'SYN_RECV', 'ESTABLISHED']],
    ['reply', 'a RST', RST, ['-', 'SYN_SENT', 'SYN_RECV', 'ESTABLISHED']],
    ['reply', 'only PSH', PSH, ['-', '-', '-', '-']],
  ] as const)('%s: %s', (direction, _, flags, expected) => {
    expect(after(direction, flags)).toEqual(expected);
  });

  it('RST outranks SYN, SYN outranks FIN, FIN outranks ACK', () => {
    expect(after('original', RST | SYN | FIN | ACK)).toEqual(after('original', RST));
    expect(after('original', RST | ACK)).toEqual(after('original', RST));
    expect(after('original', SYN | FIN)).toEqual(after('original', SYN));
    expect(after('original', SYN | FIN | ACK)).toEqual(after('original', SYN | ACK));
    expect(after('original', FIN)).toEqual(after('original', FIN | ACK));
    expect(after('reply', FIN | ACK)).not.toEqual(after('reply', ACK));
  });
});

it('no stack sends any other flags together; PSH, ECE and CWR go with anything', () => {
  const valid = [SYN, SYN | URG, SYN | ACK, RST, RST | ACK, FIN | ACK, FIN | ACK | URG, ACK, ACK | URG];
  for (let flags = 0; flags < 256; flags++)
    expect([flags, validFlags(flags)]).toEqual([flags, valid.includes(flags & ~(PSH | ECE | CWR))]);
});

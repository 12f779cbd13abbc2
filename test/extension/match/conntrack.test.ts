import { describe, expect, it } from 'vitest';
import { CT_STATE, CT_STATUS, PROTOCOL } from '../../../src/packet/field.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { asked } from '../ask.ts';

const { INVALID, NEW, ESTABLISHED, RELATED, UNTRACKED } = CT_STATE;
const { SNAT, DNAT, EXPECTED, ASSURED } = CT_STATUS;
const icmp = { proto: PROTOCOL.ICMP };

// conntrack_mt
describe('conntrack', () => {
  it.each<readonly [string, Partial<Packet>, boolean | 'unknown']>([
    // SNAT and DNAT are bits of the entry, and a state like any other to the rule
    ['--ctstate SNAT', { ctState: NEW, ctStatus: SNAT }, true],
    ['--ctstate SNAT', { ctState: NEW, ctStatus: DNAT }, false],
    ['--ctstate DNAT', { ctState: NEW, ctStatus: SNAT }, false],
    ['--ctstate SNAT', { ctState: INVALID, ctStatus: SNAT }, false],
    ['--ctstate SNAT', { ctState: UNTRACKED, ctStatus: SNAT }, false],
    ['--ctstate SNAT,DNAT', { ctState: ESTABLISHED, ctStatus: DNAT }, true],
    ['--ctstate SNAT,DNAT', { ctState: ESTABLISHED, ctStatus: 0 }, false],
    ['--ctstate NEW,SNAT', { ctState: ESTABLISHED, ctStatus: SNAT }, true],
    ['--ctstate NEW,SNAT', { ctState: NEW, ctStatus: 0 }, true],
    ['! --ctstate NEW,SNAT', { ctState: NEW, ctStatus: 0 }, false],
    ['! --ctstate NEW,SNAT', { ctState: ESTABLISHED, ctStatus: DNAT }, true],
    ['! --ctstate SNAT', { ctState: ESTABLISHED, ctStatus: SNAT }, false],
    ['--ctdir ORIGINAL', { ctState: NEW, ctDirection: 1 }, false],
    ['--ctdir REPLY', { ctState: NEW, ctDirection: 1 }, true],
    ['--ctstatus NONE,ASSURED', { ctState: NEW, ctStatus: ASSURED }, true],
    ['! --ctstatus ASSURED', { ctState: NEW, ctStatus: EXPECTED }, true],
    ['! --ctstatus ASSURED', { ctState: NEW, ctStatus: ASSURED | EXPECTED }, false],
    // only an ICMP error belongs to a flow of another protocol
    ['--ctproto icmp', { ctState: NEW, ...icmp }, true],
    ['! --ctproto icmp', { ctState: NEW, ...icmp }, false],
    ['--ctproto icmp', { ctState: ESTABLISHED, proto: PROTOCOL.UDP }, false],
    ['--ctproto icmp', { ctState: RELATED, ...icmp }, 'unknown'],
    ['--ctproto icmp --ctdir REPLY', { ctState: RELATED, ...icmp, ctDirection: 0 }, false],
    ['--ctproto icmp', { ctState: INVALID, ...icmp }, false],
  ])('%s on %j: %s', (options, packet, matched) => {
    expect(asked(`-m conntrack ${options}`, packet)).toBe(matched);
  });
});

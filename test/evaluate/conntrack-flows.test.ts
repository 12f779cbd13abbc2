import { describe, expect, it } from 'vitest';
import { confirm, type Flow, isTaken, describe as say, stateOf, tableOf, track } from '../../src/evaluate/conntrack.ts';
import { newSkb, type Skb } from '../../src/evaluate/skb.ts';
import { inverse, type Tuple, tupleOf } from '../../src/evaluate/tuple.ts';
import type { World } from '../../src/evaluate/world.ts';
import type { Hook } from '../../src/network/ruleset.ts';
import { CT_STATE, CT_STATUS, NO_TRACK, TCP_FLAG } from '../../src/packet/field.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { icmp, tcp, udp } from './ask.ts';
import { b, flowOf, worldOf } from './at-hook.ts';
import { addr } from './build.ts';

const { SYN, ACK, FIN, RST } = TCP_FLAG;
const { NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED } = CT_STATE;
const [asker, server] = [addr('10.0.0.1'), '10.0.0.2'];
const asked = (tcpFlags: number) => tcp(server, 80, { src: asker, tcpFlags });
const answered = (tcpFlags: number) => tcp('10.0.0.1', 40000, { src: addr(server), sport: 80, tcpFlags });

/** What conntrack makes of a packet at node `b`. */
function seen(of: Packet, world: World = worldOf(b()), hook: Hook = 'PREROUTING', more: Partial<Skb> = {}): Skb {
  const node = world.network.nodes.get('b');
  if (node === undefined) throw new Error('no b');
  const skb = { ...newSkb('request', of), ...more };
  track(world, skb, { node, hook, in: 'eth0' });
  return skb;
}

/** The states of packets that come by one after the other; the first one is confirmed. */
function states(...packets: readonly Packet[]): readonly string[] {
  const world = worldOf(b());
  return packets.map((of) => {
    const skb = seen(of, world);
    confirm(world, skb);
    if (skb.track === undefined) return 'invalid';
    const { flow, direction, state } = skb.track;
    return [direction, state, flow.tcp, ...(flow.assured ? ['assured'] : [])].join(' ');
  });
}

describe('a connection', () => {
  it('is NEW until the first answer, ESTABLISHED then, and assured with the ACK', () => {
    expect(states(asked(SYN), asked(SYN), answered(SYN | ACK), asked(ACK), answered(ACK), asked(FIN | ACK))).toEqual([
      `original ${NEW} SYN_SENT`,
      `original ${NEW} SYN_SENT`,
      `reply ${ESTABLISHED} SYN_RECV`,
      `original ${ESTABLISHED} ESTABLISHED assured`,
      `reply ${ESTABLISHED} ESTABLISHED assured`,
      `original ${ESTABLISHED} ESTABLISHED assured`,
    ]);
  });

  it('that began with an ACK is assured when it is answered', () => {
    expect(states(asked(ACK), asked(ACK), answered(ACK), asked(ACK))).toEqual([
      `original ${NEW} ESTABLISHED`,
      `original ${NEW} ESTABLISHED`,
      `reply ${ESTABLISHED} ESTABLISHED`,
      `original ${ESTABLISHED} ESTABLISHED assured`,
    ]);
  });

  it('has no place for a segment out of turn, and stays as it was', () => {
    expect(states(asked(SYN), asked(ACK), answered(FIN | ACK), answered(SYN | ACK))).toEqual([
      `original ${NEW} SYN_SENT`,
      'invalid',
      'invalid',
      `reply ${ESTABLISHED} SYN_RECV`,
    ]);
    expect(states(asked(SYN), answered(SYN | ACK), answered(RST), answered(SYN))).toEqual([
      `original ${NEW} SYN_SENT`,
      `reply ${ESTABLISHED} SYN_RECV`,
      `reply ${ESTABLISHED} SYN_RECV`,
      'invalid',
    ]);
  });
});

it('udp and icmp flows are ESTABLISHED with the first answer, and never assured by one', () => {
  const [question, answer] = [
    udp(server, 53, { src: asker }),
    udp('10.0.0.1', 40000, { src: addr(server), sport: 53 }),
  ];
  const none = 'none';
  expect(states(question, question, answer, question)).toEqual([
    `original ${NEW} ${none}`,
    `original ${NEW} ${none}`,
    `reply ${ESTABLISHED} ${none}`,
    `original ${ESTABLISHED} ${none}`,
  ]);
  const echo = icmp(server, { src: asker });
  const reply = icmp('10.0.0.1', { src: addr(server), icmpType: 0 });
  expect(states(echo, reply)).toEqual([`original ${NEW} ${none}`, `reply ${ESTABLISHED} ${none}`]);
  expect(states(reply)).toEqual(['invalid']);
});

it('a flow that was expected is RELATED until it is answered', () => {
  const packet = udp(server, 53, { src: asker });
  const world = worldOf(b());
  tableOf(world, 'b', 0).push(flowOf(tupleOf(packet) as Tuple, { expected: true, confirmed: true }));
  expect(seen(packet, world).track?.state).toBe(RELATED);
  expect(seen(udp('10.0.0.1', 40000, { src: addr(server), sport: 53 }), world).track?.state).toBe(ESTABLISHED);
});

describe('a packet that has its entry already', () => {
  const packet = udp(server, 53, { src: asker });
  it('keeps it, and one that is not to be tracked gets none', () => {
    const mine = {
      flow: flowOf(tupleOf(packet) as Tuple),
      direction: 'reply',
      state: RELATED,
      pinned: false,
    } as const;
    expect(seen(packet, undefined, 'PREROUTING', { track: mine }).track).toBe(mine);
    const raw = seen(packet, undefined, 'PREROUTING', { untracked: true });
    expect([raw.track, raw.packet.ctState]).toEqual([undefined, UNTRACKED]);
  });

  it('is found by its original tuple first', () => {
    const world = worldOf(b());
    const tuple = tupleOf(packet) as Tuple;
    const [theirs, mine] = [flowOf(inverse(tuple), { confirmed: true }), flowOf(tuple, { confirmed: true })];
    tableOf(world, 'b', 0).push(theirs, mine);
    expect(seen(packet, world).track).toMatchObject({ flow: mine, direction: 'original' });
  });

  it('of a flow is never a pinned one, whichever way it goes', () => {
    const world = worldOf(b());
    const tuple = tupleOf(packet) as Tuple;
    const flow = flowOf(tuple, { confirmed: true, seenReply: true });
    tableOf(world, 'b', 0).push(flow);
    expect(seen(packet, world).track).toEqual({ flow, direction: 'original', state: ESTABLISHED, pinned: false });
  });

  it('is looked up in its own zone and node only', () => {
    const world = worldOf(b());
    tableOf(world, 'b', 5).push(flowOf(tupleOf(packet) as Tuple, { seenReply: true }));
    tableOf(world, 'c', 0).push(flowOf(tupleOf(packet) as Tuple, { seenReply: true }));
    expect(seen(packet, world).track?.state).toBe(NEW);
    expect(seen(packet, world, 'PREROUTING', { zone: 5 }).track?.state).toBe(ESTABLISHED);
    expect([...world.tables.keys()].sort()).toEqual(['b/0', 'b/5', 'c/0']);
  });
});

describe('a bad checksum', () => {
  const broken = { src: asker, badChecksum: 1 };
  it('is looked at in PREROUTING only, and of protocols that conntrack knows', () => {
    for (const of of [udp(server, 53, broken), tcp(server, 80, broken), icmp(server, broken)]) {
      expect(seen(of).track).toBeUndefined();
      expect(seen(of, undefined, 'OUTPUT').track?.state).toBe(NEW);
    }
    expect(seen(udp(server, 0, { ...broken, proto: 47, sport: 0 })).track?.state).toBe(NEW);
  });
});

describe('what rules see of an entry', () => {
  const of = tcp(server, 80, { src: asker });
  const described = (more: Partial<Flow>, direction: 'original' | 'reply' = 'original') => {
    const skb = newSkb('request', of);
    skb.track = { flow: flowOf(tupleOf(of) as Tuple, more), direction, state: ESTABLISHED, pinned: false };
    say(skb);
    return skb.packet;
  };
  it('is its state, direction, mark and both tuples', () => {
    expect(described({ mark: 9, reply: { src: 4, dst: 3, proto: 6, sport: 2, dport: 1 } }, 'reply')).toEqual({
      ...of,
      ctState: ESTABLISHED,
      ctStatus: 0,
      ctDirection: 1,
      ctMark: 9,
      ctOrigSrc: asker,
      ctOrigDst: addr(server),
      ctOrigSport: 40000,
      ctOrigDport: 80,
      ctReplSrc: 4,
      ctReplDst: 3,
      ctReplSport: 2,
      ctReplDport: 1,
    });
    expect(described({}).ctDirection).toBe(0);
  });

  it('is one bit for each thing that has happened to it', () => {
    const bit = (more: Partial<Flow>): number => described(more).ctStatus;
    expect(bit({ expected: true })).toBe(CT_STATUS.EXPECTED);
    expect(bit({ seenReply: true })).toBe(CT_STATUS.SEEN_REPLY);
    expect(bit({ assured: true })).toBe(CT_STATUS.ASSURED);
    expect(bit({ confirmed: true })).toBe(CT_STATUS.CONFIRMED);
    expect(bit({ nat: { source: true, destination: false } })).toBe(CT_STATUS.SNAT);
    expect(bit({ nat: { source: false, destination: true } })).toBe(CT_STATUS.DNAT);
    const all = { expected: true, seenReply: true, assured: true, confirmed: true };
    expect(bit({ ...all, nat: { source: true, destination: true } })).toBe(63);
  });

  it('has no ports where the protocol has none, only the id', () => {
    const echo = icmp(server, { src: asker });
    expect(seen(echo).packet).toMatchObject({ ctOrigSport: 7, ctOrigDport: 0, ctReplSport: 7, ctReplDport: 0 });
  });

  it('is nothing but INVALID or UNTRACKED where there is none', () => {
    const skb = newSkb('request', { ...of, ctState: 3, ctMark: 9, ctOrigSrc: 1 });
    say(skb);
    expect([skb.packet, stateOf(skb)]).toEqual([{ ...of, ...NO_TRACK }, INVALID]);
    skb.untracked = true;
    say(skb);
    expect([skb.packet.ctState, stateOf(skb)]).toEqual([UNTRACKED, UNTRACKED]);
  });
});

describe('a pinned state', () => {
  const pinned = (state: number, of: Packet, world: World = worldOf(b())) =>
    seen(of, { ...world, states: new Map([['b', state]]) });
  const question = udp(server, 53, { src: asker });

  it('makes the flow what it must have been before', () => {
    const flow = (state: number, of: Packet) => pinned(state, of).track?.flow;
    expect(flow(NEW, question)).toEqual(flowOf(tupleOf(question) as Tuple));
    expect(flow(RELATED, question)).toEqual(flowOf(tupleOf(question) as Tuple, { expected: true }));
    expect(flow(ESTABLISHED, question)).toEqual(flowOf(tupleOf(question) as Tuple, { seenReply: true }));
    const syn = { seenReply: true, assured: true, tcp: 'ESTABLISHED' } as const;
    expect(flow(ESTABLISHED, asked(SYN))).toEqual(flowOf(tupleOf(asked(SYN)) as Tuple, syn));
    expect(flow(NEW, asked(SYN))).toEqual(flowOf(tupleOf(asked(SYN)) as Tuple, { tcp: 'SYN_SENT' }));
    // flags that begin nothing, of a packet that is said to be NEW all the same
    expect(flow(NEW, asked(RST))?.tcp).toBe('SYN_SENT');
    expect(flow(NEW, asked(ACK))?.tcp).toBe('ESTABLISHED');
  });

  it('is that of the packet, which asks nat as its first packet would have', () => {
    for (const state of [NEW, ESTABLISHED, RELATED])
      expect(pinned(state, question).track).toMatchObject({ direction: 'original', state, pinned: true });
    expect(seen(question).track?.pinned).toBe(false);
  });

  it('INVALID and UNTRACKED leave no entry', () => {
    for (const [state, untracked] of [
      [INVALID, false],
      [UNTRACKED, true],
    ] as const) {
      const skb = pinned(state, question);
      expect([skb.track, skb.untracked, skb.packet.ctState]).toEqual([undefined, untracked, state]);
    }
  });

  it('is of a packet without a tuple, too', () => {
    const error = icmp(server, { src: asker, icmpType: 3 });
    expect(pinned(RELATED, error).track?.flow.original).toEqual({
      src: asker,
      dst: addr(server),
      proto: 1,
      sport: 0,
      dport: 0,
    });
  });

  it('finds the flow again where the packet comes by twice', () => {
    const world = worldOf(b());
    const [mine, other] = [
      flowOf(tupleOf(question) as Tuple, { confirmed: true }),
      flowOf({ ...(tupleOf(question) as Tuple), sport: 1 }, { confirmed: true }),
    ];
    tableOf(world, 'b', 0).push(other, mine);
    const found = pinned(ESTABLISHED, question, world).track;
    expect(found?.flow).toBe(mine);
    expect(found).toEqual({ flow: mine, direction: 'original', state: ESTABLISHED, pinned: true });
  });

  it('is of the request at its own node only', () => {
    const at = (leg: World['leg'], node: string) =>
      seen(question, { ...worldOf(b()), states: new Map([[node, ESTABLISHED]]), leg }).track?.state;
    expect([at('request', 'b'), at('request', 'c'), at('answer', 'b')]).toEqual([ESTABLISHED, NEW, NEW]);
  });
});

it('a tuple is taken where another flow sends or answers with it', () => {
  const tuple = tupleOf(udp(server, 53, { src: asker })) as Tuple;
  const world = worldOf(b());
  const [mine, other] = [flowOf(tuple), flowOf({ ...tuple, sport: 9 }, { reply: inverse(tuple) })];
  tableOf(world, 'b', 0).push(mine);
  expect([isTaken(world, mine, tuple), isTaken(world, mine, mine.reply)]).toEqual([false, false]);
  tableOf(world, 'b', 0).push(other);
  expect([isTaken(world, mine, inverse(tuple)), isTaken(world, mine, { ...tuple, sport: 9 })]).toEqual([true, true]);
  expect(isTaken(world, mine, { ...tuple, sport: 10 })).toBe(false);
});

import { describe, expect, it } from 'vitest';
import {
  at,
  clone,
  drop,
  finish,
  flood,
  newSkb,
  note,
  originOf,
  RANK,
  type Skb,
  scrub,
  write,
} from '../../src/evaluate/skb.ts';
import type { Fate } from '../../src/packet/fate.ts';
import { CT_STATE, NO_TRACK } from '../../src/packet/field.ts';
import { packet } from '../../src/packet/packet.ts';
import { build, host } from './build.ts';

const place = { file: 'b/ip-addr.txt', line: 7, column: 3 };
const first = packet({ src: 1, dst: 2, mark: 5 });
const FATES = {
  delivered: { kind: 'delivered', node: 'b', interface: 'eth0' },
  unknown: { kind: 'unknown', node: 'b', unknown: { id: 'x', reason: 'y' } },
  leaves: { kind: 'leaves', node: 'b', interface: 'eth0' },
  dropped: { kind: 'dropped', node: 'b', reason: 'ttl' },
  none: { kind: 'none', reason: 'nothing' },
} as const satisfies Record<Fate['kind'], Fate>;

describe('a new packet', () => {
  it('has been nowhere, belongs to no flow, and is as it was sent', () => {
    expect(newSkb('answer', first)).toEqual({
      leg: 'answer',
      sent: first,
      packet: first,
      hops: [],
      copies: [],
      own: [],
      track: undefined,
      untracked: false,
      zone: undefined,
      bridge: undefined,
      tag: undefined,
      seen: new Set(),
    });
  });

  it('keeps what was sent when fields are written', () => {
    const skb = newSkb('request', first);
    write(skb, { src: 9 });
    expect([skb.packet, skb.sent]).toEqual([{ ...first, src: 9 }, first]);
  });
});

describe('a hop', () => {
  it('holds the packet as it is then, and its file and line where it has a place', () => {
    const skb = newSkb('request', first);
    note(skb, { node: 'a', hook: 'route', text: 't', ...at(place), verdict: 'v' });
    write(skb, { dst: 9 });
    note(skb, { node: 'a', hook: 'route', text: 't', ...at(undefined), verdict: 'v' });
    expect(skb.hops).toEqual([
      { node: 'a', hook: 'route', text: 't', file: 'b/ip-addr.txt', line: 7, verdict: 'v', packet: first },
      { node: 'a', hook: 'route', text: 't', verdict: 'v', packet: { ...first, dst: 9 } },
    ]);
  });

  it('of a drop says the reason, and the fate says what decided', () => {
    const skb = newSkb('request', first);
    const eth0 = build({ b: host('10.0.0.2/24') }, []).nodes.get('b')?.interfaces[1];
    if (eth0 === undefined) throw new Error('no eth0');
    const origin = originOf('b', { ...eth0, place }, 'eth0 is down');
    expect(origin).toEqual({ node: 'b', text: 'eth0 is down', place });
    expect(drop(skb, 'link', 'interface down', origin)).toEqual({
      kind: 'dropped',
      node: 'b',
      reason: 'interface down',
      origin,
    });
    expect(skb.hops).toEqual([
      {
        node: 'b',
        hook: 'link',
        text: 'eth0 is down',
        file: 'b/ip-addr.txt',
        line: 7,
        verdict: 'DROP (interface down)',
        packet: first,
      },
    ]);
  });
});

/** A packet that carries everything that one can carry on a node. */
function laden(): Skb {
  const skb = newSkb('request', first);
  note(skb, { node: 'a', hook: 'socket', text: 't', verdict: 'sent' });
  skb.untracked = true;
  skb.zone = 4;
  skb.tag = 5;
  skb.bridge = { physIn: 'p1' };
  skb.seen.add('a eth0');
  write(skb, { mark: 7, ctState: CT_STATE.ESTABLISHED, ctMark: 8, ctStatus: 3, ctOrigSrc: 1 });
  return skb;
}

it('on another host nothing is left of marks, conntrack and bridge; the tag, the way and the other fields stay', () => {
  const skb = laden();
  scrub(skb);
  expect(skb).toEqual({
    ...newSkb('request', first),
    hops: laden().hops,
    tag: 5,
    seen: new Set(['a eth0']),
    packet: { ...first, mark: 0, ...NO_TRACK },
  });
});

it('a copy goes its own way from here: what it meets is not told of the other, what ended before stays with that', () => {
  const skb = laden();
  skb.copies = [finish(newSkb('request', first), FATES.none)];
  skb.own = skb.copies;
  const copy = clone(skb);
  expect(copy).toEqual({ ...laden(), copies: [], own: [] });
  note(copy, { node: 'b', hook: 'link', text: 't', verdict: 'v' });
  copy.seen.add('b eth0');
  expect([skb.hops, [...skb.seen]]).toEqual([laden().hops, ['a eth0']]);
});

it('a walk holds the way, both ends of the packet, its fate, and copies, the own one last', () => {
  const skb = laden();
  const [one, own] = [finish(newSkb('request', first), FATES.none), finish(newSkb('request', first), FATES.delivered)];
  skb.copies = [one];
  skb.own = [own];
  expect(finish(skb, FATES.leaves)).toEqual({
    leg: 'request',
    sent: first,
    hops: skb.hops,
    fate: FATES.leaves,
    received: skb.packet,
    copies: [one, own],
  });
});

describe('of what was flooded', () => {
  const flooded = (...kinds: readonly Fate['kind'][]) => {
    const skb = laden();
    const ways = kinds.map((kind, n) => (copy: Skb) => {
      write(copy, { ttl: n });
      note(copy, { node: 'b', hook: 'link', text: `way ${n}`, verdict: kind });
      return FATES[kind];
    });
    return { skb, fate: flood(skb, ways, () => FATES.none) };
  };

  it('the best copy speaks: delivered, then unknown, then what leaves, then what is dropped', () => {
    const order = ['delivered', 'unknown', 'leaves', 'dropped', 'none'] as const;
    expect(RANK).toEqual(order);
    for (const [n, kind] of order.entries()) expect(flooded(...order.slice(n).toReversed()).fate).toEqual(FATES[kind]);
  });

  it('the packet goes on as that copy, and the others are kept with their own ways', () => {
    const { skb, fate } = flooded('dropped', 'delivered', 'leaves');
    expect(fate).toEqual(FATES.delivered);
    expect(skb.packet.ttl).toBe(1);
    expect(skb.hops.map(({ text }) => text)).toEqual(['t', 'way 1']);
    expect(skb.copies.map((copy) => [copy.fate.kind, copy.hops.at(-1)?.text, copy.received.ttl, copy.copies])).toEqual([
      ['leaves', 'way 2', 2, []],
      ['dropped', 'way 0', 0, []],
    ]);
  });

  it('copies of copies are copies of the packet, and one of them may be the best', () => {
    const skb = laden();
    const twice = (copy: Skb) => flood(copy, [() => FATES.dropped, () => FATES.leaves], () => FATES.none);
    expect(flood(skb, [() => FATES.dropped, twice], () => FATES.none)).toEqual(FATES.leaves);
    expect(skb.copies.map(({ fate }) => fate.kind)).toEqual(['dropped', 'dropped']);
  });

  it('nothing is left where there is no way', () => {
    const { skb, fate } = flooded();
    expect([fate, skb.hops, skb.copies]).toEqual([FATES.none, laden().hops, []]);
  });
});

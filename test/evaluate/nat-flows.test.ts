import { describe, expect, it } from 'vitest';
import { type Flow, tableOf } from '../../src/evaluate/conntrack.ts';
import { bind, hasMovedOn, mustAsk } from '../../src/evaluate/nat.ts';
import { inverse, type Tuple } from '../../src/evaluate/tuple.ts';
import type { NatRange } from '../../src/extension/definition.ts';
import { printAddress } from '../../src/packet/address.ts';
import { CT_STATE, PROTOCOL } from '../../src/packet/field.ts';
import type { Ranges } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';
import { b, flowOf, worldOf } from './at-hook.ts';
import { addr } from './build.ts';

const tuple: Tuple = {
  src: addr('10.0.0.1'),
  dst: addr('10.0.1.9'),
  proto: PROTOCOL.UDP,
  sport: 40000,
  dport: 53,
};
const track = (flow: Flow, more: object = {}) =>
  ({ flow, direction: 'original', state: CT_STATE.NEW, pinned: false, ...more }) as const;

interface Bound {
  readonly done: boolean;
  readonly flow: Flow;
  /** The translated tuple. */
  readonly now: string;
  readonly asked: readonly { readonly what: string; readonly ranges: Ranges<Scalar> }[];
}

/** Binds a flow; choices get their highest value. `others`: tuples whose flows the node knows. */
function bound(range: NatRange, of: Partial<Tuple> = {}, others: readonly Partial<Tuple>[] = [], out = 'eth1'): Bound {
  const asked: { what: string; ranges: Ranges<Scalar> }[] = [];
  const choose = <S extends Scalar>({ id, reason }: { id: string; reason: string }, ranges: Ranges<S>): S => {
    asked.push({ what: `${id} | ${reason}`, ranges });
    return (ranges.at(-1)?.[1] ?? 0) as S;
  };
  const network = b();
  const world = worldOf(network, { choose });
  const node = network.nodes.get('b');
  if (node === undefined) throw new Error('no b');
  for (const other of others) tableOf(world, 'b', 0).push(flowOf({ ...tuple, ...other }, { confirmed: true }));
  const flow = flowOf({ ...tuple, ...of });
  const position = { node, hook: 'POSTROUTING', ...(out === '' ? {} : { out }) } as const;
  const done = bind(world, track(flow), range, position);
  const { src, sport, dst, dport } = inverse(flow.reply);
  return { done, flow, now: `${printAddress(src)}:${sport} > ${printAddress(dst)}:${dport}`, asked };
}

const to = (text: string, last = text) => [addr(text), addr(last)] as const;
const SNAT = { manip: 'source', addresses: to('10.0.1.2') } as const;
const DNAT = { manip: 'destination', addresses: to('10.0.1.8') } as const;
/** A flow of somebody else that has the source which this one is about to get. */
const RIVAL = { src: addr('10.0.1.2') };

describe('a flow is bound', () => {
  it('once: by SNAT the source of what it sends, by DNAT the destination', () => {
    const source = bound(SNAT);
    expect(source.now).toBe('10.0.1.2:40000 > 10.0.1.9:53');
    expect(source.flow).toMatchObject({
      nat: { source: true, destination: false },
      bound: { source: true, destination: false },
      masquerade: undefined,
    });
    const destination = bound(DNAT);
    expect(destination.now).toBe('10.0.0.1:40000 > 10.0.1.8:53');
    expect(destination.flow).toMatchObject({
      nat: { source: false, destination: true },
      bound: { source: false, destination: true },
    });
  });

  it('as it is, where nothing is to change', () => {
    for (const range of [{ manip: 'source' }, { ...SNAT, addresses: to('10.0.0.1') }] as const) {
      const { done, now, flow, asked } = bound(range);
      expect([done, now, asked]).toEqual([true, '10.0.0.1:40000 > 10.0.1.9:53', []]);
      expect(flow.bound).toEqual({ source: true, destination: false });
      expect(flow.nat).toEqual({ source: false, destination: false });
    }
  });

  it('never again, and not once it is confirmed', () => {
    const world = worldOf(b());
    const node = world.network.nodes.get('b');
    if (node === undefined) throw new Error('no b');
    for (const more of [{ confirmed: true }, { bound: { source: true, destination: false } }]) {
      const flow = flowOf(tuple, more);
      expect(bind(world, track(flow), SNAT, { node, hook: 'POSTROUTING', out: 'eth1' })).toBe(true);
      expect(flow).toEqual(flowOf(tuple, more));
    }
    const half = flowOf(tuple, { bound: { source: false, destination: true } });
    bind(world, track(half), SNAT, { node, hook: 'POSTROUTING', out: 'eth1' });
    expect(half.nat).toEqual({ source: true, destination: false });
  });
});

describe('MASQUERADE', () => {
  const range = { manip: 'source', masquerade: true } as const;
  it('takes the address of the device towards the next hop, and remembers the device', () => {
    const { done, now, flow } = bound(range);
    expect([done, now, flow.masquerade]).toEqual([true, '10.0.1.2:40000 > 10.0.1.9:53', 'eth1']);
    expect(bound(range, { dst: addr('10.0.2.9') }).now).toBe('10.0.2.2:40000 > 10.0.2.9:53');
  });
  it('prefers the gateway to the destination', () => {
    const world = worldOf(b());
    const node = world.network.nodes.get('b');
    if (node === undefined) throw new Error('no b');
    const flow = flowOf(tuple);
    bind(world, track(flow), range, { node, hook: 'POSTROUTING', out: 'eth1', nextHop: addr('10.0.2.254') });
    expect(printAddress(flow.reply.dst)).toBe('10.0.2.2');
  });
  it('without a device has no address, and leaves the flow as it was', () => {
    expect(bound(range, {}, [], '')).toMatchObject({ done: false, flow: flowOf(tuple), asked: [] });
  });
});

describe('the address', () => {
  it('of NETMAP keeps the host part', () => {
    const netmapMask = 0xffffff00;
    expect(bound({ manip: 'source', addresses: to('10.7.7.0'), netmapMask }).now).toBe('10.7.7.1:40000 > 10.0.1.9:53');
    expect(bound({ manip: 'destination', addresses: to('10.7.7.0'), netmapMask }).now).toBe(
      '10.0.0.1:40000 > 10.7.7.9:53',
    );
  });

  it('stays where SNAT has it in its range already, unless it is to be random', () => {
    for (const range of [to('10.0.0.1', '10.0.0.9'), to('10.0.0.0', '10.0.0.1')]) {
      expect(bound({ manip: 'source', addresses: range })).toMatchObject({
        now: '10.0.0.1:40000 > 10.0.1.9:53',
        asked: [],
      });
      const [first] = bound({ manip: 'source', addresses: range, random: true }).asked;
      expect(first?.what).toContain(`address of ${printAddress(range[0])}-${printAddress(range[1])}`);
    }
  });

  it.each([
    ['outside of the range', 'source', to('10.0.0.2', '10.0.0.9'), '10.0.0.9:40000 > 10.0.1.9:53'],
    ['above the range', 'source', to('9.0.0.2', '9.0.0.9'), '9.0.0.9:40000 > 10.0.1.9:53'],
    ['outside of the range', 'source', to('10.0.0.0', '10.0.0.0'), '10.0.0.0:40000 > 10.0.1.9:53'],
    ['of a destination even inside', 'destination', to('10.0.1.8', '10.0.1.10'), '10.0.0.1:40000 > 10.0.1.10:53'],
  ] as const)('%s is picked by hash', (_, manip, addresses, expected) => {
    const { now, asked } = bound({ manip, addresses });
    const [low, high] = addresses;
    const what = `address of ${printAddress(low)}-${printAddress(high)}`;
    expect(now).toBe(expected);
    const reason = `nat on b picks the ${what}`;
    const one = { what: `b nat ${what} request 17 ${tuple.src} ${tuple.dst} | ${reason}`, ranges: [addresses] };
    expect(asked).toEqual(low === high ? [] : [one]);
  });
});

describe('the source port', () => {
  const asks = (range: NatRange, of: Partial<Tuple>, others: readonly Partial<Tuple>[] = [{ ...RIVAL, ...of }]) =>
    bound(range, of, others).asked.map(({ what, ranges }) => [what.replace(/^.* \| /, ''), ranges]);
  const picks = (low: number, high: number) => `nat on b picks the source port of ${low}-${high}`;

  it('stays where nobody else has it', () => {
    for (const others of [[], [{ ...RIVAL, sport: 40001 }], [{ ...RIVAL, dst: 1 }], [{ ...RIVAL, proto: 6 }]])
      expect(bound(SNAT, {}, others)).toMatchObject({ now: '10.0.1.2:40000 > 10.0.1.9:53', asked: [] });
  });

  it('that somebody else has becomes any other, a low one a low one', () => {
    expect(asks(SNAT, {})).toEqual([
      [
        picks(1024, 65535),
        [
          [1024, 39999],
          [40001, 65535],
        ],
      ],
    ]);
    expect(asks(SNAT, { sport: 1 })).toEqual([[picks(1, 511), [[2, 511]]]]);
    expect(asks(SNAT, { sport: 511 })).toEqual([[picks(1, 511), [[1, 510]]]]);
    expect(asks(SNAT, { sport: 512 })).toEqual([[picks(600, 1023), [[600, 1023]]]]);
    expect(asks(SNAT, { sport: 1023 })).toEqual([[picks(600, 1023), [[600, 1022]]]]);
    expect(asks(SNAT, { sport: 1024 })).toEqual([[picks(1024, 65535), [[1025, 65535]]]]);
  });

  it('is somebody else’s if answers to him carry it, too', () => {
    const answering = { src: tuple.dst, dst: RIVAL.src, sport: 53, dport: 40000 };
    expect(bound(SNAT, {}, [answering]).asked).toHaveLength(1);
  });

  it('moves into the range that is given, and stays in it if it is free', () => {
    const range = { ...SNAT, ports: [50000, 50009] } as const;
    expect(asks(range, {}, [])).toEqual([[picks(50000, 50009), [[50000, 50009]]]]);
    for (const sport of [50000, 50009])
      expect(bound(range, { sport })).toMatchObject({ now: `10.0.1.2:${sport} > 10.0.1.9:53`, asked: [] });
    expect(asks(range, { sport: 50000 })).toEqual([[picks(50000, 50009), [[50001, 50009]]]]);
    expect(bound({ ...SNAT, ports: [77, 77] })).toMatchObject({ now: '10.0.1.2:77 > 10.0.1.9:53', asked: [] });
    expect(bound({ ...SNAT, ports: [40000, 40000] }, {}, [RIVAL])).toMatchObject({
      now: '10.0.1.2:40000 > 10.0.1.9:53',
      asked: [],
    });
  });

  it('is any where it is to be random', () => {
    expect(asks({ ...SNAT, random: true }, {}, [])).toEqual([[picks(1024, 65535), [[1024, 65535]]]]);
  });

  it('is none of a protocol without ports', () => {
    expect(bound({ ...SNAT, random: true, ports: [1, 2] }, { proto: 47, sport: 0, dport: 0 }).asked).toEqual([]);
  });
});

describe('the destination port', () => {
  it('stays even where somebody else has it, unless another is asked for', () => {
    const rival = { dst: addr('10.0.1.8') };
    expect(bound(DNAT, {}, [rival])).toMatchObject({ now: '10.0.0.1:40000 > 10.0.1.8:53', asked: [] });
    expect(bound({ ...DNAT, ports: [54, 60] }).now).toBe('10.0.0.1:40000 > 10.0.1.8:54');
    expect(bound({ ...DNAT, ports: [50, 60] }).now).toBe('10.0.0.1:40000 > 10.0.1.8:53');
    expect(bound({ ...DNAT, ports: [50, 60] }, {}, [rival]).now).toBe('10.0.0.1:40000 > 10.0.1.8:50');
  });

  it('is any of the range where it is to be random', () => {
    const { asked } = bound({ ...DNAT, ports: [60, 69], random: true });
    expect(asked.map(({ what, ranges }) => [what, ranges])).toEqual([
      [
        `b nat destination port of 60-69 request 17 ${tuple.src} ${tuple.dst} | nat on b picks the destination port of 60-69`,
        [[60, 69]],
      ],
    ]);
    expect(bound({ ...DNAT, random: true }).now).toBe('10.0.0.1:40000 > 10.0.1.8:53');
  });

  it('is shifted from a base, round the range and round 65536', () => {
    const shifted = (dport: number, portBase: number) =>
      bound({ ...DNAT, ports: [1000, 1009], portBase }, { dport })
        .now.split(':')
        .at(-1);
    expect(shifted(53, 50)).toBe('1003');
    expect(shifted(63, 50)).toBe('1003');
    expect(shifted(53, 41)).toBe('1002');
    expect(shifted(50, 53)).toBe(`${1000 + ((65536 - 3) % 10)}`);
    expect(shifted(1005, 1005)).toBe('1000');
  });
});

describe('nat is to be asked', () => {
  it('for NEW, RELATED and pinned packets of flows that are not bound yet', () => {
    const asked = (state: number, pinned = false, isBound = false) =>
      mustAsk(track(flowOf(tuple, { bound: { source: isBound, destination: !isBound } }), { state, pinned }), 'source');
    expect([1, 3].map((state) => asked(state))).toEqual([true, true]);
    expect([0, 2, 4].map((state) => asked(state))).toEqual([false, false, false]);
    expect([0, 1, 2, 3, 4].map((state) => asked(state, true))).toEqual([true, true, true, true, true]);
    expect([0, 1, 2, 3, 4].map((state) => asked(state, true, true))).toEqual([false, false, false, false, false]);
  });

  it('never for one that has moved on, which is one that leaves by a device that it was not masqueraded for', () => {
    const node = b().nodes.get('b');
    if (node === undefined) throw new Error('no b');
    const moved = (masquerade: string | undefined, direction: string, hook: string, out: string) =>
      hasMovedOn(track(flowOf(tuple, { masquerade }), { direction }), { node, hook, out } as never);
    expect(moved('eth0', 'original', 'POSTROUTING', 'eth1')).toBe(true);
    expect(moved('eth0', 'original', 'POSTROUTING', 'eth0')).toBe(false);
    expect(moved('eth0', 'reply', 'POSTROUTING', 'eth1')).toBe(false);
    expect(moved('eth0', 'original', 'OUTPUT', 'eth1')).toBe(false);
    expect(moved(undefined, 'original', 'POSTROUTING', 'eth1')).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/evaluate/conntrack.ts';
import { translate } from '../../src/evaluate/nat.ts';
import { newSkb } from '../../src/evaluate/skb.ts';
import { CT_STATE } from '../../src/packet/field.ts';
import { packet } from '../../src/packet/packet.ts';
import { flowOf } from './at-hook.ts';

const track = (flow: Flow, direction = 'original') =>
  ({ flow, direction: direction as 'original', state: CT_STATE.NEW, pinned: false }) as const;

describe('a packet of a translated flow', () => {
  const flow = (nat: Flow['nat'], proto = 17) =>
    flowOf(
      { src: 1, dst: 2, proto, sport: 3, dport: 4 },
      { nat, reply: { src: 12, dst: 11, proto, sport: 14, dport: 13 } },
    );
  const done = (
    direction: string,
    manip: 'source' | 'destination',
    nat: Flow['nat'],
    of: { proto?: number; fragment?: number } = {},
  ) => {
    const skb = newSkb('request', packet({ proto: 17, src: 7, dst: 8, sport: 9, dport: 10, ...of }));
    skb.track = track(flow(nat, of.proto), direction);
    const { src, dst, sport, dport } = (translate(skb, manip), skb.packet);
    return [src, dst, sport, dport];
  };
  const source = { source: true, destination: false };
  const destination = { source: false, destination: true };
  const asItWas = [7, 8, 9, 10];

  it('gets of each kind what the flow has of it', () => {
    expect(done('original', 'source', source)).toEqual([11, 8, 13, 10]);
    expect(done('original', 'destination', source)).toEqual(asItWas);
    expect(done('original', 'destination', destination)).toEqual([7, 12, 9, 14]);
    expect(done('original', 'source', destination)).toEqual(asItWas);
  });

  it('that answers gets the other kind undone', () => {
    expect(done('reply', 'destination', source)).toEqual([7, 1, 9, 3]);
    expect(done('reply', 'source', source)).toEqual(asItWas);
    expect(done('reply', 'source', destination)).toEqual([2, 8, 4, 10]);
    expect(done('reply', 'destination', destination)).toEqual(asItWas);
  });

  it('without ports gets an address only', () => {
    expect(done('original', 'source', source, { proto: 47 })).toEqual([11, 8, 9, 10]);
    expect(done('original', 'destination', destination, { fragment: 1 })).toEqual([7, 12, 9, 10]);
  });

  it('says whether it was translated, and one of no flow never is', () => {
    const skb = newSkb('request', packet({ proto: 17, src: 7 }));
    expect(translate(skb, 'source')).toBe(false);
    skb.track = track(flow(source));
    expect([translate(skb, 'destination'), translate(skb, 'source')]).toEqual([false, true]);
  });
});

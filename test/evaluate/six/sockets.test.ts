import { describe, expect, it } from 'vitest';
import { explore } from '../../../src/evaluate/explore.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { said } from '../ask.ts';
import { addr6, build6, type Host6 } from '../six-build.ts';
import { nat, ping, probe6, tcp6, udp6 } from './ask.ts';

const [NEAR, FAR, R] = ['2001:db8:4::2', '2001:db8:5::2', 'fe80::ff:fe00:100'];
const S = 'fe80::ff:fe00:a';

/** s and r on two links. */
const twoLinks = (r: Partial<Host6> = {}, s: Partial<Host6> = {}) =>
  build6(
    {
      s: {
        interfaces: {
          eth0: { addresses: [`${NEAR}/64`], mac: '02:00:00:00:00:0a' },
          eth1: { addresses: [`${FAR}/64`], mac: '02:00:00:00:00:0b' },
        },
        ...s,
      },
      r: {
        interfaces: {
          eth1: { addresses: ['2001:db8:4::1/64'], mac: '02:00:00:00:01:00' },
          eth2: { addresses: ['2001:db8:5::1/64'], mac: '02:00:00:00:01:01' },
        },
        ...r,
      },
    },
    [
      ['s:eth0', 'r:eth1'],
      ['s:eth1', 'r:eth2'],
    ],
  );

/** Every reply, whatever is unknown. */
const replies = (network: ReturnType<typeof twoLinks>, of: Packet, by = 'eth0'): readonly string[] => {
  const all = explore(network, probe6(`s%${by}`, of), { packet: of, states: new Map() });
  return [...new Set(all.map(({ disposition }) => said(disposition.reply)))].sort();
};
const src = (text: string): Partial<Packet> => ({ src: addr6(text) });
const BOTH = ['delivered s', 'dropped s: no socket'];

describe('a socket that names a device', () => {
  it.each([
    ['an echo', ping(R, src(FAR)), BOTH],
    [
      'udp, whose answer may be bound to another link',
      udp6(R, 53, src(FAR)),
      ['delivered s', 'dropped r: no route', 'dropped s: no socket'],
    ],
    ['tcp, which is bound to it', tcp6(R, 80, src(FAR)), ['dropped s: no socket']],
    ['what needs no device, and is bound to it then', ping('2001:db8:4::1', src(FAR)), ['dropped s: no socket']],
    ['an echo that comes in there', ping(R, src(NEAR)), ['delivered s']],
    ['tcp that comes in there', tcp6(R, 80, src(NEAR)), ['delivered s']],
    ['its own node, by the device that has the address', tcp6(S, 80, src(NEAR)), ['delivered s']],
    ['its own node, by the one that has not', tcp6(S, 80, src(FAR)), ['dropped s: no socket']],
  ])('hears %s', (_, of, expected) => {
    expect(replies(twoLinks(), of)).toEqual(expected);
  });

  it('keeps the device where nat turns it to another destination, if it is bound', () => {
    const turned = twoLinks({}, { ip6tables: nat(`-A OUTPUT -d ${R}/128 -j DNAT --to-destination 2001:db8:5::1`) });
    expect(replies(turned, ping(R, src(FAR)))).toEqual(['delivered s', 'none']);
    expect(replies(turned, tcp6(R, 80, src(FAR)))).toEqual(['none']);
  });
});

describe('a listener', () => {
  const reply = (port: number, listeners: NonNullable<Host6['listeners']>): readonly string[] =>
    replies(twoLinks({ listeners }), tcp6('2001:db8:4::1', port, src(FAR)), 'eth0');
  const free = (port: number, listeners: NonNullable<Host6['listeners']>): string | undefined =>
    explore(twoLinks({ listeners }), probe6('s', tcp6('2001:db8:4::1', port, src(FAR))), {
      packet: tcp6('2001:db8:4::1', port, src(FAR)),
      states: new Map(),
    }).map(({ disposition }) => said(disposition.reply))[0];

  it('that is bound to a device answers by that alone', () => {
    expect(free(80, [[6, 80, '::', 'eth1']])).toBe('dropped r: no route');
    expect(free(80, [[6, 80]])).toBe('delivered s');
  });

  it('with the address comes before one with the device, and that before all others', () => {
    const [exact, near, any] = [
      [6, 80, '2001:db8:4::1'],
      [6, 80, '::', 'eth1'],
      [6, 80],
    ] as const;
    expect(free(80, [any, near])).toBe('dropped r: no route');
    expect(free(80, [near, exact])).toBe('delivered s');
    expect(reply(80, [near, exact])).toEqual(['dropped s: no socket']);
  });
});

describe('what answers udp from an address of a link', () => {
  it('answers by that link if it is bound to it', () => {
    const back = { routes: [`default via ${NEAR} dev eth1`] };
    const ends = (r: Partial<Host6>) =>
      explore(twoLinks(r), probe6('s%eth0', udp6(R, 53, src(FAR))), {
        packet: udp6(R, 53, src(FAR)),
        states: new Map(),
      }).filter(({ met }) => met.some(({ unknown, value }) => unknown.id.includes('answers bound') && value === 1));
    expect([...new Set(ends(back).map(({ disposition }) => said(disposition.reply)))]).toEqual(['delivered s']);
    expect([...new Set(ends({}).map(({ disposition }) => said(disposition.reply)))]).toEqual(['dropped r: no route']);
  });
});

import { lower } from '../../../src/lower/lower.ts';
import { parseAddress6 } from '../../../src/packet/address6.ts';
import type { Probe, Source } from '../../../src/packet/exchange.ts';
import { PROTOCOL } from '../../../src/packet/field.ts';
import type { PacketClass } from '../../../src/packet/packet.ts';
import { only } from '../../../src/packet/ranges.ts';
import { parseSnapshot } from '../../../src/parse/snapshot.ts';
import type { Extra } from '../../agreement/generate/six/extra.ts';
import { NO_EXTRA } from '../../agreement/generate/six/extra.ts';
import { sixSnapshotOf } from '../../agreement/generate/six/snapshot.ts';
import type { World } from '../../agreement/generate/world.ts';
import { FIELDS, printed } from '../ask.ts';
import { everyEnd, inputsOf, least } from '../ends.ts';

/** A question about IPv6; worlds are written in IPv4, and 10.1.0.2 is 2001:db8::a01:2. */
export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly proto?: 'TCP' | 'UDP' | 'ICMPV6';
  /** The zone of the destination. */
  readonly by?: string;
  readonly source?: Source;
  readonly fields?: PacketClass;
  readonly back?: boolean;
  /** Of a class of destinations, the one that is looked at; else the least. */
  readonly dst?: bigint;
}

export const at = (text: string): bigint => parseAddress6(text) ?? -1n;

export const probeOf = ({ from, to, proto = 'UDP', by, source, fields = {}, back = true }: Asked): Probe => ({
  family: 6,
  source: source ?? {
    kind: 'socket',
    node: from,
    bound: fields.src !== undefined,
    ...(by === undefined ? {} : { device: by }),
  },
  state: 'fresh',
  back,
  packets: {
    ...FIELDS,
    dst: only(at(to)),
    proto: only(PROTOCOL[proto]),
    dport: only(9999),
    icmpType: only(128),
    ...fields,
  },
});

/** Every way in which the packet, or the least of its class, can end: `request | reply`. */
export function ask(world: World, asked: Asked, extra: Partial<Extra> = {}): readonly string[] {
  const { value, located } = parseSnapshot(sixSnapshotOf(world, { ...NO_EXTRA, ...extra }));
  if (value === undefined) throw new Error(JSON.stringify(located));
  const program = lower(value, probeOf(asked));
  const inputs = new Map([
    ...inputsOf(program, least),
    ...(asked.dst === undefined ? [] : [['dst', asked.dst] as const]),
  ]);
  const ends = everyEnd(program, inputs);
  return [...new Set(ends.map(printed))].sort();
}

export const LOST = 'the request did not arrive';

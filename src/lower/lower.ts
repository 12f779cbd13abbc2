import { start } from '../ir/bounds.ts';
import type { Program, Slot } from '../ir/program.ts';
import { inFamily } from '../network/family.ts';
import type { Network } from '../network/network.ts';
import type { Probe } from '../packet/exchange.ts';
import { FIELDS, type Field } from '../packet/field.ts';
import type { Assumption } from '../packet/place.ts';
import { everything, type Ranges, ranges } from '../packet/ranges.ts';
import { type Scalar } from '../packet/scalar.ts';
import { request, requested } from './exchange.ts';
import type { Lowering, Options, Walk } from './walk.ts';

/** Fields that conntrack attaches on the way: no packet brings them along. */
const ATTACHED: ReadonlySet<Field> = new Set(FIELDS.filter((field) => field.startsWith('ct')));

/** Fields that the path itself sets, by where the packet comes from. */
const SET_BY_PATH = {
  socket: new Set<Field>(['macSrc', 'macDst']),
  wire: new Set<Field>(['mark']),
  raw: new Set<Field>(['mark']),
} as const satisfies Record<Probe['source']['kind'], ReadonlySet<Field>>;

/** The slots that packets of the class bring along, with their values. */
function inputsOf(network: Network, { family = 4, source, packets, state }: Probe): ReadonlyMap<Slot, Ranges<Scalar>> {
  const unbound = source.kind === 'socket' && !source.bound;
  const free = (field: Field): boolean =>
    !ATTACHED.has(field) && !SET_BY_PATH[source.kind].has(field) && !(unbound && field === 'src');
  const fields = FIELDS.filter(free).map((field): [Slot, Ranges<Scalar>] => [
    field,
    packets[field] ?? everything(field, family),
  ]);
  if (state === 'fresh') return new Map(fields);
  const states = ranges(state.map((one) => [one, one] as const));
  return new Map([
    ...fields,
    ...[...network.nodes.keys()].map((node): [Slot, Ranges<Scalar>] => [`ctState@${node}`, states]),
  ]);
}

/**
 * What the network does with every packet of a class, and with the answers to it, as a Program: docs/path.md, written
 * for all packets at once.
 * @throws Error for a node or an interface that the network does not have
 */
export function lower(all: Network, probe: Probe, options: Options = { slice: true }): Program {
  const network = inFamily(all, probe.family);
  const inputs = inputsOf(network, probe);
  const at: Lowering = { network, probe, options, assumptions: new Set(), arrivals: { count: 0 } };
  const walk: Walk = {
    at,
    bounds: start(inputs, probe.family),
    leg: 'request',
    deliver: requested,
    entries: [],
    neighbours: new Map(),
    track: { kind: 'none' },
    trail: new Map(),
    forwarded: 0,
    copy: '',
    visits: 0,
  };
  const steps = request(walk, probe.source);
  return {
    ...(probe.family === undefined ? {} : { family: probe.family }),
    inputs,
    steps,
    assumptions: distinct(at.assumptions),
  };
}

const distinct = (assumptions: Iterable<Assumption>): readonly Assumption[] => [
  ...new Map([...assumptions].map((one) => [`${one.node ?? ''} ${one.text}`, one])).values(),
];

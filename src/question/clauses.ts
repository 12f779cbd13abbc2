import type { FlowState } from '../packet/exchange.ts';
import { CT_STATE, type Family, type Field, PROTOCOL } from '../packet/field.ts';
import type { PacketClass } from '../packet/packet.ts';
import { intersect, isEmpty, isSubset, only, type Ranges, ranges, union } from '../packet/ranges.ts';
import type { Scalar } from '../packet/scalar.ts';
import type { Span } from './complaint.ts';
import { icmp6In } from './family.ts';
import { ICMP } from './header.ts';
import { WITH_PORTS } from './names.ts';
import type { Complain } from './places.ts';
import type { ClauseSyntax, QuestionField, ValueSyntax } from './syntax.ts';
import { packetField, valuesOf } from './values.ts';

/** What the clauses of a `reach` question fix. */
export interface Pinned {
  readonly packets: PacketClass;
  /** `with any src`. */
  readonly anySource: boolean;
  readonly state: FlowState;
  readonly back: boolean;
  /** Where each field was fixed, for later complaints. */
  readonly at: ReadonlyMap<Field, Span>;
}

type FieldClause = {
  readonly field: QuestionField;
  readonly name: string;
  readonly value: ValueSyntax;
  readonly at: Span;
};

/** `over`, `port` and `from port` are short for fields. */
function fieldClauses(clauses: readonly ClauseSyntax[]): readonly FieldClause[] {
  return clauses.flatMap((clause): readonly FieldClause[] => {
    if (clause.kind === 'over') return [{ field: 'proto', name: 'over', value: clause.value, at: clause.at }];
    if (clause.kind !== 'field') return [];
    const field = clause.field === 'port' ? 'dport' : clause.field === 'from port' ? 'sport' : clause.field;
    return [{ field, name: clause.field, value: clause.value, at: clause.at }];
  });
}

const ANY_STATE: readonly number[] = Object.values(CT_STATE);
const WITH_PORTS_RANGES: Ranges = ranges(WITH_PORTS.map((number) => [number, number]));

/** Reads the clauses of a `reach` question; every mistake and every contradiction in them is complained of. */
export function pin(clauses: readonly ClauseSyntax[], family: Family, complain: Complain): Pinned {
  complainOfRepeats(clauses, complain);
  const packets: Partial<Record<Field, Ranges<Scalar>>> = {};
  const at = new Map<Field, Span>();
  let anySource = false;
  for (const clause of fieldClauses(clauses)) {
    const field = packetField(clause.field);
    packets[field] = readValues(clause, family, complain);
    at.set(field, clause.at);
    if (family === 4 && field === 'proto')
      for (const word of icmp6In(clause.value))
        complain(word.at, `\`${word.text}\` goes with IPv6`, 'ask for an address of IPv6');
    anySource ||= clause.field === 'src' && clause.value.kind === 'any';
  }
  const { ctState, ...rest } = packets as PacketClass;
  const back = clauses.some(({ kind }) => kind === 'back');
  return {
    packets: withProtocols(rest, ICMP[family].protocol, at, complain),
    anySource,
    state: stateOf(clauses, ctState, complain),
    back,
    at,
  };
}

function readValues({ field, name, value, at }: FieldClause, family: Family, complain: Complain): Ranges<Scalar> {
  let bad = false;
  const values = valuesOf(field, value, family, ({ word, message, advice }) => {
    bad = true;
    complain(word.at, message, advice);
  });
  if (isEmpty(values) && !bad) complain(at, `\`${name}\` leaves no value`, 'no packet is meant');
  return values;
}

function stateOf(clauses: readonly ClauseSyntax[], states: Ranges | undefined, complain: Complain): FlowState {
  const any = clauses.find(({ kind }) => kind === 'any state');
  if (any !== undefined && states !== undefined)
    complain(any.at, '`in any state` contradicts `ct state`', 'keep one of them');
  if (any !== undefined) return ANY_STATE;
  return states === undefined
    ? 'fresh'
    : ANY_STATE.filter((state) => states.some(([low, high]) => low <= state && state <= high));
}

/** Ports make it tcp and udp, an icmp type makes it icmp, unless the question says which protocol. */
function withProtocols(
  packets: PacketClass,
  icmp: number,
  at: ReadonlyMap<Field, Span>,
  complain: Complain,
): PacketClass {
  const port = at.get('dport') ?? at.get('sport');
  const type = at.get('icmpType');
  const implied =
    type !== undefined ? only(icmp) : port !== undefined ? union(only(PROTOCOL.TCP), only(PROTOCOL.UDP)) : undefined;
  const proto = packets.proto ?? implied;
  if (proto === undefined) return packets;
  if (port !== undefined && !isSubset(proto, WITH_PORTS_RANGES) && !isEmpty(proto))
    complain(
      port,
      type === undefined ? 'a port goes with tcp, udp, sctp, dccp or udplite only' : 'icmp has no ports',
      'leave out the port or change the protocol',
    );
  else if (type !== undefined && isEmpty(intersect(proto, only(icmp))))
    complain(type, 'an `icmp type` goes with icmp only', 'leave it out or ask `over icmp`');
  return { ...packets, proto };
}

const keyOf = (clause: ClauseSyntax): string =>
  clause.kind === 'field' || clause.kind === 'over' ? (fieldClauses([clause])[0]?.field ?? '') : clause.kind;

function complainOfRepeats(clauses: readonly ClauseSyntax[], complain: Complain): void {
  const seen = new Set<string>();
  for (const clause of clauses) {
    const key = keyOf(clause);
    if (seen.has(key))
      complain(
        clause.at,
        `${key === 'proto' ? 'the protocol' : `\`${key}\``} is said twice`,
        'values of one field go in one comma list',
      );
    seen.add(key);
    if (clause.kind === 'between')
      complain(clause.at, '`between` belongs to `is SERVICE always allowed`', 'write `can A reach B`');
  }
}

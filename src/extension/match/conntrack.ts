import { all, any, equals, masked, not, unknownBit } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import { CT_STATE, CT_STATUS, PROTOCOL } from '../../packet/field.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Unknown } from '../../packet/place.ts';
import { only } from '../../packet/ranges.ts';
import { oneOf, someOf } from '../codec/name.ts';
import { interval } from '../codec/number.ts';
import { protocolNumber } from '../codec/protocolnumber.ts';
import type { Matched, RuleContext } from '../definition.ts';
import { defineMatch } from '../extension.ts';
import { type Given, invertible, option } from '../option.ts';
import { every } from '../threevalued.ts';
import { TRACKED, tracked } from '../tracked.ts';
import { lowerTuples, TUPLE_OPTIONS, tuplesMatch } from './tuple.ts';

const STATES = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'] as const;
type State = (typeof STATES)[number];
const STATUSES = ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'] as const;
type Status = (typeof STATUSES)[number];

const EXPIRY = '-m conntrack --ctexpire: how long an entry still lives is not in a snapshot';
const INNER = '-m conntrack --ctproto: the protocol of the flow that an ICMP error belongs to';

const BITS: Readonly<Record<Status, number>> = { NONE: 0, ...CT_STATUS };
const bits = (statuses: readonly Status[]): number => statuses.reduce((sum, status) => sum | BITS[status], 0);

/** States that are the packet's; the others are statuses of its entry. */
const isOwn = (state: State): state is keyof typeof CT_STATE => state in CT_STATE;

const isIn = (state: State, packet: Packet): boolean =>
  isOwn(state) ? packet.ctState === CT_STATE[state] : tracked(packet) && (packet.ctStatus & CT_STATUS[state]) !== 0;

/** `--ctproto`, and the unknown that stands for the protocol of the flow that an ICMP error is about. */
interface Protocol extends Given<number> {
  readonly inner: Unknown;
}

function protocolMatches({ value, inverted, inner }: Protocol, packet: Packet): Matched {
  // the entry of an ICMP error is that of the flow which it is about
  if (packet.ctState === CT_STATE.RELATED && packet.proto === PROTOCOL.ICMP) return inner;
  return (packet.proto === value) !== inverted;
}

function lowerState({ value: states, inverted }: Given<readonly State[]>): Predicate {
  const nat = (states.includes('SNAT') ? CT_STATUS.SNAT : 0) | (states.includes('DNAT') ? CT_STATUS.DNAT : 0);
  const own = states.filter(isOwn).map((name) => equals('ctState', CT_STATE[name]));
  const among = any(...own, all(TRACKED, not(masked('ctStatus', nat, only(0)))));
  return inverted ? not(among) : among;
}

function lowerProtocol({ value, inverted, inner }: Protocol): Predicate {
  const error = all(equals('ctState', CT_STATE.RELATED), equals('proto', PROTOCOL.ICMP));
  const own = inverted ? not(equals('proto', value)) : equals('proto', value);
  return any(all(not(error), own), all(error, unknownBit(inner)));
}

function lowerStatus({ value, inverted }: Given<readonly Status[]>): Predicate {
  const none = masked('ctStatus', bits(value), only(0));
  return inverted ? none : not(none);
}

interface Doubtful {
  readonly ctproto?: Given<number>;
  readonly ctexpire?: Given<readonly [number, number]>;
}

/** Named in the same order for every packet, so that both meanings speak of the same unknowns. */
const unknownsOf = ({ ctproto, ctexpire }: Doubtful, { unknown }: RuleContext) => ({
  protocol: ctproto === undefined ? undefined : { ...ctproto, inner: unknown(INNER) },
  expiry: ctexpire === undefined ? undefined : unknown(EXPIRY),
});

export const conntrack = defineMatch({
  name: 'conntrack',
  summary: "what connection tracking knows of the packet's flow",
  source: 'net/netfilter/xt_conntrack.c (conntrack_mt)',
  partly: [INNER, EXPIRY],
  options: {
    ctstate: invertible(someOf('state', STATES, 'prefix')),
    ctproto: invertible(protocolNumber),
    ...TUPLE_OPTIONS,
    ctstatus: invertible(someOf('status', STATUSES, 'prefix')),
    ctexpire: invertible(interval(0, 0xffffffff, 'SECONDS[:SECONDS]')),
    ctdir: option(oneOf('direction', ['ORIGINAL', 'REPLY'], 'any case')),
  },
  check: (given) => (Object.keys(given).length === 0 ? 'at least one option is required' : undefined),
  matches(given, packet, context) {
    const { ctstate, ctstatus, ctdir } = given;
    const { protocol, expiry } = unknownsOf(given, context);
    if (ctstate !== undefined && ctstate.value.some((state) => isIn(state, packet)) === ctstate.inverted) return false;
    // a packet without an entry is judged by its state alone, whatever else is asked
    if (!tracked(packet)) return ctstate !== undefined;
    return every(
      () => ctdir === undefined || (packet.ctDirection === 0) === (ctdir.value === 'ORIGINAL'),
      () => tuplesMatch(given, packet),
      () => protocol === undefined || protocolMatches(protocol, packet),
      () => ctstatus === undefined || ((packet.ctStatus & bits(ctstatus.value)) !== 0) !== ctstatus.inverted,
      () => expiry ?? true,
    );
  },
  lower(given, context) {
    const { ctstate, ctstatus, ctdir } = given;
    const { protocol, expiry } = unknownsOf(given, context);
    const entry = all(
      TRACKED,
      ctdir === undefined ? all() : equals('ctDirection', ctdir.value === 'ORIGINAL' ? 0 : 1),
      lowerTuples(given),
      protocol === undefined ? all() : lowerProtocol(protocol),
      ctstatus === undefined ? all() : lowerStatus(ctstatus),
      expiry === undefined ? all() : unknownBit(expiry),
    );
    return ctstate === undefined ? entry : all(lowerState(ctstate), any(not(TRACKED), entry));
  },
  examples: [
    { rule: '-m conntrack --ctstate RELATED,ESTABLISHED' },
    { rule: '-m conntrack ! --ctstate DNAT' },
    { rule: '-m conntrack --ctstate new,untracked', saved: '-m conntrack --ctstate NEW,UNTRACKED' },
    { rule: '-m conntrack --ctproto tcp', saved: '-m conntrack --ctproto 6' },
    { rule: '-m conntrack --ctorigsrc 10.0.0.0/24 ! --ctorigdst 10.0.0.1 --ctorigdstport 80:90' },
    { rule: '-m conntrack --ctstatus ASSURED --ctdir REPLY' },
    { rule: '-m conntrack --ctexpire 0:60' },
    { rule: '-m conntrack --ctstate wrong', refused: true },
    { rule: '-m conntrack ! --ctdir REPLY', refused: true },
    { rule: '-m conntrack', refused: true },
  ],
});

import type { Node } from './network.ts';
import type { Action, Rule, Ruleset } from './ruleset.ts';

/** Matches and targets whose rules make the kernel track connections (they call `nf_ct_netns_get` when they are loaded). */
// biome-ignore format: a table
const TRACKING: ReadonlySet<string> = new Set([
  'cluster', 'connbytes', 'connlabel', 'connmark', 'conntrack', 'helper', 'state',
  'CONNMARK', 'CONNSECMARK', 'DNAT', 'MASQUERADE', 'NETMAP', 'REDIRECT', 'SNAT', 'SYNPROXY',
]);

/** `CT --notrack` alone needs no tracking (xt_ct_tg_check). */
const tracks = ({ matches, action }: Rule): boolean =>
  matches.some(({ name }) => TRACKING.has(name)) || (action.kind === 'target' && tracksAs(action));

const tracksAs = ({ name, text }: Extract<Action, { kind: 'target' }>): boolean =>
  TRACKING.has(name) || (name === 'CT' && !text.includes('--notrack'));

/** Targets that leave a packet as it is and do not end its way. */
const IDLE: ReadonlySet<string> = new Set(['ACCEPT', 'RETURN', 'LOG', 'NFLOG', 'TRACE']);

const isIdle = ({ action }: Rule): boolean => action.kind !== 'target' || IDLE.has(action.name);

/**
 * Whether packets come by the nat rules. nf_nat asks for tracked packets only, and since Linux 4.10 nothing is tracked
 * in a namespace before some rule of it needs that (in whatever chain it stands): `asked` where one does, `idle` where
 * none does and the nat rules could change nothing, else `open`: earlier kernels, and things that no capture shows,
 * track all the same.
 */
export type NatRules = 'asked' | 'idle' | 'open';

const known = new WeakMap<Ruleset, NatRules>();

export function natRules(ruleset: Ruleset): NatRules {
  const found = known.get(ruleset) ?? look(ruleset);
  known.set(ruleset, found);
  return found;
}

function look({ tables }: Ruleset): NatRules {
  const rulesOf = (all: Iterable<NonNullable<ReturnType<typeof tables.get>>>): readonly Rule[] =>
    [...all].flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules));
  if (rulesOf(tables.values()).some(tracks)) return 'asked';
  const nat = tables.get('nat');
  return nat === undefined || rulesOf([nat]).every(isIdle) ? 'idle' : 'open';
}

/** What is not known of a node whose nat rules are `open`. */
export const trackingUnknown = ({ name }: Node): { readonly id: string; readonly reason: string } => ({
  id: `${name} tracks`,
  reason: `whether ${name} tracks connections: no rule of its own needs that, and only then are its nat rules asked`,
});

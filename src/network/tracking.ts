import type { Node } from './network.ts';
import type { Action, Rule, Ruleset, Table } from './ruleset.ts';
import { assumed, known as isKnown, type Known, notKnown } from './unknown.ts';

/** Matches and targets whose rules make the kernel track connections (they call `nf_ct_netns_get` when they are loaded). */
// biome-ignore format: a table
const TRACKING: ReadonlySet<string> = new Set([
  'cluster', 'connbytes', 'connlabel', 'connlimit', 'connmark', 'conntrack', 'helper', 'state',
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

const rulesOf = (tables: Iterable<Table>): readonly Rule[] =>
  [...tables].flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules));

function look({ tables }: Ruleset): NatRules {
  if (rulesOf(tables.values()).some(tracks)) return 'asked';
  const nat = tables.get('nat');
  return nat === undefined || rulesOf([nat]).every(isIdle) ? 'idle' : 'open';
}

/** What is not known of a node whose nat rules are `open`. */
export const trackingUnknown = ({ name }: Node): { readonly id: string; readonly reason: string } => ({
  id: `${name} tracks`,
  reason: `whether ${name} tracks connections: no rule of its own needs that, and only then are its nat rules asked`,
});

/** They have fragments gathered without having connections tracked (`nf_defrag_ipv4_enable`). */
const gathers = ({ matches, action }: Rule): boolean =>
  matches.some(({ name }) => name === 'socket') || (action.kind === 'target' && action.name === 'TPROXY');

/**
 * Whether a node puts fragments together before any rule sees them (`nf_defrag_ipv4`, in PREROUTING and OUTPUT): where
 * connections are tracked, `--notrack` or not. Without a rule that needs it nothing is gathered, since Linux 4.10.
 */
export function gathersFragments(node: Node, ruleset: Ruleset): Known<boolean> {
  const nat = natRules(ruleset);
  if (nat === 'asked' || rulesOf(ruleset.tables.values()).some(gathers)) return isKnown(true);
  if (nat === 'open' || !(node.settingsComplete || node.kernelDefaults)) return notKnown(trackingUnknown(node).reason);
  const text = `${node.name} tracks no connections (no rule of its own needs that)`;
  return assumed(false, { node: node.name, text });
}

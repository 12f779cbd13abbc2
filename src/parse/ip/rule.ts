import type { PolicyRule } from '../../network/network.ts';
import { familyOf, type Prefix, printAddress, printPrefix } from '../../packet/address.ts';
import { ADDRESS_WIDTH, type Family } from '../../packet/field.ts';
import type { Place } from '../../packet/place.ts';
import { TABLE, tableName } from './table.ts';

/** What `ip rule` showed; `undecided`: selectors and actions that the model does not know. */
export interface SeenRules {
  readonly rules: readonly PolicyRule[];
  readonly undecided: readonly { readonly priority: number; readonly reason: string; readonly place: Place }[];
}

const lookup = (priority: number, table: keyof typeof TABLE): PolicyRule => ({
  priority,
  inverted: false,
  action: { kind: 'table', table: TABLE[table] },
  text: `${priority}: from all lookup ${table}`,
});

/** The rules of a fresh kernel (fib_default_rules_init, net/ipv4/fib_rules.c; fib6_rules_net_init_helper, net/ipv6/fib6_rules.c). */
export const DEFAULT_RULES: Readonly<Record<Family, readonly PolicyRule[]>> = {
  4: [lookup(0, 'local'), lookup(32766, 'main'), lookup(32767, 'default')],
  6: [lookup(0, 'local'), lookup(32766, 'main')],
};

/** A policy rule as `ip rule` prints it, one blank after the priority. */
export function printPolicyRule(rule: Omit<PolicyRule, 'text'>): string {
  return [
    `${rule.priority}:`,
    rule.inverted ? 'not' : '',
    `from ${rule.from === undefined ? 'all' : printSelector(rule.from)}`,
    rule.to === undefined ? '' : `to ${printSelector(rule.to)}`,
    rule.tos === undefined ? '' : `tos 0x${rule.tos.toString(16)}`,
    rule.mark === undefined
      ? ''
      : `fwmark 0x${rule.mark.value.toString(16)}${rule.mark.mask === 0xffffffff ? '' : `/0x${rule.mark.mask.toString(16)}`}`,
    rule.iif === undefined ? '' : `iif ${rule.iif}`,
    rule.oif === undefined ? '' : `oif ${rule.oif}`,
    rule.protocol === undefined ? '' : `ipproto ${rule.protocol}`,
    rule.sport === undefined ? '' : `sport ${printPorts(rule.sport)}`,
    rule.dport === undefined ? '' : `dport ${printPorts(rule.dport)}`,
    printAction(rule.action),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

const printSelector = (of: Prefix): string =>
  of.length === ADDRESS_WIDTH[familyOf(of.address)] ? printAddress(of.address) : printPrefix(of);
const printPorts = ([low, high]: readonly [number, number]): string => (low === high ? `${low}` : `${low}-${high}`);

const printAction = (action: PolicyRule['action']): string =>
  action.kind === 'table'
    ? `lookup ${tableName(action.table)}${action.suppressPrefixLength === undefined ? '' : ` suppress_prefixlength ${action.suppressPrefixLength}`}`
    : action.kind;

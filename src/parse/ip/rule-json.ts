import type { PolicyRule } from '../../network/network.ts';
import { type Address, type Prefix, prefix } from '../../packet/address.ts';
import { ADDRESS_WIDTH, type Family } from '../../packet/field.ts';
import type { JsonObject } from '../json.ts';
import type { Result } from '../located.ts';
import { COUNT, NUMBER, objectsOf, optional, required, type Shape, TEXT } from '../member.ts';
import { Source } from '../source.ts';
import { addressIn, parseTos } from './route-values.ts';
import { printPolicyRule, type SeenRules } from './rule.ts';
import { PROTOCOL_NUMBER, tableNumber } from './table.ts';

const UNDECIDED = ['uid_start', 'l3mdev', 'goto', 'nop', 'tun_id', 'suppress_ifgroup', 'dscp', 'flowlabel'];
const FINAL = ['blackhole', 'unreachable', 'prohibit'] as const;
const text = <T>(name: string, parse: (text: string) => T | undefined): Shape<T> => ({
  name,
  read: (value) => (value.kind === 'string' || value.kind === 'number' ? parse(String(value.value)) : undefined),
});
const TABLED = text('a routing table', tableNumber);
const TOS = text('a tos', parseTos);
const PROTO = text(
  'an IP protocol',
  (name) => PROTOCOL_NUMBER[name] ?? (/^\d{1,3}$/.test(name) ? Number(name) : undefined),
);

const ADDRESS: Readonly<Record<Family, Shape<Address>>> = {
  4: text('an IPv4 address', (written) => addressIn(4, written)),
  6: text('an IPv6 address', (written) => addressIn(6, written)),
};

/** Reads `ip -j rule show`, of IPv6 `ip -6 -j rule show`. */
export function parseRuleJson(content: string, file: string, family: Family = 4): Result<SeenRules> {
  const source = new Source(content, file);
  const rules: PolicyRule[] = [];
  const undecided: SeenRules['undecided'][number][] = [];
  for (const object of objectsOf(source)) {
    const unknown = UNDECIDED.find((key) => object.members.has(key));
    if (unknown === undefined) rules.push(...readRule(source, object, family));
    else
      undecided.push({
        priority: required(source, object, 'priority', COUNT) ?? 0,
        reason: `\`${unknown}\` in a policy rule`,
        place: source.place(object.members.get(unknown)?.key ?? object.span),
      });
  }
  return source.result({ rules, undecided });
}

function readRule(source: Source, object: JsonObject, family: Family): readonly PolicyRule[] {
  const priority = required(source, object, 'priority', COUNT);
  const action = readAction(source, object);
  if (priority === undefined || action === undefined) return [];
  const given = {
    from: readSelector(source, object, family, 'src'),
    to: readSelector(source, object, family, 'dst'),
    iif: optional(source, object, 'iif', TEXT),
    oif: optional(source, object, 'oif', TEXT),
    mark: readMark(source, object),
    tos: optional(source, object, 'tos', TOS),
    protocol: optional(source, object, 'ipproto', PROTO),
    sport: readPorts(source, object, 'sport'),
    dport: readPorts(source, object, 'dport'),
  };
  const shown = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Partial<PolicyRule>;
  const rule = {
    priority,
    inverted: object.members.has('not'),
    ...shown,
    action,
    place: source.place(object.members.get('priority')?.value.span ?? object.span),
  };
  return [{ ...rule, text: printPolicyRule(rule) }];
}

function readAction(source: Source, object: JsonObject): PolicyRule['action'] | undefined {
  const final = optional(source, object, 'action', TEXT);
  const kind = FINAL.find((one) => one === final);
  if (kind !== undefined) return { kind };
  const table = required(source, object, 'table', TABLED);
  const suppress = optional(source, object, 'suppress_prefixlen', COUNT);
  return table === undefined
    ? undefined
    : { kind: 'table', table, ...(suppress !== undefined && { suppressPrefixLength: suppress }) };
}

function readSelector(source: Source, object: JsonObject, family: Family, key: 'src' | 'dst'): Prefix | undefined {
  if (optional(source, object, key, TEXT) === 'all') return undefined;
  const most = ADDRESS_WIDTH[family];
  const address = optional(source, object, key, ADDRESS[family]);
  const length = optional(source, object, `${key}len`, COUNT) ?? most;
  if (length > most)
    source.error(
      object.members.get(`${key}len`)?.value.span ?? object.span,
      `\`${length}\` is no prefix length`,
      `an IPv${family} prefix has 0 to ${most} bits`,
    );
  return address === undefined || length > most ? undefined : prefix(address, length);
}

function readMark(source: Source, object: JsonObject): PolicyRule['mark'] | undefined {
  const value = optional(source, object, 'fwmark', NUMBER);
  return value === undefined ? undefined : { value, mask: optional(source, object, 'fwmask', NUMBER) ?? 0xffffffff };
}

function readPorts(source: Source, object: JsonObject, key: 'sport' | 'dport'): readonly [number, number] | undefined {
  const one = optional(source, object, key, COUNT);
  if (one !== undefined) return [one, one];
  const low = optional(source, object, `${key}_start`, COUNT);
  const high = optional(source, object, `${key}_end`, COUNT);
  return low === undefined || high === undefined ? undefined : [low, high];
}

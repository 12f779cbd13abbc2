import { type NwFilter, type NwReference, type NwRule, type Parameters, prefixOf } from './nwfilter.ts';

/** A rule of a guest's filters, with the chain that it stands in and the values of its variables. */
export interface Instance {
  readonly rule: NwRule;
  readonly chain: string;
  readonly chainPriority: number;
  readonly variables: Parameters;
}

/** All rules of a filter and of those that it brings in, depth first, or why they can't be told. */
export type Instances =
  | { readonly rules: readonly Instance[]; readonly filters: ReadonlySet<string> }
  | { readonly unknown: string };

export type FindFilter = (name: string) => NwFilter | undefined;

/** Follows a filter to its rules as libvirt does when a guest starts (nwfilter_gentech_driver.c: virNWFilterDoInstantiate). */
export function instancesOf(reference: NwReference, find: FindFilter): Instances {
  const rules: Instance[] = [];
  const filters = new Set<string>();
  const wrong = collect(reference, { find, rules, filters, way: [] });
  if (wrong !== undefined) return { unknown: wrong };
  const missing = new Set(rules.flatMap(missingOf));
  if (missing.size === 0) return { rules, filters };
  if (missing.size === 1 && missing.has('IP'))
    return { unknown: 'no address is given with `IP`: libvirt learns it from what the guest sends' };
  return { unknown: `no value is given for ${[...missing].map((one) => `\`${one}\``).join(', ')}` };
}

interface Collected {
  readonly find: FindFilter;
  readonly rules: Instance[];
  readonly filters: Set<string>;
  readonly way: readonly string[];
}

function collect({ name, parameters, place }: NwReference, of: Collected): string | undefined {
  const filter = of.find(name);
  if (filter === undefined) return `filter ${name} is not shown`;
  if (of.way.includes(name)) return `filter ${name} brings in itself`;
  of.filters.add(name);
  for (const entry of filter.entries) {
    const here = entry.place.file === '' ? { ...entry, place } : entry;
    if (here.kind === 'rule')
      of.rules.push({ rule: here, chain: filter.chain, chainPriority: filter.priority, variables: parameters });
    else {
      const inner = { ...here, parameters: new Map([...here.parameters, ...parameters]) };
      const wrong = collect(inner, { ...of, way: [...of.way, name] });
      if (wrong !== undefined) return wrong;
    }
  }
  return undefined;
}

/** `$NAME`, `$NAME[2]` (the third value) or `$NAME[@1]` (all values, in step with others of the same iterator). */
export interface Access {
  readonly name: string;
  readonly index?: number;
  readonly iterator: number;
}

export function accessOf(value: string): Access | undefined {
  const [, name, at, number] = /^\$(\w+)(?:\[\s*(@?)\s*(\d+)\s*\])?$/.exec(value) ?? [];
  if (name === undefined) return undefined;
  return at === '' ? { name, index: Number(number), iterator: 0 } : { name, iterator: Number(number ?? 0) };
}

const accessesOf = ({ rule }: Instance): readonly Access[] =>
  rule.attributes.flatMap(({ value }) => accessOf(value) ?? []);

const missingOf = (instance: Instance): readonly string[] =>
  accessesOf(instance)
    .filter(({ name, index }) => instance.variables.get(name)?.[index ?? 0] === undefined)
    .map(({ name }) => name);

/**
 * The rule with values for its variables, one a combination: variables of one iterator go in step, those of different
 * ones each with each (nwfilter_params.c: virNWFilterVarCombIterCreate). Nothing: lists of one iterator differ in length.
 */
export function combinations(instance: Instance): readonly NwRule[] | undefined {
  const accesses = accessesOf(instance).filter(({ index }) => index === undefined);
  const lengths = new Map<number, number>();
  for (const { name, iterator } of accesses) {
    const length = instance.variables.get(name)?.length ?? 0;
    if ((lengths.get(iterator) ?? length) !== length) return undefined;
    lengths.set(iterator, length);
  }
  const steps = [...lengths].reduce<readonly ReadonlyMap<number, number>[]>(
    (all, [iterator, length]) =>
      all.flatMap((step) => Array.from({ length }, (_, i) => new Map([...step, [iterator, i]]))),
    [new Map()],
  );
  return steps.map((step) => ({
    ...instance.rule,
    attributes: instance.rule.attributes.map((one) => ({ ...one, value: valueOf(one.value, instance, step) })),
  }));
}

function valueOf(value: string, { variables }: Instance, step: ReadonlyMap<number, number>): string {
  const access = accessOf(value);
  if (access === undefined) return value;
  return variables.get(access.name)?.[access.index ?? step.get(access.iterator) ?? 0] ?? value;
}

/**
 * The rules in the order in which libvirt makes them (nwfilter_ebiptables_driver.c: ebiptablesApplyNewRules): those of
 * the root chain first, by priority, else as they stand.
 */
export const inOrder = (instances: readonly Instance[]): readonly Instance[] =>
  instances.toSorted(
    (a, b) => Number(b.chain === 'root') - Number(a.chain === 'root') || a.rule.priority - b.rule.priority,
  );

/** Two chains of one protocol and priority: libvirt takes them in no particular order. */
export function tie(instances: readonly Instance[]): readonly [string, string] | undefined {
  const chains = [...new Map(instances.map((one) => [one.chain, one])).values()].filter(
    ({ chain }) => chain !== 'root',
  );
  for (const [i, one] of chains.entries())
    for (const other of chains.slice(i + 1))
      if (one.chainPriority === other.chainPriority && overlap(one.chain, other.chain)) return [one.chain, other.chain];
  return undefined;
}

const overlap = (a: string, b: string): boolean =>
  prefixOf(a) === prefixOf(b) || prefixOf(a) === 'mac' || prefixOf(b) === 'mac';

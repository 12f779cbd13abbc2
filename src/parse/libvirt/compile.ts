import type { FrameChain, FrameRule } from '../../network/frame-rules.ts';
import { printMac } from '../../packet/address.ts';
import type { Place } from '../../packet/place.ts';
import { parseEbtablesSave } from '../frames/ebtables.ts';
import type { GuestCard } from './domain.ts';
import { combinations, type FindFilter, type Instance, inOrder, instancesOf, tie } from './instance.ts';
import { FRAME_PROTOCOLS, IP_PROTOCOLS, type NwRule, type Parameters, prefixOf } from './nwfilter.ts';
import { testWords } from './words.ts';

/** A guest's card, at the port of the host where libvirt filters it. */
export interface FilteredPort {
  readonly card: GuestCard;
  readonly filter: NonNullable<GuestCard['filter']>;
  readonly port: string;
}

/** What libvirt makes of a guest's filters. */
export interface Compiled {
  /** Chains of table nat, those of the hooks with their rule for this port only. */
  readonly chains: ReadonlyMap<string, FrameChain>;
  /** Why the rules can't be told: then the hooks have a rule for the port whose action is unknown. */
  readonly unknown?: string;
  /** Rules that libvirt makes rules of iptables of. */
  readonly ofIptables: readonly NwRule[];
  readonly filters: ReadonlySet<string>;
}

/** A rule as libvirt hands it to ebtables. */
interface Made {
  readonly chain: string;
  readonly words: readonly string[];
  readonly place: Place;
  /** Of a rule that libvirt puts into the root chain. */
  readonly priority?: number;
  readonly unsure?: string;
}

type Side = 'I' | 'O';

/** The hook and the port's option of each side: `I` is what comes in from the guest. */
const HOOKS: Readonly<Record<Side, readonly [hook: string, option: string]>> = {
  I: ['PREROUTING', '-i'],
  O: ['POSTROUTING', '-o'],
};

/** Makes the rules of ebtables that libvirt makes for a guest's port (nwfilter_ebiptables_driver.c). */
export function compileFilter(at: FilteredPort, find: FindFilter): Compiled {
  const { card, filter } = at;
  const own: Parameters = card.mac === undefined ? new Map() : new Map([['MAC', [printMac(card.mac)]]]);
  const parameters = new Map([...own, ...filter.parameters]);
  const instances = instancesOf({ kind: 'filter', name: filter.name, parameters, place: filter.place }, find);
  if ('unknown' in instances) return unknownPort(at, instances.unknown, [], new Set());
  const { rules, filters } = instances;
  const ofIptables = rules.filter(({ rule }) => isOf(rule, IP_PROTOCOLS)).map(({ rule }) => rule);
  const frames = inOrder(rules.filter(({ rule }) => isOf(rule, FRAME_PROTOCOLS)));
  const made = (['I', 'O'] as const).map((side) => rulesOf(frames, side, at));
  const wrong = made.find((one) => typeof one === 'string');
  if (wrong !== undefined) return unknownPort(at, wrong as string, ofIptables, filters);
  const { chains, refused } = chainsOf(made.flat() as readonly Made[], filter.place);
  if (refused !== undefined) return unknownPort(at, refused, ofIptables, filters);
  return { chains, ofIptables, filters };
}

const isOf = ({ protocol }: NwRule, of: readonly string[]): boolean => of.includes(protocol);

/** The rules of one side, or why libvirt's order is not known. */
function rulesOf(all: readonly Instance[], side: Side, { port, filter }: FilteredPort): readonly Made[] | string {
  const passing = side === 'I' ? ['out', 'inout'] : ['in', 'inout'];
  const mine = all.filter(({ rule }) => passing.includes(rule.direction));
  if (mine.length === 0) return [];
  const tied = tie(mine);
  if (tied !== undefined) return `chains ${tied.join(' and ')} have the same priority: libvirt may take either first`;
  const [hook, option] = HOOKS[side];
  const root = `libvirt-${side}-${port}`;
  const rules: Made[] = [];
  for (const instance of mine) {
    const each = combinations(instance);
    if (each === undefined) return 'lists of values that go in step are of different lengths';
    const chain = instance.chain === 'root' ? root : chainName(side, port, instance.chain);
    rules.push(...each.map((rule) => made(rule, chain, side === 'I' && rule.direction === 'inout')));
  }
  const jump: Made = { chain: hook, words: [option, port, '-j', root], place: filter.place };
  return [jump, ...withJumps(mine, rules, side, port, root)];
}

const chainName = (side: Side, port: string, chain: string): string => `${side}-${port}-${chain}`;

function made(rule: NwRule, chain: string, reverse: boolean): Made {
  const { action, place, priority, unsure } = rule;
  // ebtables has no REJECT
  const target = action === 'reject' ? 'DROP' : action.toUpperCase();
  return {
    chain,
    words: [...testWords(rule, reverse), '-j', target],
    place,
    priority,
    ...(unsure !== undefined && { unsure }),
  };
}

/** Puts the jumps to a port's chains between the rules of its root chain, by their priorities. */
function withJumps(
  mine: readonly Instance[],
  rules: readonly Made[],
  side: Side,
  port: string,
  root: string,
): readonly Made[] {
  const chains = [...new Map(mine.filter(({ chain }) => chain !== 'root').map((one) => [one.chain, one])).values()];
  const jumps = chains
    .toSorted((a, b) => a.chainPriority - b.chainPriority)
    .map(({ chain, chainPriority, rule }) => ({
      priority: chainPriority,
      made: { chain: root, words: [...protocolWords(chain), '-j', chainName(side, port, chain)], place: rule.place },
    }));
  const merged: Made[] = [];
  const waiting = [...jumps];
  for (const rule of rules) {
    const before = rule.chain === root ? (rule.priority ?? 0) : Number.POSITIVE_INFINITY;
    while ((waiting[0]?.priority ?? Number.POSITIVE_INFINITY) <= before && waiting.length > 0)
      merged.push((waiting.shift() as (typeof jumps)[number]).made);
    merged.push(rule);
  }
  return [...merged, ...waiting.map((one) => one.made)];
}

const TYPES: Readonly<Record<string, string>> = {
  ipv4: 'IPv4',
  ipv6: 'IPv6',
  arp: 'ARP',
  rarp: 'RARP',
  vlan: '802_1Q',
};

/** Which frames get to a chain: it follows from the beginning of its name. */
function protocolWords(chain: string): readonly string[] {
  const prefix = prefixOf(chain) ?? 'mac';
  const type = TYPES[prefix];
  return type === undefined ? (prefix === 'stp' ? ['-d', 'BGA'] : []) : ['-p', type];
}

/** Reads the rules as they would be printed, each placed where the XML has it. */
function chainsOf(made: readonly Made[], place: Place): { chains: ReadonlyMap<string, FrameChain>; refused?: string } {
  const own = [...new Set(made.map(({ chain }) => chain))].filter((chain) => !HOOK_NAMES.includes(chain));
  // `-N` makes chains whose end accepts
  const head = ['*nat', ...HOOK_NAMES.map((name) => `:${name} ACCEPT`), ...own.map((name) => `:${name} ACCEPT`)];
  const lines = made.map(({ chain, words }) => `-A ${chain} ${words.join(' ')}`);
  const { value, located } = parseEbtablesSave(`${[...head, ...lines].join('\n')}\n`, place.file);
  const refused = located[0];
  if (value === undefined || refused !== undefined)
    return { chains: new Map(), refused: `ebtables refuses \`${refused?.line ?? ''}\`: ${refused?.message ?? ''}` };
  const placed = (rule: FrameRule): FrameRule => {
    const from = made[rule.place.line - head.length - 1] as Made;
    const tests = from.unsure === undefined ? rule.tests : [...rule.tests, unsure(from.unsure)];
    return { ...rule, tests, place: from.place };
  };
  const chains = [...(value.get('nat') ?? [])].map(([name, chain]): [string, FrameChain] => [
    name,
    { ...chain, rules: chain.rules.map(placed), place },
  ]);
  return { chains: new Map(chains) };
}

const unsure = (reason: string) => ({ kind: 'unknown', inverted: false, reason }) as const;
const HOOK_NAMES: readonly string[] = ['PREROUTING', 'POSTROUTING'];

/** A port of which nobody knows what libvirt does with its frames. */
function unknownPort(
  { port, filter }: FilteredPort,
  unknown: string,
  ofIptables: readonly NwRule[],
  filters: ReadonlySet<string>,
): Compiled {
  const reason = `filter ${filter.name} of ${port}: ${unknown}`;
  const chains = (['I', 'O'] as const).map((side): [string, FrameChain] => {
    const [hook, option] = HOOKS[side];
    const rule: FrameRule = {
      number: 1,
      tests: [{ kind: side === 'I' ? 'in' : 'out', inverted: false, name: port }],
      action: { kind: 'unknown', reason },
      text: `-A ${hook} ${option} ${port} -j libvirt-${side}-${port}`,
      place: filter.place,
    };
    return [hook, { name: hook, policy: 'ACCEPT', builtIn: true, rules: [rule], place: filter.place }];
  });
  return { chains: new Map(chains), unknown, ofIptables, filters };
}

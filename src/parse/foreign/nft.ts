import type { Place } from '../../packet/place.ts';
import type { JsonObject } from '../json.ts';
import { parseJson } from '../json.ts';
import type { Result } from '../located.ts';
import { COUNT, LIST, OBJECT, optional, TEXT } from '../member.ts';
import { Source } from '../source.ts';

/** A chain of an nft table: how many rules it holds, and whether its policy drops. */
export interface NftChain {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  rules: number;
  drops: boolean;
  /** The text says that iptables-nft made the table. */
  readonly managed: boolean;
  readonly place: Place;
}

/** Reads `nft -j list ruleset`, as far as to say which chains hold rules. */
export function parseNftJson(text: string, file: string): Result<readonly NftChain[]> {
  const source = new Source(text, file);
  const chains = new Map<string, NftChain>();
  const whole = source.isEmpty ? undefined : parseJson(source);
  const items = whole?.kind === 'object' ? (optional(source, whole, 'nftables', LIST) ?? []) : [];
  if (whole !== undefined && whole.kind !== 'object')
    source.error({ ...whole.span, length: 1 }, 'this is no nft ruleset', 'give the output of `nft -j list ruleset`');
  for (const item of items) if (item.kind === 'object') readItem(source, item, chains);
  return source.result([...chains.values()]);
}

function readItem(source: Source, item: JsonObject, chains: Map<string, NftChain>): void {
  const object = optional(source, item, 'chain', OBJECT) ?? optional(source, item, 'rule', OBJECT);
  if (object === undefined) return;
  const isRule = item.members.has('rule');
  const [family = '', table = ''] = [optional(source, object, 'family', TEXT), optional(source, object, 'table', TEXT)];
  const name = optional(source, object, isRule ? 'chain' : 'name', TEXT) ?? '';
  optional(source, object, 'handle', COUNT);
  const key = `${family} ${table} ${name}`;
  const chain = chains.get(key) ?? {
    family,
    table,
    chain: name,
    rules: 0,
    drops: false,
    managed: false,
    place: source.place(object.span),
  };
  if (isRule) chain.rules++;
  else if (optional(source, object, 'policy', TEXT) === 'drop') chain.drops = true;
  chains.set(key, chain);
}

const TABLE_HEAD = /^table\s+(?:(ip6?|inet|arp|bridge|netdev)\s+)?([^\s{]+)\s*\{/;
const CHAIN_HEAD = /^chain\s+([^\s{]+)\s*\{/;

/** Reads `nft list ruleset`, as far as to say which chains hold rules. */
export function parseNftText(text: string, file: string): Result<readonly NftChain[]> {
  const source = new Source(text, file);
  const chains: NftChain[] = [];
  let [family, table] = ['', ''];
  let [managed, announced, depth] = [false, false, 0];
  let current: NftChain | undefined;
  for (let line = 1; line <= source.lines.length; line++) {
    const whole = source.whole(line);
    const blank = whole.text === '' || whole.text.startsWith('#');
    if (depth === 0) {
      const head = TABLE_HEAD.exec(whole.text);
      if (/managed by iptables-nft/.test(whole.text)) announced = true;
      if (head !== null) [family, table, managed, announced] = [head[1] ?? 'ip', head[2] ?? '', announced, false];
      else if (!blank)
        source.note(
          whole,
          'this line is no part of an `nft list ruleset` listing',
          'delete it, or leave it: it is not read',
        );
    } else if (depth === 1) {
      const chain = CHAIN_HEAD.exec(whole.text)?.[1];
      current =
        chain === undefined
          ? undefined
          : { family, table, chain, rules: 0, drops: false, managed, place: source.place(whole) };
      if (current !== undefined) chains.push(current);
    } else if (depth === 2 && current !== undefined && !blank && whole.text !== '}') readLine(current, whole.text);
    depth = Math.max(0, depth + braces(whole.text));
  }
  return source.result(chains);
}

/** A line of a chain is its type and policy, or a rule. */
function readLine(chain: NftChain, text: string): void {
  if (/^(type|policy)\s/.test(text)) chain.drops ||= /policy\s+drop/.test(text);
  else chain.rules++;
}

/** How much deeper a line leads; what stands in quotes does not count. */
function braces(text: string): number {
  const bare = text.replace(/"[^"]*"/g, '');
  return (bare.match(/\{/g)?.length ?? 0) - (bare.match(/\}/g)?.length ?? 0);
}

import type { PolicyRule } from '../../network/network.ts';
import { familyOf, type Prefix, parseAnyPrefix } from '../../packet/address.ts';
import { ADDRESS_WIDTH, type Family } from '../../packet/field.ts';
import type { Result } from '../located.ts';
import { nearest } from '../nearest.ts';
import { Source, type Word } from '../source.ts';
import { parseTos } from './route-values.ts';
import { printPolicyRule, type SeenRules } from './rule.ts';
import { PROTOCOL_NUMBER, tableNumber } from './table.ts';

type Draft = { -readonly [K in keyof PolicyRule]?: PolicyRule[K] };

/** The prefix of a selector, of the family that the listing is of. */
export function prefixIn(family: Family, text: string): Prefix | undefined {
  const read = parseAnyPrefix(text);
  return read !== undefined && familyOf(read.address) === family ? read : undefined;
}

/** What may stand in a rule, each followed by one word: how that reads and where it goes; `undefined` if it cannot be read. */
const PARTS: Readonly<Record<string, (draft: Draft, text: string, family: Family) => unknown>> = {
  from: (draft, text, family) => setPrefix(draft, 'from', text, family),
  to: (draft, text, family) => setPrefix(draft, 'to', text, family),
  tos: (draft, text) => (draft.tos = parseTos(text)!),
  dsfield: (draft, text) => (draft.tos = parseTos(text)!),
  iif: (draft, text) => (draft.iif = text),
  dev: (draft, text) => (draft.iif = text),
  oif: (draft, text) => (draft.oif = text),
  fwmark: (draft, text) => (draft.mark = parseMark(text)!),
  ipproto: (draft, text) => (draft.protocol = PROTOCOL_NUMBER[text] ?? parseNumber(text, 255)!),
  sport: (draft, text) => (draft.sport = parsePorts(text)!),
  dport: (draft, text) => (draft.dport = parsePorts(text)!),
  lookup: (draft, text) => setTable(draft, text),
  table: (draft, text) => setTable(draft, text),
  suppress_prefixlength: (draft, text, family) => setSuppress(draft, text, family),
};
/** Known to iproute2 and not to the model: which packets such a rule takes is not decided. */
const UNDECIDED = [
  'uidrange',
  'l3mdev',
  '[l3mdev-table]',
  'goto',
  'nop',
  'tun_id',
  'suppress_ifgroup',
  'dscp',
  'flowlabel',
];
/** Words that say nothing of where a packet goes, each with one after it. */
const IGNORED = ['proto', 'protocol', 'realms', 'map-to'];
const FINAL = ['blackhole', 'unreachable', 'prohibit'] as const;

/** Reads `ip rule`, of IPv6 `ip -6 rule`. */
export function parseRuleText(text: string, file: string, family: Family = 4): Result<SeenRules> {
  const source = new Source(text, file);
  const rules: PolicyRule[] = [];
  const undecided: SeenRules['undecided'][number][] = [];
  source.refuseEmpty('a host without any policy rule has no routes');
  for (let line = 1; line <= source.lines.length; line++) {
    const words = source.words(line);
    const [first] = words;
    if (first === undefined) continue;
    if (!/^\d+:$/.test(first.text))
      source.note(
        source.whole(line),
        'this line is no part of an `ip rule` listing',
        'delete it, or leave it: it is not read',
      );
    else {
      const unknown = words.find(({ text: word }) => UNDECIDED.includes(word));
      if (unknown !== undefined)
        undecided.push({
          priority: Number(first.text.slice(0, -1)),
          reason: `the policy rule \`${source.whole(line).text}\``,
          place: source.place(unknown),
        });
      else rules.push(...readRule(source, family, first, words.slice(1)));
    }
  }
  return source.result({ rules, undecided });
}

function readRule(source: Source, family: Family, at: Word, words: readonly Word[]): readonly PolicyRule[] {
  const before = source.located.length;
  const draft: Draft = { priority: Number(at.text.slice(0, -1)), inverted: false, place: source.place(at) };
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === undefined) break;
    const final = FINAL.find((kind) => kind === word.text);
    if (word.text === 'not') draft.inverted = true;
    else if (final !== undefined) draft.action = { kind: final };
    else if (IGNORED.includes(word.text)) i++;
    else readPart(source, draft, family, word, words[++i]);
  }
  if (source.located.length > before) return [];
  if (draft.action === undefined) {
    source.error(at, 'a policy rule without an action', 'it ends like `lookup main`');
    return [];
  }
  const rule = draft as Omit<PolicyRule, 'text'>;
  return [{ ...rule, text: printPolicyRule(rule) }];
}

function readPart(source: Source, draft: Draft, family: Family, word: Word, value: Word | undefined): void {
  const part = PARTS[word.text];
  if (part === undefined) {
    const near = nearest(word.text, [...Object.keys(PARTS), ...FINAL, 'not']);
    source.error(
      word,
      `\`${word.text}\` is no part of a policy rule`,
      near === undefined ? 'write it as `ip rule` prints it' : `did you mean \`${near}\`?`,
    );
  } else if (value === undefined) source.error(word, `\`${word.text}\` without a value`, 'a word of it is missing');
  else if (part(draft, value.text, family) === undefined)
    source.error(value, `\`${value.text}\` cannot stand after \`${word.text}\``, 'write it as `ip rule` prints it');
}

function setPrefix(draft: Draft, key: 'from' | 'to', text: string, family: Family): true | undefined {
  if (text === 'all') return true;
  const prefix = prefixIn(family, text);
  if (prefix === undefined) return undefined;
  draft[key] = prefix;
  return true;
}

function setTable(draft: Draft, text: string): true | undefined {
  const table = tableNumber(text);
  if (table === undefined) return undefined;
  draft.action = { kind: 'table', table };
  return true;
}

function setSuppress(draft: Draft, text: string, family: Family): true | undefined {
  const length = parseNumber(text, ADDRESS_WIDTH[family]);
  if (length === undefined || draft.action?.kind !== 'table') return undefined;
  draft.action = { ...draft.action, suppressPrefixLength: length };
  return true;
}

export function parseMark(text: string): { readonly value: number; readonly mask: number } | undefined {
  const [, value, mask = '0xffffffff'] =
    /^(0x[0-9a-f]{1,8}|\d{1,10})(?:\/(0x[0-9a-f]{1,8}|\d{1,10}))?$/i.exec(text) ?? [];
  return value === undefined || Number(value) > 0xffffffff || Number(mask) > 0xffffffff
    ? undefined
    : { value: Number(value), mask: Number(mask) };
}

function parsePorts(text: string): readonly [number, number] | undefined {
  const [, low, high = low] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  return low === undefined || Number(high) > 65535 || Number(low) > Number(high)
    ? undefined
    : [Number(low), Number(high)];
}

const parseNumber = (text: string, most: number): number | undefined =>
  /^\d{1,10}$/.test(text) && Number(text) <= most ? Number(text) : undefined;

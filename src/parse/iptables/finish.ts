import { findConflict, printOptions } from '../../extension/option.ts';
import type { Action, Header, MatchUse, Rule } from '../../network/ruleset.ts';
import { type MaskedAddress } from '../../network/ruleset.ts';
import type { Word } from '../source.ts';
import type { Draft, Loaded } from './draft.ts';
import { printHeader } from './header.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A rule, as yet without its number, with what the kernel's checks ask of it. */
export interface PlacedRule {
  readonly rule: Writable<Rule>;
  readonly loaded: readonly Loaded[];
  /** The chain that it leads to, where it stands in the line. */
  readonly jump?: Word;
  /** `loaded` is shared with other lines: the words of this one are read again where they are needed. */
  readonly shared?: true;
}

/** Makes the rules of a draft whose words have all been read: one for each pair of source and destination. */
export function finishRules(draft: Draft, chain: string): readonly PlacedRule[] {
  const { loaded, jump } = draft;
  const { matches, action } = finishUses(draft);
  const words = jump === undefined ? { loaded } : { loaded, jump: jump.chain };
  return headersOf(draft).map((header) => {
    const text = printRule(chain, header, matches, action);
    return { ...words, rule: { number: 0, header, matches, action, text, place: draft.source.place(draft.line) } };
  });
}

/** What a rule asks beyond its header, and what it does. */
export function finishUses(draft: Draft): Pick<Rule, 'matches' | 'action'> {
  for (const loaded of draft.loaded) finishOptions(draft, loaded);
  return { matches: draft.loaded.filter(({ kind }) => kind === 'match').map(useOf), action: actionOf(draft) };
}

function headersOf({ header, sources, destinations }: Draft): readonly Header[] {
  const froms = sources.length === 0 ? [undefined] : sources;
  const tos = destinations.length === 0 ? [undefined] : destinations;
  return froms.flatMap((source) =>
    tos.map((destination) => ({ ...addressed('source', source), ...addressed('destination', destination), ...header })),
  );
}

const addressed = (side: 'source' | 'destination', of: MaskedAddress | undefined): Header =>
  of === undefined ? {} : { [side]: of };

/** Fills in defaults, leaves out what says nothing, and says what is missing. */
function finishOptions(draft: Draft, loaded: Loaded): void {
  const { definition, given, at, name } = loaded;
  if (definition === undefined || loaded.broken) return;
  const conflict = findConflict(definition.options, given);
  if (conflict !== undefined) {
    loaded.broken = true;
    const names = Object.keys(definition.options).map((one) => `--${one}`);
    return draft.source.error(at, `${name}: ${conflict}`, `its options: ${names.join(', ')}`);
  }
  for (const [key, one] of Object.entries(given)) if (definition.options[key]?.idle?.(one) === true) delete given[key];
  if (definition.complete !== undefined) loaded.given = { ...definition.complete(given) };
}

const optionText = ({ definition, given, verbatim }: Loaded): string =>
  definition === undefined ? verbatim.join(' ') : printOptions(definition.options, given);

const withOptions = (head: string, loaded: Loaded): string => [head, optionText(loaded)].filter(Boolean).join(' ');

function useOf(loaded: Loaded): MatchUse {
  const text = withOptions(`-m ${loaded.name}`, loaded);
  return loaded.definition === undefined
    ? { name: loaded.name, text }
    : { name: loaded.name, options: loaded.given, text };
}

function actionOf({ jump, loaded }: Draft): Action {
  if (jump !== undefined) return { kind: jump.kind, chain: jump.chain.text };
  const target = loaded.find(({ kind }) => kind === 'target');
  if (target === undefined) return { kind: 'none' };
  const text = withOptions(`-j ${target.name}`, target);
  const { name, given } = target;
  return target.definition === undefined
    ? { kind: 'target', name, text }
    : { kind: 'target', name, options: given, text };
}

export function printAction(action: Action): string[] {
  if (action.kind === 'none') return [];
  if (action.kind === 'target') return [action.text];
  return [`${action.kind === 'jump' ? '-j' : '-g'} ${action.chain}`];
}

/** A rule as `iptables-save` prints it, from `-A`. */
export const printRule = (chain: string, header: Header, matches: readonly MatchUse[], action: Action): string =>
  [`-A ${chain}`, ...printHeader(header), ...matches.map(({ text }) => text), ...printAction(action)].join(' ');

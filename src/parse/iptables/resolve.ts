import type { Option } from '../../extension/option.ts';
import { findOption, namesOf } from '../../extension/option.ts';
import { UP_TO_OPTION } from '../../extension/verbatim.ts';
import type { Word } from '../source.ts';
import type { Draft, Loaded } from './draft.ts';
import { findGeneric, GENERIC, type GenericOption } from './generic.ts';
import { loadMatch, matchOfProtocol } from './load.ts';

/** Whose option a `--name` is. */
export type Resolved =
  | { readonly kind: 'generic'; readonly option: GenericOption }
  | { readonly kind: 'extension'; readonly loaded: Loaded; readonly name: string; readonly option: Option<unknown> }
  /** Of an extension that is known by name only; `words` is absent where not even that many words are known. */
  | { readonly kind: 'verbatim'; readonly loaded: Loaded; readonly name: string; readonly words?: number }
  | { readonly kind: 'ambiguous'; readonly names: readonly string[] }
  | { readonly kind: 'nobody' };

const NOBODY: Resolved = { kind: 'nobody' };

function inLoaded(loaded: Loaded, name: string): Resolved | undefined {
  const found = loaded.definition === undefined ? undefined : findOption(loaded.definition.options, name);
  if (found !== undefined) return { kind: 'extension', loaded, name: found[0], option: found[1] };
  const words = loaded.lengths?.get(name);
  if (words === undefined) return undefined;
  return words === UP_TO_OPTION ? { kind: 'verbatim', loaded, name } : { kind: 'verbatim', loaded, name, words };
}

/** The newest extension that has the option wins, as in the option table that xtables merges. */
function exact(loaded: readonly Loaded[], name: string): Resolved | undefined {
  for (let i = loaded.length - 1; i >= 0; i--) {
    const found = inLoaded(loaded[i] as Loaded, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const longNames = ({ definition, lengths }: Loaded): readonly string[] =>
  definition === undefined ? [...(lengths?.keys() ?? [])] : namesOf(definition.options);

/** getopt_long: the beginning of exactly one name is as good as the name. */
function abbreviated(draft: Draft, loaded: readonly Loaded[], name: string): Resolved {
  const names = new Set([...GENERIC.map((one) => one.name), ...loaded.flatMap(longNames)]);
  const found = [...names].filter((one) => one.startsWith(name));
  const [only] = found;
  if (only !== undefined) draft.abbreviated = true;
  if (only === undefined || found.length > 1) return found.length > 1 ? { kind: 'ambiguous', names: found } : NOBODY;
  return exact(loaded, only) ?? generic(only) ?? NOBODY;
}

function generic(name: string): Resolved | undefined {
  const option = findGeneric(name);
  return option === undefined ? undefined : { kind: 'generic', option };
}

/** Nothing is known of its options: whatever nobody else claims is its own. */
const isStranger = ({ definition, lengths }: Loaded): boolean => definition === undefined && lengths === undefined;

/** The match of the rule's protocol, loaded when an option asks for it. */
function implied(draft: Draft, name: string, at: Word): Resolved {
  const match = draft.header.protocol === undefined ? undefined : matchOfProtocol(draft.header.protocol.number);
  if (match === undefined || draft.loaded.some((one) => one.name === match)) return NOBODY;
  const loaded = loadMatch(at, draft.family, match);
  const found = exact([loaded], name) ?? abbreviated(draft, [loaded], name);
  if (found.kind === 'extension' || found.kind === 'verbatim') draft.loaded.push(loaded);
  return found;
}

/** Finds out whose option a long name is; loads the match of the rule's protocol if it is that one's. */
export function resolve(draft: Draft, name: string, at: Word): Resolved {
  const certain = exact(draft.loaded, name) ?? generic(name);
  if (certain !== undefined) return certain;
  const stranger = draft.loaded.findLast(isStranger);
  if (stranger !== undefined) return { kind: 'verbatim', loaded: stranger, name };
  const found = abbreviated(draft, draft.loaded, name);
  return found.kind === 'nobody' ? implied(draft, name, at) : found;
}

/** An option that needs no extension. */
export interface GenericOption {
  readonly name: string;
  readonly letter?: string;
  /** How many words it takes; commands look further by themselves. */
  readonly words: number;
  readonly inverts: boolean;
}

const one = (name: string, letter: string | undefined, words: number, inverts = false): GenericOption =>
  letter === undefined ? { name, words, inverts } : { name, letter, words, inverts };

/** iptables' own options (iptables.c: original_opts), aliases in rows of their own. */
// biome-ignore format: a table
export const GENERIC: readonly GenericOption[] = [
  one('append', 'A', 1), one('delete', 'D', 1), one('insert', 'I', 1), one('replace', 'R', 1), one('check', 'C', 1),
  one('flush', 'F', 0), one('zero', 'Z', 0), one('new-chain', 'N', 1), one('new', undefined, 1), one('delete-chain', 'X', 0), one('delete-chains', undefined, 0),
  one('rename-chain', 'E', 2), one('policy', 'P', 2), one('list', 'L', 0), one('list-rules', 'S', 0),
  one('source', 's', 1, true), one('src', undefined, 1, true), one('destination', 'd', 1, true), one('dst', undefined, 1, true),
  one('protocol', 'p', 1, true), one('proto', undefined, 1, true),
  one('in-interface', 'i', 1, true), one('out-interface', 'o', 1, true), one('fragments', 'f', 0, true), one('fragment', undefined, 0, true),
  one('jump', 'j', 1), one('goto', 'g', 1), one('match', 'm', 1), one('table', 't', 1),
  one('set-counters', 'c', 2), one('numeric', 'n', 0), one('exact', 'x', 0), one('verbose', 'v', 0), one('line-numbers', undefined, 0),
  one('wait', 'w', 0), one('wait-interval', 'W', 1), one('modprobe', 'M', 1), one('ipv4', '4', 0), one('ipv6', '6', 0),
];

const BY_NAME = new Map(GENERIC.map((option) => [option.name, option]));
const BY_LETTER = new Map(GENERIC.map((option) => [option.letter, option]));

export const findGeneric = (name: string): GenericOption | undefined => BY_NAME.get(name);
export const findLetter = (letter: string | undefined): GenericOption | undefined =>
  letter === undefined ? undefined : BY_LETTER.get(letter);

const CANONICAL: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'destination',
  proto: 'protocol',
  fragment: 'fragments',
  new: 'new-chain',
  'delete-chains': 'delete-chain',
};

/** The name that an option goes by from here on, whichever of its names was written. */
export const canonical = (name: string): string => CANONICAL[name] ?? name;

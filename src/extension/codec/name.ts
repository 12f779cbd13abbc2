import { andThen, type Codec, each, type Read, refused, value } from './codec.ts';

/** An option without an argument. */
export const flag: Codec<true> = {
  metavar: '',
  words: 0,
  parse: () => value(true),
  print: () => '',
  domain: { kind: 'one of', values: [true] },
};

/** How much of a name may be written: exactly it, or any prefix (`strncasecmp` with the length of what was written). */
export type Spelling = 'exact' | 'any case' | 'prefix';

function find<N extends string>(text: string, names: readonly N[], spelling: Spelling): N | undefined {
  const low = text.toLowerCase();
  if (spelling === 'exact') return names.find((name) => name === text);
  const same = names.find((name) => name.toLowerCase() === low);
  return (
    same ?? (spelling === 'prefix' && low !== '' ? names.find((name) => name.toLowerCase().startsWith(low)) : undefined)
  );
}

const readName = <N extends string>(text: string, names: readonly N[], spelling: Spelling, what: string): Read<N> => {
  const found = find(text, names, spelling);
  return found === undefined ? refused(`\`${text}\` is no ${what}`, `one of: ${names.join(', ')}`) : value(found);
};

/** One of a few names. */
export const oneOf = <const N extends string>(
  what: string,
  names: readonly N[],
  spelling: Spelling = 'exact',
): Codec<N> => ({
  metavar: what.toUpperCase(),
  words: 1,
  parse: ([text]) => readName(text, names, spelling, what),
  print: (name) => name,
  domain: { kind: 'one of', values: names },
});

/** The codec, with other words, in any case, for some of its texts. */
export const aliased = <T>(codec: Codec<T>, aliases: Readonly<Record<string, string>>): Codec<T> => {
  const meant = new Map(Object.entries(aliases));
  return { ...codec, parse: ([text], context) => codec.parse([meant.get(text.toLowerCase()) ?? text], context) };
};

/** Some of a few names, with commas; printed in the order of the list as the kernel's bit mask has no other. */
export const someOf = <const N extends string>(
  what: string,
  names: readonly N[],
  spelling: Spelling = 'exact',
): Codec<readonly N[]> => ({
  metavar: `${what.toUpperCase()}[,…]`,
  words: 1,
  parse: ([text]) =>
    andThen(each(text.split(',').map((part) => readName(part, names, spelling, what))), (some) =>
      value(names.filter((name) => some.includes(name))),
    ),
  print: (chosen) => chosen.join(','),
  domain: { kind: 'subset', of: names, minimum: 1 },
});

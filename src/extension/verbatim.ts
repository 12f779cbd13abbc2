/** How many words each option takes: `name` none, `name=1` one, `name=2` two, `name=?` all up to the next option; a blank between. */
export const readLengths = (options: string): ReadonlyMap<string, number> =>
  new Map(
    options.split(' ').flatMap((one): [string, number][] => {
      const [name = '', words = '0'] = one.split('=');
      return name === '' ? [] : [[name, words === '?' ? UP_TO_OPTION : Number(words)]];
    }),
  );

export const UP_TO_OPTION = -1;

/** A word as it can stand in a rule: quoted where it must be. */
export const verbatim = (word: string): string =>
  word === '' || /[\s"\\']/.test(word) ? `"${word.replace(/["\\']/g, '\\$&')}"` : word;

/** The last of all that have the same key, in the order in which the keys first came. */
export const distinctBy = <T>(list: readonly T[], key: (one: T) => string): readonly T[] => [
  ...new Map(list.map((one) => [key(one), one])).values(),
];

/** The first of all that have the same key, in their order. */
export function distinctBy<T>(list: readonly T[], key: (one: T) => string): readonly T[] {
  const seen = new Map<string, T>();
  for (const one of list) if (!seen.has(key(one))) seen.set(key(one), one);
  return [...seen.values()];
}

const AT_ONCE = 3;

/** Does the work for every item, a few at a time: labs mostly wait. Results stand in the order of the items. */
export async function atOnce<T, R>(items: Iterable<T>, work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const rest = [...items].entries();
  const next = async (): Promise<void> => {
    for (const [n, item] of rest) results[n] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return results;
}

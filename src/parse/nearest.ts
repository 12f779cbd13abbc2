/** The known name that another was most likely meant to be: the fewest letters changed, fewer than `below` (half of them). */
export function nearest(
  name: string,
  known: Iterable<string>,
  below = Math.max(2, Math.ceil(name.length / 2)),
): string | undefined {
  let best: string | undefined;
  let least = below;
  for (const one of known) {
    const distance = changes(name.toLowerCase(), one.toLowerCase());
    // a name of which nothing is left is no likeness
    if (distance < Math.min(least, one.length)) [best, least] = [one, distance];
  }
  return best;
}

/** One line of advice that names the nearest known name, or all of them if none is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? `known here: ${known.join(', ')}` : `did you mean \`${near}\`?`;
}

/** Insertions, deletions, replacements and swaps of neighbours from one to the other (optimal string alignment). */
function changes(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}

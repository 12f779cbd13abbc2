/** The width that text reports keep to, columns. */
export const WIDTH = 100;

const LABEL = 10;

/** Breaks a text at its blanks so that no line is longer than `width`, where it has blanks enough. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export const indent = (lines: readonly string[], by: number): string[] => lines.map((line) => ' '.repeat(by) + line);

/** A paragraph with its label in the margin: the label stands on the first line only. */
export function labelled(label: string, paragraphs: readonly string[]): string[] {
  const lines = paragraphs.flatMap((text) => hanging(text, WIDTH - LABEL));
  return lines.map((line, i) => (i === 0 ? label.padEnd(LABEL) : ' '.repeat(LABEL)) + line);
}

/** Wraps with the later lines indented by two, so that one item is told from the next. */
export function hanging(text: string, width: number): string[] {
  const [first = '', ...rest] = wrap(text, width - 2);
  return [first, ...indent(rest, 2)];
}

/** Rows as aligned columns, two blanks between them; the last column is not padded. */
export function align(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, i === row.length - 1 ? 0 : cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

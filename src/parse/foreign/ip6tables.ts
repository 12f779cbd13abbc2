import type { Result } from '../located.ts';
import { Source } from '../source.ts';

/** How many rules an `ip6tables-save` holds: they see no IPv4. */
export function parseIp6tablesSave(text: string, file: string): Result<number> {
  const source = new Source(text, file);
  let rules = 0;
  for (let line = 1; line <= source.lines.length; line++) {
    const { text: content } = source.whole(line);
    if (/^(\[\d+:\d+\]\s*)?-[AI]\s/.test(content)) rules++;
    else if (content !== '' && !/^(#|\*|:|COMMIT|-[NPFX]\s)/.test(content))
      source.note(
        source.whole(line),
        'this line is no part of an `ip6tables-save` listing',
        'delete it, or leave it: it is not read',
      );
  }
  return source.result(rules);
}

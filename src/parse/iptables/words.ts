import type { Source, Word } from '../source.ts';

/**
 * Splits a line into words as iptables-restore does (`add_param_to_argv`): blanks separate, double quotes hold blanks
 * together, a backslash escapes inside of quotes only, and a closing quote ends the word.
 */
export function splitWords(source: Source, line: number): readonly Word[] {
  const text = source.lines[line - 1] ?? '';
  return text.includes('"') ? splitQuoted(source, line, text) : splitPlain(line, text);
}

/** Nearly every line has no quotes: its words are slices. */
function splitPlain(line: number, text: string): readonly Word[] {
  const words: Word[] = [];
  for (let at = 0; at < text.length; ) {
    if (isBlank(text, at)) at++;
    else {
      const start = at;
      while (at < text.length && !isBlank(text, at)) at++;
      words.push({ text: text.slice(start, at), line, column: start + 1, length: at - start });
    }
  }
  return words;
}

const isBlank = (text: string, at: number): boolean => text[at] === ' ' || text[at] === '\t';

function splitQuoted(source: Source, line: number, text: string): readonly Word[] {
  const words: Word[] = [];
  let start = -1;
  let word = '';
  let quoted = false;
  const end = (at: number): void => {
    if (start >= 0) words.push({ text: word, line, column: start + 1, length: Math.max(1, at - start) });
    start = -1;
    word = '';
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (quoted && char === '\\') word += text[++at] ?? '';
    else if (quoted && char === '"') {
      quoted = false;
      end(at + 1);
    } else if (quoted) word += char;
    else if (char === ' ' || char === '\t') end(at);
    else {
      if (start < 0) start = at;
      if (char === '"') quoted = true;
      else word += char;
    }
  }
  if (quoted)
    source.error(
      { line, column: start + 1, length: text.length - start },
      'the quote is not closed',
      'end the text with `"`; a `"` in it is written `\\"`',
    );
  end(text.length);
  return words;
}

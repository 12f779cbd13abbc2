import { readFileSync } from 'node:fs';
import peggy from 'peggy';
import { expect, it } from 'vitest';

const GRAMMAR = 'src/question/grammar.peggy';

it('the generated parser is that of the grammar (`npm run build` makes it anew)', () => {
  const options = { output: 'source', format: 'es', grammarSource: GRAMMAR } as const;
  const parser = peggy.generate(readFileSync(GRAMMAR, 'utf8'), options);
  expect(readFileSync('src/question/grammar.js', 'utf8') === parser).toBe(true);
});

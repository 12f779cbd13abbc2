// Builds dist/: the question grammar, then the TypeScript. Runs at `npm ci` (prepare) and before packing.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const resolve = createRequire(import.meta.url).resolve;
if (!existsSync('src')) process.exit(0); // an installed package is already built

rmSync('dist', { recursive: true, force: true });
const grammar = 'src/question/grammar.peggy';
if (existsSync(grammar)) {
  const { default: peggy } = await import('peggy');
  const parser = peggy.generate(readFileSync(grammar, 'utf8'), {
    output: 'source',
    format: 'es',
    grammarSource: grammar,
  });
  writeFileSync('src/question/grammar.js', parser);
}
execFileSync(
  process.execPath,
  [resolve('typescript/package.json').replace('package.json', 'bin/tsc'), '-p', 'tsconfig.build.json'],
  {
    stdio: 'inherit',
  },
);
if (existsSync('src/question/grammar.js'))
  writeFileSync('dist/src/question/grammar.js', readFileSync('src/question/grammar.js'));
for (const file of ['agent.pl', 'agent6.pl']) writeFileSync(`dist/src/lab/${file}`, readFileSync(`src/lab/${file}`));
if (existsSync('dist/src/cli/main.js')) chmodSync('dist/src/cli/main.js', 0o755);

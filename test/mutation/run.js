// Makes the runner and its worker one file of JavaScript each (Node 20 reads no TypeScript), and starts the runner.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const OUT = join(process.cwd(), 'reports/mutation');

const bundle = await rolldown({
  input: { main: './test/mutation/main.ts', worker: './test/mutation/worker.ts' },
  platform: 'node',
  external: (id) => !/^[./]/.test(id),
});
await bundle.write({ dir: OUT, format: 'esm', entryFileNames: '[name].js' });
await import(pathToFileURL(join(OUT, 'main.js')).href);

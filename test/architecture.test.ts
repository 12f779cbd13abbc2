import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const BELOW_CLI = [
  'packet',
  'network',
  'extension',
  'ir',
  'parse',
  'evaluate',
  'lower',
  'engine',
  'question',
  'report',
  'lint',
  'lab',
];

/** Who may import whom (ARCHITECTURE.md holds the same table). A folder may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  packet: [],
  network: ['packet'],
  extension: ['packet', 'ir', 'network'],
  parse: ['packet', 'extension', 'network'],
  evaluate: ['packet', 'extension', 'network'],
  ir: ['packet'],
  lower: ['packet', 'ir', 'extension', 'network'],
  engine: ['packet', 'ir'],
  question: ['packet', 'parse', 'ir', 'network', 'lower', 'evaluate', 'engine'],
  report: ['packet', 'network', 'question', 'parse'],
  lint: ['packet', 'network', 'question'],
  lab: ['packet', 'network', 'parse'],
  run: BELOW_CLI,
  index: [...BELOW_CLI, 'run'],
  vitest: [...BELOW_CLI, 'run', 'index'],
  cli: [...BELOW_CLI, 'run', 'index'],
};

/** Imports that the table allows for their types only. */
const TYPES_ONLY: ReadonlySet<string> = new Set(['network → extension', 'extension → network', 'report → parse']);

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
  readonly file: string;
  readonly target: string;
}

const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));

const folderOf = (path: string): string => (path.split(sep)[1] ?? '').replace(/\.[jt]s$/, '');

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s(type\s)?[^;'"]*?from\s*'(\.[^']+)'|import\(\s*'(\.[^']+)'\s*\)/g,
  );
  return [...found].map(([, typeOnly, fixed, dynamic]) => {
    const target = relative(ROOT, join(ROOT, dirname(file), fixed ?? dynamic ?? ''));
    return { from: folderOf(file), to: folderOf(target), typeOnly: typeOnly !== undefined, file, target };
  });
}

const files = sources('src');
const imports = files.flatMap(importsOf).filter(({ target }) => target.startsWith(`src${sep}`));

describe('the import table', () => {
  it('knows every folder', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.map(folderOf).filter((folder) => !(folder in MAY_IMPORT))).toEqual([]);
  });

  it('holds for every import of src', () => {
    const broken = imports.filter(({ from, to, typeOnly }) => {
      if (from === to) return false;
      if (!MAY_IMPORT[from]?.includes(to)) return true;
      return TYPES_ONLY.has(`${from} → ${to}`) && !typeOnly;
    });
    expect(broken.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('lets question see engines only through their interface', () => {
    const inside = imports.filter(
      ({ from, target }) => from === 'question' && target.startsWith(join('src', 'engine', 'z3')),
    );
    expect(inside.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('keeps properties and models away from the inside', () => {
    const outside = [...sources('properties'), ...sources('models')].flatMap(importsOf);
    const broken = outside.filter(({ target }) => target.startsWith(`src${sep}`) && target !== join('src', 'index.ts'));
    expect(broken.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });
});

describe('widths', () => {
  it('keeps solver terms inside engine/z3', () => {
    const leaks = files.filter(
      (file) => !file.includes(join('engine', 'z3')) && /from 'z3-solver/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(leaks).toEqual([]);
  });
});

describe('files', () => {
  it('stay below 300 lines', () => {
    const long = files.filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 300);
    expect(long).toEqual([]);
  });
});

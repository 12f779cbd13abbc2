import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { netqed, SINGLE_HOST } from './captured.ts';

const COMMANDS = ['ask', 'check', 'diff', 'trace', 'replay', 'show'];

describe('the command line', () => {
  it('prints its help on stdout, status 0, and the exit statuses with it', async () => {
    const { status, out, err } = await netqed(['--help']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(out).toContain('70 internal error');
    for (const line of out.split('\n')) expect(line).toSatisfy((text: string) => text.length <= 100);
  });

  it.each(COMMANDS)('prints the help of %s', async (command) => {
    const { status, out } = await netqed([command, '--help']);
    expect(status).toBe(0);
    expect(out).toContain(`netqed ${command}`);
  });

  it('prints the version of the package', async () => {
    const { status, out } = await netqed(['--version']);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect({ status, out }).toEqual({ status: 0, out: `${version}\n` });
  });

  it.each([
    [[]],
    [['frobnicate']],
    [['ask']],
    [['ask', 'can a reach b', SINGLE_HOST, '--format', 'xml']],
    [['ask', 'can a reach b', SINGLE_HOST, '--sett', 'x']],
    [['diff', SINGLE_HOST]],
    [['trace', SINGLE_HOST, 'udp 10.0.0.3:53']],
    [['trace', SINGLE_HOST, 'udp 10.0.0.3:53', 'more', '--from', 'compute-1']],
    [['replay', SINGLE_HOST]],
    [['replay', SINGLE_HOST, 'udp 10.0.0.3:53']],
    [['replay', SINGLE_HOST, '--from', 'compute-1', '--ask', 'can compute-1 reach 10.0.0.3']],
    [['replay', SINGLE_HOST, 'more', '--ask', 'can compute-1 reach 10.0.0.3']],
    [['show', SINGLE_HOST, 'more']],
  ])('%j is wrong usage: status 2, nothing on stdout', async (args) => {
    const { status, out, err } = await netqed(args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).not.toBe('');
  });
});

/** The files that a file loads at once (imports for types are erased, and `import()` waits). */
function loaded(file: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!existsSync(file)) return seen;
  const text = readFileSync(file, 'utf8');
  for (const [, names = '', from = ''] of text.matchAll(
    /^(?:import|export)\s+(?!type\b)([^;]*?)\s*from\s*'([^']+)'/gm,
  )) {
    const onlyTypes =
      /^\{[^}]*\}$/.test(names) &&
      names
        .slice(1, -1)
        .split(',')
        .every((name) => /^\s*(type\s|$)/.test(name));
    if (!onlyTypes) loaded(from.startsWith('.') ? join(dirname(file), from) : from, seen);
  }
  return seen;
}

describe('what --help loads', () => {
  const files = loaded('src/cli/main.ts');

  it('is the command line itself', () => {
    expect([...files]).toContain('commander');
    expect([...files]).toContain('src/cli/program.ts');
  });

  it('is neither a schema library, nor a solver, nor YAML, nor any command', () => {
    const heavy = ['zod', 'yaml', 'z3-solver', 'yocto-spinner', 'junit-report-builder', '@rgrove/parse-xml'];
    expect(heavy.filter((name) => files.has(name))).toEqual([]);
    expect(COMMANDS.filter((name) => files.has(`src/cli/${name}.ts`))).toEqual([]);
    expect(files.size).toBeLessThan(15);
  });
});

import type { Extension } from '../../src/extension/extension.ts';
import { PASSIVE_TARGETS } from '../../src/extension/passive.ts';
import { MATCHES, TARGETS } from '../../src/extension/registry.ts';
import { SIX_MATCHES, SIX_TARGETS } from '../../src/extension/six/registry.ts';
import { UNDECIDABLE_MATCHES, UNDECIDABLE_TARGETS } from '../../src/extension/undecidable.ts';

type Row = readonly [name: string, families: string, treated: string, does: string];

const TOP = `# Matches and targets

How netqed treats each extension of iptables. *exact*: as the kernel does, for every packet. *effect-free*: it changes nothing which decides where a packet goes. *unknown*:
read, checked and printed, but no snapshot decides it: an answer must hold whatever it says, else it names the rule and the reason. Where only some of an extension is unknown, the reason says what.
Rules of IPv6 are read, checked and printed; no question about IPv6 is answered yet. A rule with an extension that is not listed here is read as it stands, and unknown. How one is written: [extension.md](extension.md).
This page is made from the registry (\`src/extension/\`) by its test: \`UPDATE=1 npx vitest run test/extension/table.test.ts\`.
`;

/** Without the name of the extension, which stands in its own column. */
const bare = (reason: string): string => reason.replace(/^-[mj] [\w-]+:? /, '');

function treated({ undecidable, partly, passive }: Extension): string {
  if (undecidable !== undefined) return `unknown: ${undecidable}`;
  if (passive === true) return 'effect-free';
  return partly === undefined ? 'exact' : `exact, but unknown: ${partly.map(bare).join('; ')}`;
}

/** The families whose rules have it, if in another form. */
function families({ kind, name, families: of = [4, 6] }: Extension): string {
  const inSix = (kind === 'match' ? SIX_MATCHES : SIX_TARGETS).some((one) => one.name === name);
  return [...new Set([...of, ...(inSix ? [6] : [])])].map((one) => `IPv${one}`).join(', ');
}

const rowOf = (one: Extension): Row => [one.name, families(one), treated(one), one.summary];
const known = (name: string, treatment: string): Row => [name, 'IPv4, IPv6', treatment, 'options kept as text'];

function table(flag: string, rows: readonly Row[]): string {
  const sorted = rows.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const lines = sorted.map(
    ([name, ...cells]) => `| \`${flag} ${name}\` | ${cells.join(' | ').replaceAll('\n', ' ')} |`,
  );
  return ['| | families | how it is treated | what it is about |', '|---|---|---|---|', ...lines, ''].join('\n');
}

/** A form for IPv6 alone that another family has as well stands once. */
const alone = (six: readonly Extension[], four: readonly Extension[]): readonly Extension[] =>
  six.filter(({ name }) => four.every((one) => one.name !== name));

/** The page about all extensions. */
export const printExtensions = (): string =>
  [
    TOP,
    '## Matches\n',
    table('-m', [
      ...MATCHES.map(rowOf),
      ...alone(SIX_MATCHES, MATCHES).map(rowOf),
      ...Object.entries(UNDECIDABLE_MATCHES)
        .filter(([name]) => SIX_MATCHES.every((one) => one.name !== name))
        .map(([name, { reason }]) => known(name, `unknown: ${reason}`)),
    ]),
    '## Targets\n',
    table('-j', [
      ...TARGETS.map(rowOf),
      ...alone(SIX_TARGETS, TARGETS).map(rowOf),
      ...[...PASSIVE_TARGETS.keys()].map((name) => known(name, 'effect-free')),
      ...Object.entries(UNDECIDABLE_TARGETS).map(([name, { reason }]) => known(name, `unknown: ${reason}`)),
    ]),
  ].join('\n');

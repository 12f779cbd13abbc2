import { printAddress, printMac } from '../packet/address.ts';
import type { Disposition, Fate } from '../packet/fate.ts';
import type { Field } from '../packet/field.ts';
import type { Origin, Unknown } from '../packet/place.ts';
import { everything, familyOf, type Ranges, same } from '../packet/ranges.ts';
import type { Scalar } from '../packet/scalar.ts';
import type { Predicate, Program, Slot, Step, Steps, Value } from './program.ts';
import { fieldOf } from './program.ts';

/** A predicate that takes no more than this is written on one line. */
const LINE = 100;

type Lines = readonly string[];
const indented = (lines: Lines): Lines => lines.map((line) => `  ${line}`);
const titled = (title: string, lines: Lines): Lines => [title, ...indented(lines)];

/** A Program as text, one step a line: the same Program, the same text. */
export function printProgram({ inputs, steps, assumptions }: Program): string {
  const lines = [
    ...titled(
      'inputs',
      [...inputs].map(([slot, ranges]) => `${slot}: ${printRanges(slot, ranges)}`),
    ),
    ...(assumptions.length === 0
      ? []
      : titled(
          'assumptions',
          assumptions.map(({ node, text }) => (node === undefined ? text : `${node}: ${text}`)),
        )),
    ...titled('steps', stepsLines(steps)),
  ];
  return `${lines.join('\n')}\n`;
}

const stepsLines = (steps: Steps): Lines => (steps.length === 0 ? ['go on'] : steps.flatMap(stepLines));

function stepLines(step: Step): Lines {
  switch (step.kind) {
    case 'filter':
      return [...opened('filter', step.when, step.origin), `  else stop: ${printDisposition(step.otherwise)}`];
    case 'set':
      return [
        `set ${step.slots.map(({ slot, value }) => `${slot} := ${printValue(slot, value)}`).join(', ')}${remark(step.origin)}`,
      ];
    case 'forget':
      return [`forget ${step.slot}: ${printRanges(step.slot, step.ranges)}, ${printUnknown(step.unknown)}`];
    case 'branch':
      return [
        ...step.arms.flatMap(({ when, then }, i) => [
          ...opened('if', when, i === 0 ? step.origin : undefined),
          ...indented(stepsLines(then)),
        ]),
        ...titled(step.arms.length === 0 ? `always${remark(step.origin)}` : 'else', stepsLines(step.otherwise)),
      ];
    case 'copies':
      return step.of.length === 0 ? ['no copies'] : step.of.flatMap((copy) => titled('copy', stepsLines(copy)));
    case 'stop':
      return [`stop: ${printDisposition(step.disposition)}`];
  }
}

/** The predicate behind the word, or below it if it is long. */
function opened(word: string, when: Predicate, origin: Origin | undefined): Lines {
  const [first, ...more] = predicateLines(when);
  return more.length === 0
    ? [`${word} ${first}${remark(origin)}`]
    : [`${word}${remark(origin)}`, ...indented(indented([first ?? '', ...more]))];
}

function predicateLines(of: Predicate): Lines {
  const blocks = blocksOf(of);
  if (blocks === undefined) return [atom(of)];
  const line = `${of.kind}(${blocks.map((block) => block.join(' ')).join('; ')})`;
  return blocks.every(({ length }) => length === 1) && line.length <= LINE ? [line] : titled(of.kind, blocks.flat());
}

/** The lines of each part; absent for a predicate without parts. */
function blocksOf(of: Predicate): readonly Lines[] | undefined {
  switch (of.kind) {
    case 'not':
      return [predicateLines(of.of)];
    case 'all':
    case 'any':
      return of.of.map(predicateLines);
    case 'first':
      return [
        ...of.cases.map(({ when, then }) => implied(predicateLines(when), predicateLines(then))),
        implied(['else'], predicateLines(of.otherwise)),
      ];
    case 'true':
    case 'false':
    case 'in':
    case 'same':
    case 'unknown':
      return undefined;
  }
}

const implied = (when: Lines, then: Lines): Lines =>
  when.length === 1 && then.length === 1 ? [`${when[0]} -> ${then[0]}`] : [...when, ...indented(['->', ...then])];

function atom(of: Predicate): string {
  switch (of.kind) {
    case 'in':
      return `${masked(of.slot, of.mask)} in ${printRanges(of.slot, of.ranges)}`;
    case 'same':
      return `${of.a} = ${of.b}`;
    case 'unknown':
      return printUnknown(of.unknown);
    case 'true':
    case 'false':
    case 'not':
    case 'all':
    case 'any':
    case 'first':
      return of.kind;
  }
}

const masked = (slot: Slot, mask: Scalar | undefined): string =>
  mask === undefined ? slot : `${slot} & 0x${mask.toString(16)}`;

function printValue(slot: Slot, value: Value): string {
  switch (value.kind) {
    case 'constant':
      return printNumber(slot, value.value);
    case 'bits': {
      const terms = value.terms.map(({ slot, mask }) => masked(slot, mask));
      return [...terms, ...(Number(value.xor) === 0 && terms.length > 0 ? [] : [`0x${value.xor.toString(16)}`])].join(
        ' ^ ',
      );
    }
    case 'plus':
      return `${value.slot} ${value.by < 0 ? '-' : '+'} ${Math.abs(value.by)}`;
  }
}

function printRanges(slot: Slot, ranges: Ranges<Scalar>): string {
  if (ranges.length === 0) return 'nothing';
  if (same(ranges, everything(fieldOf(slot), familyOf(ranges)))) return 'anything';
  return ranges
    .map(([low, high]) =>
      low === high ? printNumber(slot, low) : `${printNumber(slot, low)}-${printNumber(slot, high)}`,
    )
    .join(', ');
}

const hexadecimal = (value: Scalar): string => `0x${value.toString(16)}`;

/** Fields that nobody reads as decimal numbers. */
const FORMS: Partial<Record<Field, (value: Scalar) => string>> = {
  src: printAddress,
  dst: printAddress,
  ctOrigSrc: printAddress,
  ctOrigDst: printAddress,
  ctReplSrc: printAddress,
  ctReplDst: printAddress,
  macSrc: (value) => printMac(Number(value)),
  macDst: (value) => printMac(Number(value)),
  mark: hexadecimal,
  ctMark: hexadecimal,
  ctStatus: hexadecimal,
  tcpFlags: hexadecimal,
  tos: hexadecimal,
};

const printNumber = (slot: Slot, value: Scalar): string => (FORMS[fieldOf(slot)] ?? String)(value);

const printUnknown = ({ id, reason, origin }: Unknown): string => `unknown \`${id}\` (${reason})${remark(origin)}`;

const printDisposition = ({ request, reply }: Disposition): string =>
  `request ${printFate(request)}, reply ${printFate(reply)}`;

function printFate(fate: Fate): string {
  switch (fate.kind) {
    case 'delivered':
      return `delivered at ${fate.node}:${fate.interface}`;
    case 'leaves':
      return `leaves at ${fate.node}:${fate.interface}`;
    case 'dropped':
      return `dropped at ${fate.node} (${fate.reason})${remark(fate.origin)}`;
    case 'unknown':
      return `unknown at ${fate.node}: ${printUnknown(fate.unknown)}`;
    case 'none':
      return `none (${fate.reason})`;
  }
}

function remark(origin: Origin | undefined): string {
  if (origin === undefined) return '';
  const { node, text, place } = origin;
  return ` [${node}: ${text}${place === undefined ? '' : ` (${place.file}:${place.line})`}]`;
}

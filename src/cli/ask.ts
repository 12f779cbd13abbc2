import type { Result } from '../parse/located.ts';
import type { Finding } from '../question/finding.ts';
import { parseQuestion } from '../question/parse.ts';
import type { Question } from '../question/question.ts';
import { parseSyntax } from '../question/syntax.ts';
import { jsonReport } from '../report/json.ts';
import { type Checked, EXIT, summarise } from '../report/status.ts';
import { textReport } from '../report/text.ts';
import { decide } from './decide.ts';
import { type Io, paintFor, wantsColour } from './io.ts';
import { complain, load } from './load.ts';
import type { Options } from './program.ts';

/** `netqed ask QUESTION [SNAPSHOT]`. */
export async function ask(question: string, folder: string, options: Options, io: Io): Promise<number> {
  const { network, names, located } = await load(folder, options);
  const asked = names === undefined ? syntaxOnly(question) : parseQuestion(question, names);
  await complain([...located, ...asked.located], options, io);
  if (network === undefined || asked.value === undefined) return EXIT.unusable;
  const checked: Checked = { id: 'ask', expect: null, finding: await decide(asked.value, network, io) };
  io.out(options.format === 'json' ? jsonReport([checked]) : await text(checked.finding, options, io));
  return summarise([checked]).exitCode;
}

/** Without a network, only the shape of a question can be judged. */
export function syntaxOnly(question: string): Result<Question> {
  const syntax = parseSyntax(question);
  return { located: 'severity' in syntax ? [syntax] : [] };
}

async function text(finding: Finding, options: Options, io: Io): Promise<string> {
  const paint = await paintFor(wantsColour(options.color, io.outIsTty, io.env));
  return textReport(finding, { detail: options.verbose ? 'every' : 'deciding', paint });
}

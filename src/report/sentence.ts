import type { Finding } from '../question/finding.ts';

type Answer = Finding['answer'];
type Sentence = Readonly<Record<Answer, string>>;

const CAN = /^can\s+(.+?)\s+reach\s+(.+)$/is;
const ALWAYS = /^does\s+(.+?)\s+always\s+reach\s+(.+)$/is;
const ALLOWED = /^is\s+(.+?)\s+always\s+allowed(.*)$/is;

function sentences(question: string): Sentence {
  const [, source, target] = CAN.exec(question) ?? [];
  if (source !== undefined)
    return {
      yes: `${source} can reach ${target}`,
      no: `${source} can't reach ${target}`,
      unknown: `whether ${source} can reach ${target}`,
    };
  const [, sender, receiver] = ALWAYS.exec(question) ?? [];
  if (sender !== undefined)
    return {
      yes: `${sender} always reaches ${receiver}`,
      no: `${sender} doesn't always reach ${receiver}`,
      unknown: `whether ${sender} always reaches ${receiver}`,
    };
  const [, service, rest] = ALLOWED.exec(question) ?? [];
  if (service !== undefined)
    return {
      yes: `${service} is always allowed${rest}`,
      no: `${service} isn't always allowed${rest}`,
      unknown: `whether ${service} is always allowed${rest}`,
    };
  return { yes: question, no: question, unknown: question };
}

/** The question turned into the sentence that answers it: `compute-1 can't reach 10.0.0.3 over icmp`. */
export const answerSentence = ({ question, answer }: Finding): string =>
  sentences(question.trim().replace(/\?$/, ''))[answer].replace(/\s+/g, ' ');

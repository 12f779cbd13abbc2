import type { Assumption } from '../packet/place.ts';
import type { Detail } from './walk.ts';

const DEFAULT = / \(kernel default: no capture shows (?:it|them)\)$/;

/** `net.ipv4.conf.eth0.rp_filter = 0` is told as `rp_filter=0`: of which device and node, the full list says. */
const short = (text: string): string =>
  text.replace(DEFAULT, '').replace(/^net\.(?:[^ ]+\.)?([^. ]+) = /, (_, name: string) => `${name}=`);

const full = ({ node, text }: Assumption): string => (node === undefined ? text : `${node}: ${text}`);

/** Assumptions for a person, one paragraph each: kernel defaults together, those that several nodes share once. */
export function assumptionLines(assumptions: readonly Assumption[], detail: Detail): string[] {
  if (detail === 'every') return [...new Set(assumptions.map(full))];
  const defaults = [...new Set(assumptions.filter(({ text }) => DEFAULT.test(text)).map(({ text }) => short(text)))];
  const others = new Map<string, string[]>();
  for (const { node, text } of assumptions)
    if (!DEFAULT.test(text))
      others.set(text, [...new Set([...(others.get(text) ?? []), ...(node === undefined ? [] : [node])])]);
  return [
    ...(defaults.length === 0
      ? []
      : [`kernel defaults where no capture shows otherwise: ${defaults.sort().join(', ')}`]),
    ...[...others].map(([text, nodes]) => (nodes.length === 0 ? text : `${nodes.join(', ')}: ${text}`)),
  ];
}

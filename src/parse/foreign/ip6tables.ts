import { parseIptablesSave } from '../iptables/save.ts';
import type { Located, Result } from '../located.ts';

/**
 * How many rules an `ip6tables-save` holds. They see no IPv4: what is wrong with them is said, and keeps no question
 * about IPv4 from its answer.
 */
export function parseIp6tablesSave(text: string, file: string): Result<number> {
  const { value, located } = parseIptablesSave(text, file, 6);
  const rules = [...(value?.tables.values() ?? [])].flatMap(({ chains }) =>
    [...chains.values()].flatMap((chain) => chain.rules),
  );
  return { value: value === undefined ? countOf(text) : rules.length, located: located.map(noted) };
}

const noted = (one: Located): Located => ({ ...one, severity: 'note' });

/** Lines that are rules, in a listing that can't be read as a whole. */
const countOf = (text: string): number => text.match(/^(\[\d+:\d+\]\s*)?-[AI]\s/gm)?.length ?? 0;

import type { Exchange } from '../network/trace.ts';
import type { Unknown } from '../packet/place.ts';
import { printOrigin } from './fate.ts';

/** What to do about an unknown, by the words of its reason; the first line that fits. */
const SUPPLY: readonly (readonly [reason: RegExp, advice: string])[] = [
  [
    /no capture of (\S+) shows ((?:net|kernel)\.\S+)/,
    "add `sysctl -a` to $1/sysctl.txt, or try each value: --set '$1:$2=VALUE'",
  ],
  [/no capture shows the rules of (\S+)/, 'add `iptables-save` to $1/iptables-save.txt'],
  [/no capture shows tables? .* of (\S+)/, 'add `iptables-save`, which prints every table, to $1/iptables-save.txt'],
  [/no capture shows the interfaces of (\S+)/, 'add `ip -d -j addr show` to $1/ip-addr.json'],
  [/no capture shows the routes of (\S+)/, 'add `ip -d -j route show table all` to $1/ip-route.json'],
  [/route or policy rule of (\S+)|in a (?:route|policy rule) of (\S+)/, 'ask about packets that do not take it'],
  [/the capture of (\S+) shows no interface (\S+)/, 'take the capture of $1 anew, with $2 in it'],
  [/no capture shows what listens on (\S+)/, 'add `ss -H -l -t -u -n` to $1/ss.txt'],
  [/^-m set: .*captur/, 'add `ipset save` to the node, as ipset-save.txt'],
  [/ambiguous owner/, 'give the address (or MAC) to one of them only, or keep the other off the segment'],
  [/outside|out of sight/, 'add what is behind it to network.yaml: its interfaces, its routes, and the link'],
  [/multipath|which hop/, 'ask about each: leave the other hops out of the capture'],
  [/nat on \S+ picks/, 'the kernel picks by hash: nothing in a snapshot tells'],
  [/budget|gave up/, 'ask about fewer packets: name the protocol, the port or the source'],
  [/^-[mj] /, 'a snapshot cannot show this: --delete the rule to see the answer without it'],
];

/** How to supply what is missing, if it is known how. */
export function adviceFor({ reason }: Unknown): string | undefined {
  for (const [pattern, advice] of SUPPLY) {
    const match = pattern.exec(reason);
    if (match !== null) return advice.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  }
  return undefined;
}

/** One line a fact: the reason, the place that it comes from, what to do about it. */
export function describeUnknown(unknown: Unknown): string[] {
  const { origin, reason } = unknown;
  const advice = adviceFor(unknown);
  const node = origin === undefined || reason.includes(origin.node) ? '' : `${origin.node}: `;
  return [
    `${node}${reason}`,
    ...(origin === undefined ? [] : [`  ${printOrigin(origin)}`]),
    ...(advice === undefined ? [] : [`  ${advice}`]),
  ];
}

const saying = ({ reason, origin }: Unknown): string =>
  JSON.stringify([reason, origin?.node, origin?.text, origin?.place?.file, origin?.place?.line]);

/** Unknowns that say the same of the same place are one to a reader: each packet that meets a rule has its own. */
export function distinctUnknowns(unknowns: readonly Unknown[]): Unknown[] {
  return [...new Map(unknowns.map((unknown) => [saying(unknown), unknown])).values()];
}

/** The values that one run gave to what is not known, each once. */
export const taken = ({ met }: Exchange): string[] => [
  ...new Set(
    met.map(({ unknown: { reason, origin }, value }) => {
      const where = origin === undefined ? '' : ` (${origin.node}: ${origin.text})`;
      return `${reason}${where}: taken as ${value}`;
    }),
  ),
];

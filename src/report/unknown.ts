import type { Unknown } from '../packet/place.ts';
import { printOrigin } from './fate.ts';

/** What to do about an unknown, by the words of its reason; the first line that fits. */
const SUPPLY: readonly (readonly [reason: RegExp, advice: string])[] = [
  [
    /no capture of (\S+) shows ((?:net|kernel)\.\S+)/,
    "add `sysctl -a` to $1/sysctl.txt, or try each value: --set '$1:$2=VALUE'",
  ],
  [/no capture of (\S+) shows (?:the |its )?(?:rules|ruleset|iptables)/, 'add `iptables-save` to $1/iptables-save.txt'],
  [/no capture of (\S+) shows hairpin\S* of (\S+)/, 'add /sys/class/net/$2/brport/hairpin_mode to $1/hairpin-$2.txt'],
  [
    /\bset `?([^\s`]+)`?.*(?:no|not).*captur|no capture.* set `?([^\s`]+)/,
    'add `ipset save` to the node as ipset-save.txt',
  ],
  [/ambiguous owner/, 'name one owner: take the address off the other node, or the other node off the link'],
  [/outside/, 'add the node behind it to network.yaml, with its interfaces and routes'],
  [/budget|gave up|too many/, 'ask about fewer packets: name the protocol, the port or the source'],
  [
    /limit|recent|statistic|quota|time|string|owner|connlimit|connbytes|connrate|rateest|u32|bpf/,
    'a snapshot cannot show this: --delete the rule to see the answer without it',
  ],
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

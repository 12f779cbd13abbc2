import type { Unmodelled } from '../../network/network.ts';
import { Source } from '../source.ts';

type Decides = NonNullable<Unmodelled['decides']>;

interface Hidden {
  readonly sign: RegExp;
  readonly what: string;
  readonly reason: string;
  /** What they decide; absent: the same as the rules of the file. */
  readonly decides?: Decides;
}

/** What iptables says of rules that it does not show (iptables/nft.c: nft_check_xt_legacy, nft_cmd_table_incompatible). */
const HIDDEN: readonly Hidden[] = [
  {
    sign: /^# Warning: (ip6?tables-legacy) tables present/,
    what: 'tables of iptables-legacy',
    reason: 'the capture does not show them',
    decides: 'ip',
  },
  {
    sign: /^# Warning: ebtables-legacy tables present/,
    what: 'tables of ebtables-legacy',
    reason: 'the capture does not show them',
    decides: 'bridge',
  },
  {
    sign: /^# Warning: arptables-legacy tables present/,
    what: 'tables of arptables-legacy',
    reason: 'the capture does not show them',
    decides: 'arp',
  },
  {
    sign: /^# Table `([^']+)' is incompatible, use 'nft' tool/,
    what: 'an nft table',
    reason: 'iptables cannot show it, and nft rules are not modelled',
  },
];

/** Rules beside those of an iptables capture, of which it says only that they are there. */
export function hiddenRules(
  text: string,
  file: string,
  decides: Decides = 'ip',
  ofIPv6 = false,
): readonly Unmodelled[] {
  if (!text.includes('# ')) return [];
  const source = new Source(text, file);
  return source.lines.flatMap((line, i) =>
    HIDDEN.filter(({ sign }) => sign.test(line.trim()) && (ofIPv6 || !line.includes('ip6tables'))).map(
      ({ what, reason, ...hidden }) => ({
        what: `${what}: \`${line.trim()}\``,
        reason,
        place: source.place(source.whole(i + 1)),
        decides: hidden.decides ?? decides,
      }),
    ),
  );
}

import { FALSE } from '../../ir/predicate.ts';
import type { Match, MatchDefinition } from '../extension.ts';
import type { OptionTable } from '../option.ts';

/**
 * Defines a match of an extension header. The packets that are asked about carry none but, of a fragment, the fragment
 * header; where the header is not there, `ipv6_find_hdr` fails and the match does not hold, whatever `!` says.
 */
export const defineHeaderMatch = <const Table extends OptionTable>(
  of: Omit<MatchDefinition<Table>, 'matches' | 'lower' | 'families'>,
): Match =>
  ({
    ...of,
    kind: 'match',
    families: [6],
    summary: `${of.summary}: packets that are asked about have none`,
    matches: () => false,
    lower: () => FALSE,
  }) as unknown as Match;

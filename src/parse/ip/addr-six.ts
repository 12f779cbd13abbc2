import { type Known, known, notKnown } from '../../network/unknown.ts';
import { parseAnyPrefix, prefix } from '../../packet/address.ts';
import { parseAddress6 } from '../../packet/address6.ts';
import type { Source, Span } from '../source.ts';
import { parseScope, type SeenAddress } from './seen.ts';

/** Flags of an address that say what it may be used for (include/uapi/linux/if_addr.h), as `ip addr` prints them. */
const FLAGS = ['tentative', 'dadfailed', 'optimistic', 'deprecated', 'temporary', 'noprefixroute'] as const;
type Flag = (typeof FLAGS)[number];

/** An address of IPv6 as a listing has it. */
export interface WrittenAddress {
  readonly at: Span;
  readonly local: string;
  /** What stands before the scope: the prefix, of the other end where there is one. */
  readonly shown: string;
  readonly scope: string;
  readonly flags: ReadonlySet<Flag>;
}

export const flagged = (has: (flag: string) => boolean): ReadonlySet<Flag> => new Set(FLAGS.filter(has));

/** The addresses of one interface, unless one of them cannot be read: that is a note, and keeps only IPv6 from its answers. */
export function gather(
  source: Source,
  device: string,
  written: readonly WrittenAddress[],
): Known<readonly SeenAddress[]> {
  const read = written.map((one) => readSix(source, one));
  const lost = read.findIndex((one) => one === undefined);
  const at = written[lost]?.at;
  if (at === undefined) return known(read.flatMap((one) => one ?? []));
  const message = `an address of IPv6 of \`${device}\` is not modelled or cannot be read`;
  source.note(at, message, 'no question about IPv6 is answered where its packets meet this node');
  return notKnown(`${message} (${source.file}:${at.line})`);
}

/** An optimistic address may be used before it is known to be nobody else's: whether it is depends on the moment. */
function readSix(source: Source, { at, local, shown, scope, flags }: WrittenAddress): SeenAddress | undefined {
  const [own, net, number] = [parseAddress6(local), parseAnyPrefix(shown), parseScope(scope)];
  const peer = parseAddress6(shown.split('/')[0] ?? '');
  if (own === undefined || net === undefined || peer === undefined || number === undefined || flags.has('optimistic'))
    return undefined;
  return {
    ...prefix(own, net.length),
    local: own,
    ...(peer !== own && { peer }),
    scope: number,
    secondary: false,
    ...(flags.has('deprecated') && { deprecated: true as const }),
    // one that was found to be another's stays tentative for ever (addrconf_dad_stop)
    ...((flags.has('tentative') || flags.has('dadfailed')) && { tentative: true as const }),
    ...(flags.has('temporary') && { temporary: true as const }),
    noPrefixRoute: flags.has('noprefixroute'),
    place: source.place(at),
  };
}

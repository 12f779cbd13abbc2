import { all, equals, FALSE, first, inRanges, TRUE } from '../../ir/predicate.ts';
import { type Address } from '../../packet/address.ts';
import { flag } from '../codec/name.ts';
import type { WayBack } from '../definition.ts';
import { defineMatch } from '../extension.ts';
import { type Given, option } from '../option.ts';

interface Said {
  readonly loose?: Given<true>;
  readonly validmark?: Given<true>;
  readonly 'accept-local'?: Given<true>;
  readonly invert?: Given<true>;
}

const wayBack = (said: Said): WayBack => ({
  loose: said.loose !== undefined,
  marked: said.validmark !== undefined,
  local: said['accept-local'] !== undefined,
  inverted: said.invert !== undefined,
});

const LIMITED_BROADCAST = 0xffffffff;
/** What is said where a route that no capture shows may decide. */
export const MISSING_WAY = '-m rpfilter: the way back, where routes are not shown';

/** `ipv4_is_local_multicast`: groups of one link. */
const isLinkGroup = (address: Address): boolean => address >= 0xe0000000 && address <= 0xe00000ff;

/** Who has no address yet sends to all, or to a group of the link: 224.0.0.0/24. */
const ANONYMOUS = all(
  equals('src', 0),
  inRanges('dst', [
    [0xe0000000, 0xe00000ff],
    [0xffffffff, 0xffffffff],
  ]),
);

export const rpfilter = defineMatch({
  name: 'rpfilter',
  summary: 'whether a packet came in by the device that its answer would leave by',
  source: 'net/ipv4/netfilter/ipt_rpfilter.c (rpfilter_mt)',
  partly: [MISSING_WAY],
  tables: ['mangle', 'raw'],
  hooks: ['PREROUTING'],
  options: {
    loose: option(flag),
    validmark: option(flag),
    'accept-local': option(flag),
    invert: option(flag),
  },
  matches(said, packet, context) {
    const inverted = said.invert !== undefined;
    // the node has sent it itself
    if (context.looped === true) return !inverted;
    // who asks for an address has none yet
    if (packet.src === 0n) return !inverted;
    if (packet.src === 0 && (packet.dst === LIMITED_BROADCAST || isLinkGroup(packet.dst))) return !inverted;
    return context.leadsBack(wayBack(said), packet);
  },
  lower(said, context) {
    const passed = said.invert === undefined ? TRUE : FALSE;
    if (context.looped === true) return passed;
    const anonymous = context.family === 6 ? equals('src', 0n) : ANONYMOUS;
    return first([{ when: anonymous, then: passed }], context.leadsBack(wayBack(said)));
  },
  examples: [{ rule: '-m rpfilter --loose --validmark --accept-local --invert' }, { rule: '-m rpfilter' }],
});

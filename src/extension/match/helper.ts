import { all, any, FALSE, masked, not, TRUE, unknownBit } from '../../ir/predicate.ts';
import { CT_STATUS } from '../../packet/field.ts';
import { only } from '../../packet/ranges.ts';
import { text } from '../codec/text.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';
import { TRACKED, tracked } from '../tracked.ts';

const HELPED = '-m helper: which helper expected a flow is not modelled';
/** Only a flow that some helper expected has a master. */
const expected = all(TRACKED, not(masked('ctStatus', CT_STATUS.EXPECTED, only(0))));

export const helper = defineMatch({
  name: 'helper',
  summary: 'the conntrack helper of the connection that a packet belongs to',
  source: 'net/netfilter/xt_helper.c (helper_mt)',
  partly: [HELPED],
  options: { helper: invertible(text(29, 'HELPER'), { required: true }) },
  matches({ helper: given }, packet, context) {
    const hit = context.unknown(HELPED);
    return tracked(packet) && (packet.ctStatus & CT_STATUS.EXPECTED) !== 0 ? hit : given?.inverted === true;
  },
  lower({ helper: given }, context) {
    const hit = unknownBit(context.unknown(HELPED));
    return any(all(expected, hit), all(not(expected), given?.inverted === true ? TRUE : FALSE));
  },
  examples: [
    { rule: '-m helper --helper ftp' },
    { rule: '-m helper ! --helper sip' },
    { rule: '-m helper', refused: true },
  ],
});

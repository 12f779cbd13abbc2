import { all, any, FALSE, not, unknownBit } from '../../ir/predicate.ts';
import { flag } from '../codec/name.ts';
import { always } from '../codec/text.ts';
import { defineMatch } from '../extension.ts';
import { invertible, option } from '../option.ts';
import { TRACKED, tracked } from '../tracked.ts';

const LABELS = 'labels of flows are not modelled';
const REASON = `-m connlabel: ${LABELS}`;

export const connlabel = defineMatch({
  name: 'connlabel',
  summary: "a label of the packet's flow, which it may also set",
  source: 'net/netfilter/xt_connlabel.c (connlabel_mt)',
  undecidable: LABELS,
  options: { label: invertible(always(127), { required: true }), set: option(flag) },
  // XT_CONNLABEL_MAXBIT; names stand in /etc/xtables/connlabel.conf
  check: ({ label }) => (Number(label?.value) > 127 ? 'labels go to 127' : undefined),
  matches({ label }, packet, context) {
    const hit = context.unknown(REASON);
    return tracked(packet) ? hit : label?.inverted === true;
  },
  lower: ({ label }, context) =>
    any(all(TRACKED, unknownBit(context.unknown(REASON))), label?.inverted === true ? not(TRACKED) : FALSE),
  examples: [
    { rule: '-m connlabel --label "40"' },
    { rule: '-m connlabel ! --label "41" --set' },
    { rule: '-m connlabel --label 40', saved: '-m connlabel --label "40"' },
    { rule: '-m connlabel --label "2048"', refused: true },
    { rule: '-m connlabel', refused: true },
  ],
});

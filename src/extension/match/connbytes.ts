import { all, unknownBit } from '../../ir/predicate.ts';
import { bigInterval } from '../codec/big.ts';
import { oneOf } from '../codec/name.ts';
import { defineMatch } from '../extension.ts';
import { invertible, option } from '../option.ts';
import { TRACKED, tracked } from '../tracked.ts';

const BEFORE = 'depends on packets that passed before';
const REASON = `-m connbytes: ${BEFORE}`;

export const connbytes = defineMatch({
  name: 'connbytes',
  summary: 'how much a connection has carried',
  source: 'net/netfilter/xt_connbytes.c (connbytes_mt)',
  undecidable: BEFORE,
  options: {
    connbytes: invertible(bigInterval, { required: true }),
    'connbytes-mode': option(oneOf('mode', ['packets', 'bytes', 'avgpkt']), { required: true }),
    'connbytes-dir': option(oneOf('direction', ['original', 'reply', 'both']), { required: true }),
  },
  matches(_given, packet, context) {
    const hit = context.unknown(REASON);
    // without an entry nothing was counted: false before `!` is looked at
    return tracked(packet) ? hit : false;
  },
  lower: (_given, context) => all(TRACKED, unknownBit(context.unknown(REASON))),
  examples: [
    { rule: '-m connbytes --connbytes 0:1000 --connbytes-mode packets --connbytes-dir original' },
    { rule: '-m connbytes ! --connbytes 100:200 --connbytes-mode avgpkt --connbytes-dir both' },
    { rule: '-m connbytes --connbytes 0:1000 --connbytes-mode wrong --connbytes-dir both', refused: true },
    { rule: '-m connbytes --connbytes 0:1000', refused: true },
  ],
});

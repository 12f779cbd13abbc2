import { andThen, value } from '../../extension/codec/codec.ts';
import { icmpType } from '../../extension/codec/icmptype.ts';
import type { Range } from '../../packet/ranges.ts';
import { type FrameCodec, numbers } from './codec.ts';

export interface IcmpRanges {
  readonly types: Range;
  readonly codes: Range;
}

const byte = numbers(255);
const ANY: Range = [0, 255];

/** `TYPE[:TYPE][/CODE[:CODE]]`, or a name (ebt_ip.c). */
export const icmpRanges: FrameCodec<IcmpRanges> = {
  metavar: 'TYPE[:TYPE][/CODE[:CODE]]',
  parse(text) {
    if (!/^[\d:]/.test(text))
      return andThen(icmpType.parse([text], { family: 4 }), ({ type, codes }) =>
        value({ types: [type, type] as const, codes }),
      );
    const [head = '', tail] = text.split('/', 2);
    return andThen(byte.parse(head), (types) =>
      andThen(tail === undefined ? value(ANY) : byte.parse(tail), (codes) => value({ types, codes })),
    );
  },
  print: ({ types, codes }) =>
    codes[0] === 0 && codes[1] === 255 ? byte.print(types) : `${byte.print(types)}/${byte.print(codes)}`,
};

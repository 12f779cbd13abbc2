import { andThen, value } from '../../extension/codec/codec.ts';
import { readNumber } from '../../extension/codec/number.ts';
import { type FrameCodec, hexadecimal } from './codec.ts';

export interface FrameMark {
  readonly value: number;
  readonly mask: number;
  readonly any: boolean;
}

const ALL = 0xffffffff;

/** `VALUE[/MASK]`; `/MASK` alone holds where any of its bits is set (EBT_MARK_OR). */
export const mark: FrameCodec<FrameMark> = {
  metavar: 'VALUE[/MASK]',
  parse(text) {
    const slash = text.indexOf('/');
    const head = slash < 0 ? text : text.slice(0, slash);
    const mask = slash < 0 ? value(ALL) : readNumber(text.slice(slash + 1), 0, ALL);
    return andThen(mask, (bits) =>
      andThen(head === '' ? value(0) : readNumber(head, 0, ALL), (of) =>
        value({ value: of, mask: bits, any: head === '' }),
      ),
    );
  },
  print: ({ value: of, mask, any }) =>
    any ? `/${hexadecimal(mask)}` : `${hexadecimal(of)}${mask === ALL ? '' : `/${hexadecimal(mask)}`}`,
};

import { refused, value } from '../../extension/codec/codec.ts';
import type { FrameVerdict } from '../../network/frame-rules.ts';
import type { FrameCodec } from './codec.ts';

/** The standard targets of ebtables (EBT_ACCEPT, …), which the others name as what follows. */
export const VERDICTS: readonly FrameVerdict[] = ['ACCEPT', 'DROP', 'CONTINUE', 'RETURN'];

export const findVerdict = (text: string): FrameVerdict | undefined => VERDICTS.find((one) => one === text);

export const verdict: FrameCodec<FrameVerdict> = {
  metavar: 'VERDICT',
  parse(text) {
    const known = findVerdict(text);
    return known === undefined ? refused(`\`${text}\` is no verdict`, VERDICTS.join(', ')) : value(known);
  },
  print: String,
};

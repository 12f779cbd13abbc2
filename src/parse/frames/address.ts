import { lengthOf, readNetwork } from '../../extension/codec/address.ts';
import { printNetwork6, readNetwork6 } from '../../extension/codec/address6.ts';
import type { MaskedIp } from '../../network/frame-rules.ts';
import { printAddress } from '../../packet/address.ts';
import type { FrameCodec } from './codec.ts';

/** `ADDRESS[/MASK]`, the host bits cut off; a full mask is not printed. */
export const maskedIp: FrameCodec<MaskedIp> = {
  metavar: 'ADDRESS[/MASK]',
  parse: readNetwork,
  print({ address, mask }) {
    const length = lengthOf(mask);
    return length === 32 ? printAddress(address) : `${printAddress(address)}/${length ?? printAddress(mask)}`;
  },
};

export const maskedIp6: FrameCodec<MaskedIp<bigint>> = {
  metavar: 'ADDRESS[/MASK]',
  parse: readNetwork6,
  print: (of) => printNetwork6(of, 'left out'),
};

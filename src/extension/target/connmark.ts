import type { Value } from '../../ir/program.ts';
import type { Packet } from '../../packet/packet.ts';
import { flag } from '../codec/name.ts';
import { hexInteger, integer, type Masked } from '../codec/number.ts';
import type { Change, RuleContext } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';
import { TRACKED, tracked } from '../tracked.ts';
import { MARK_FORMS } from './mark.ts';

const ALL = 0xffffffff;
const FULL: Given<number> = { value: ALL, inverted: false };
const u32 = (bits: number): number => bits >>> 0;

const SHIFTED = '-j CONNMARK --left-shift-mark, --right-shift-mark: shifted marks are not modelled';

interface Said {
  readonly 'set-xmark'?: Given<Masked>;
  readonly 'restore-mark'?: Given<true>;
  readonly nfmask?: Given<number>;
  readonly ctmask?: Given<number>;
  readonly 'left-shift-mark'?: Given<number>;
  readonly 'right-shift-mark'?: Given<number>;
}

/** The mark that is written: the packet's, or its flow's. */
const written = (said: Said): 'mark' | 'ctMark' => (said['restore-mark'] === undefined ? 'ctMark' : 'mark');

/** A shifted mark takes some value, and nobody is asked which. */
function shifted(said: Said, context: RuleContext): Change<never> | undefined {
  if ((said['left-shift-mark'] ?? said['right-shift-mark']) === undefined) return undefined;
  return { forgotten: [{ field: written(said), ranges: [[0, ALL]], unknown: context.unknown(SHIFTED) }] };
}

/** connmark_tg_shift: bits under one mask give way to the new value, or to the bits of the other mark. */
function newMark(said: Said, { mark, ctMark }: Packet): number {
  const set = said['set-xmark']?.value;
  if (set !== undefined) return u32((ctMark & ~set.mask) ^ set.value);
  const nfmask = (said.nfmask ?? FULL).value;
  const ctmask = (said.ctmask ?? FULL).value;
  return said['restore-mark'] === undefined
    ? u32((ctMark & ~ctmask) ^ (mark & nfmask))
    : u32((mark & ~nfmask) ^ (ctMark & ctmask));
}

function lowerMark(said: Said): Value {
  const set = said['set-xmark']?.value;
  if (set !== undefined) return { kind: 'bits', terms: [{ slot: 'ctMark', mask: ALL - set.mask }], xor: set.value };
  const restores = said['restore-mark'] !== undefined;
  const packet = (said.nfmask ?? FULL).value;
  const flow = (said.ctmask ?? FULL).value;
  const terms = [
    { slot: 'ctMark', mask: restores ? flow : ALL - flow },
    { slot: 'mark', mask: restores ? ALL - packet : packet },
  ] as const;
  return { kind: 'bits', terms, xor: 0 };
}

const both = ({ value }: Given<number>) => ({ nfmask: { value, inverted: false }, ctmask: { value, inverted: false } });
const idle = ({ value }: Given<number>): boolean => value === 0;

export const connmarkTarget = defineTarget({
  name: 'CONNMARK',
  summary: 'sets the mark of the flow, or copies it from or to the packet',
  source: 'net/netfilter/xt_connmark.c (connmark_tg_shift)',
  partly: [SHIFTED],
  options: {
    ...MARK_FORMS,
    'save-mark': option(flag, { excludes: ['set-xmark', 'restore-mark'] }),
    'restore-mark': option(flag, { excludes: ['set-xmark'] }),
    nfmask: option(hexInteger('MASK')),
    ctmask: option(hexInteger('MASK')),
    mask: option(hexInteger('MASK'), { means: both }),
    'left-shift-mark': option(integer(0, 31, 'BITS'), { excludes: ['right-shift-mark'], idle }),
    'right-shift-mark': option(integer(0, 31, 'BITS'), { idle }),
  },
  complete({ nfmask, ctmask, ...said }) {
    return said['set-xmark'] === undefined ? { ...said, nfmask: nfmask ?? FULL, ctmask: ctmask ?? FULL } : said;
  },
  check: (said) =>
    (said['set-xmark'] ?? said['save-mark'] ?? said['restore-mark']) === undefined
      ? 'it needs something to do'
      : undefined,
  apply(said, packet, context) {
    const change = shifted(said, context) ?? { fields: [{ field: written(said), value: newMark(said, packet) }] };
    // a packet without an entry has no flow to take a mark from, or to give one to
    return tracked(packet) ? { kind: 'continue', ...change } : { kind: 'continue' };
  },
  lower(said, context) {
    const change = shifted(said, context) ?? { fields: [{ field: written(said), value: lowerMark(said) }] };
    return { kind: 'continue', ...change, when: TRACKED };
  },
  examples: [
    { rule: '-j CONNMARK --set-xmark 0x4/0x6' },
    { rule: '-j CONNMARK --set-mark 4', saved: '-j CONNMARK --set-xmark 0x4/0xffffffff' },
    { rule: '-j CONNMARK --and-mark 4', saved: '-j CONNMARK --set-xmark 0x0/0xfffffffb' },
    { rule: '-j CONNMARK --save-mark', saved: '-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff' },
    { rule: '-j CONNMARK --restore-mark --mask 0xff', saved: '-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff' },
    { rule: '-j CONNMARK --set-mark 4 --nfmask 4', saved: '-j CONNMARK --set-xmark 0x4/0xffffffff' },
    { rule: '-j CONNMARK --save-mark --restore-mark', refused: true },
    { rule: '-j CONNMARK --restore-mark --mask 0xff --nfmask 1', refused: true },
    { rule: '-j CONNMARK', refused: true },
  ],
});

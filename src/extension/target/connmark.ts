import type { Value } from '../../ir/program.ts';
import type { Packet } from '../../packet/packet.ts';
import { flag } from '../codec/name.ts';
import { hexInteger, integer, type Masked } from '../codec/number.ts';
import type { Effect, RuleContext } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';
import { MARK_FORMS } from './mark.ts';

const ALL = 0xffffffff;
const u32 = (bits: number): number => bits >>> 0;

const SHIFTED = '-j CONNMARK --left-shift-mark, --right-shift-mark: shifted marks are not modelled';
const RESTORED = '-j CONNMARK --restore-mark: what becomes of the mark of a packet without an entry is not modelled';

interface Said {
  readonly 'set-xmark'?: Given<Masked>;
  readonly 'restore-mark'?: Given<true>;
  readonly nfmask?: Given<number>;
  readonly ctmask?: Given<number>;
  readonly 'left-shift-mark'?: Given<number>;
  readonly 'right-shift-mark'?: Given<number>;
}

/** Why the effect can't be told, if it can't. */
function doubt(said: Said): string | undefined {
  if ((said['left-shift-mark'] ?? said['right-shift-mark']) !== undefined) return SHIFTED;
  return said['restore-mark'] === undefined ? undefined : RESTORED;
}

const unknown = (reason: string, context: RuleContext): Effect<never> => ({
  kind: 'unknown',
  unknown: context.unknown(reason),
});

/** connmark_tg_shift: the flow's bits under one mask give way to the new value, or to the packet's bits. */
function newMark(said: Said, { mark, ctMark }: Packet): number {
  const set = said['set-xmark']?.value;
  if (set !== undefined) return u32((ctMark & ~set.mask) ^ set.value);
  return u32((ctMark & ~(said.ctmask?.value ?? ALL)) ^ (mark & (said.nfmask?.value ?? ALL)));
}

function lowerMark(said: Said): Value {
  const set = said['set-xmark']?.value;
  if (set !== undefined) return { kind: 'bits', terms: [{ slot: 'ctMark', mask: ALL - set.mask }], xor: set.value };
  const kept = { slot: 'ctMark', mask: ALL - (said.ctmask?.value ?? ALL) } as const;
  return { kind: 'bits', terms: [kept, { slot: 'mark', mask: said.nfmask?.value ?? ALL }], xor: 0 };
}

const both = ({ value }: Given<number>) => ({ nfmask: { value, inverted: false }, ctmask: { value, inverted: false } });
const idle = ({ value }: Given<number>): boolean => value === 0;
const full: Given<number> = { value: ALL, inverted: false };

export const connmarkTarget = defineTarget({
  name: 'CONNMARK',
  summary: 'sets the mark of the flow, or copies it from or to the packet',
  source: 'net/netfilter/xt_connmark.c (connmark_tg_shift)',
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
    return said['set-xmark'] === undefined ? { ...said, nfmask: nfmask ?? full, ctmask: ctmask ?? full } : said;
  },
  check: (said) =>
    (said['set-xmark'] ?? said['save-mark'] ?? said['restore-mark']) === undefined
      ? 'it needs something to do'
      : undefined,
  apply(said, packet, context) {
    const why = doubt(said);
    if (why !== undefined) return unknown(why, context);
    return { kind: 'continue', fields: [{ field: 'ctMark', value: newMark(said, packet) }] };
  },
  lower(said, context) {
    const why = doubt(said);
    if (why !== undefined) return unknown(why, context);
    return { kind: 'continue', fields: [{ field: 'ctMark', value: lowerMark(said) }] };
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

import { refused, value } from '../../extension/codec/codec.ts';
import type { FrameAction, FrameVerdict } from '../../network/frame-rules.ts';
import { printMac } from '../../packet/address.ts';
import { hexadecimal } from './codec.ts';
import type { FrameTarget } from './dialect.ts';

type Given = ReadonlyMap<string, unknown>;

const thenOf = (given: Given, name: string, otherwise: FrameVerdict): FrameVerdict =>
  (given.get(name) as FrameVerdict | undefined) ?? otherwise;

const MARKS = ['set', 'or', 'and', 'xor'] as const;

const mark: FrameTarget = {
  options: [...MARKS.map((how) => `--mark-${how}`), '--mark-target'],
  make(given) {
    const chosen = MARKS.filter((how) => given.has(`--mark-${how}`));
    const [how] = chosen;
    if (how === undefined || chosen.length > 1)
      return refused('mark: one of --mark-set, --mark-or, --mark-and, --mark-xor must stand with it');
    const then = thenOf(given, '--mark-target', 'ACCEPT');
    return value({ kind: 'mark', how, value: given.get(`--mark-${how}`) as number, then });
  },
  print: (_, action) =>
    action.kind === 'mark' ? [`--mark-${action.how} ${hexadecimal(action.value)}`, `--mark-target ${action.then}`] : [],
};

const dnat: FrameTarget = {
  stands: ['nat PREROUTING', 'nat OUTPUT', 'broute BROUTING'],
  options: ['--to-dst', '--dnat-target'],
  make: (given) =>
    given.has('--to-dst')
      ? value({
          kind: 'dnat',
          mac: given.get('--to-dst') as number,
          arp: false,
          then: thenOf(given, '--dnat-target', 'ACCEPT'),
        })
      : refused('dnat: `--to-dst MAC` is missing'),
  print: (_, action) =>
    action.kind === 'dnat' ? [`--to-dst ${printMac(action.mac)}`, `--dnat-target ${action.then}`] : [],
};

const snat: FrameTarget = {
  stands: ['nat POSTROUTING'],
  options: ['--to-src', '--snat-arp', '--snat-target'],
  make: (given) =>
    given.has('--to-src')
      ? value({
          kind: 'snat',
          mac: given.get('--to-src') as number,
          arp: given.has('--snat-arp'),
          then: thenOf(given, '--snat-target', 'ACCEPT'),
        })
      : refused('snat: `--to-src MAC` is missing'),
  print: (_, action) =>
    action.kind === 'snat'
      ? [`--to-src ${printMac(action.mac)}`, ...(action.arp ? ['--snat-arp'] : []), `--snat-target ${action.then}`]
      : [],
};

const redirect: FrameTarget = {
  stands: ['nat PREROUTING', 'broute BROUTING'],
  options: ['--redirect-target'],
  make: (given) => value({ kind: 'redirect', then: thenOf(given, '--redirect-target', 'ACCEPT') }),
  print: (_, action) => printThen(action, 'redirect', 'ACCEPT'),
};

const arpreply: FrameTarget = {
  stands: ['nat PREROUTING'],
  options: ['--arpreply-mac', '--arpreply-target'],
  make: (given) =>
    value({
      kind: 'arpreply',
      mac: (given.get('--arpreply-mac') as number | undefined) ?? 0,
      then: thenOf(given, '--arpreply-target', 'DROP'),
    }),
  print: (_, action) =>
    action.kind === 'arpreply'
      ? [`--arpreply-mac ${printMac(action.mac)}`, ...printThen(action, 'arpreply', 'DROP')]
      : [],
};

const printThen = (action: FrameAction, name: 'redirect' | 'arpreply', otherwise: FrameVerdict): readonly string[] =>
  action.kind === name && action.then !== otherwise ? [`--${name}-target ${action.then}`] : [];

/** The targets of ebtables that take arguments, with their defaults (extensions/libebt_*.c). */
export const EBTABLES_TARGETS: ReadonlyMap<string, FrameTarget> = new Map(
  Object.entries({ mark, dnat, snat, redirect, arpreply }),
);

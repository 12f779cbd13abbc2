import type { FrameAction } from '../network/frame-rules.ts';
import { printAddress, printMac } from '../packet/address.ts';
import { bitAnd } from '../packet/bits.ts';
import { ARP_OPERATION, type Frame, typeAt } from './frame.ts';
import type { Asking } from './frame-chain.ts';

type Change = Exclude<FrameAction, { kind: 'verdict' | 'jump' | 'unknown' }>;

/** What a target did: `done` is false where it does not concern the frame. */
interface Changed {
  readonly done: boolean;
  readonly text: string;
}

/** Carries out a target that changes frames (net/bridge/netfilter/ebt_*.c, net/ipv4/netfilter/arpt_mangle.c). */
export function changeFrame(frame: Frame, action: Change, asking: Asking): Changed {
  switch (action.kind) {
    case 'mark':
      frame.mark = markWith(action, frame.mark);
      return { done: true, text: `mark 0x${frame.mark.toString(16)}` };
    case 'dnat':
      setDestination(frame, action.mac, asking);
      return { done: true, text: `dnat to ${printMac(action.mac)}` };
    case 'redirect':
      return redirect(frame, asking);
    case 'snat':
      frame.macSource = action.mac;
      // --snat-arp
      if (action.arp && frame.arp !== undefined) frame.arp = { ...frame.arp, macSource: action.mac };
      return { done: true, text: `snat to ${printMac(action.mac)}` };
    case 'arpreply':
      return reply(frame, action.mac, asking);
    case 'mangle':
      return mangle(frame, action);
  }
}

function markWith({ how, value }: Extract<Change, { kind: 'mark' }>, mark: number): number {
  switch (how) {
    case 'set':
      return value;
    case 'or':
      return (mark | value) >>> 0;
    case 'and':
      return bitAnd(mark, value);
    case 'xor':
      return (mark ^ value) >>> 0;
  }
}

/** `ebt_dnat_tg`: what came in is now for the bridge (BROUTING: the port), for a group, or for another host. */
function setDestination(frame: Frame, mac: number, { hook, devices }: Asking): void {
  frame.macDestination = mac;
  const own = hook === 'BROUTING' ? devices.in : hook === 'PREROUTING' ? devices.bridge : undefined;
  const type = typeAt(mac, ...(own === undefined ? [] : [own.mac]));
  if (own !== undefined || type === 'broadcast' || type === 'multicast') frame.type = type;
}

/** `ebt_redirect_tg`: to the bridge, in BROUTING to the port. */
function redirect(frame: Frame, { hook, devices }: Asking): Changed {
  const own = hook === 'BROUTING' ? devices.in : devices.bridge;
  if (own === undefined) throw new Error(`redirect in ${hook}`);
  frame.macDestination = own.mac;
  frame.type = 'host';
  return { done: true, text: `redirect to ${own.name}` };
}

/** `ebt_arpreply_tg`. */
function reply({ arp }: Frame, mac: number, { answer }: Asking): Changed {
  if (arp?.operation !== ARP_OPERATION.REQUEST) return { done: false, text: 'no ARP request' };
  answer?.(mac);
  return { done: true, text: `arpreply ${printAddress(arp.destination)} is at ${printMac(mac)}` };
}

/** `arpt_mangle`: what the ARP packet says; the frame's own addresses stay. */
function mangle(frame: Frame, action: Extract<Change, { kind: 'mangle' }>): Changed {
  const { macSource, macDestination, source, destination } = action;
  if (frame.arp !== undefined)
    frame.arp = {
      ...frame.arp,
      ...(macSource === undefined ? {} : { macSource }),
      ...(macDestination === undefined ? {} : { macDestination }),
      ...(source === undefined ? {} : { source }),
      ...(destination === undefined ? {} : { destination }),
    };
  return { done: true, text: 'mangle' };
}

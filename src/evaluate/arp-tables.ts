import type { FrameTableName } from '../network/frame-rules.ts';
import type { Interface, Node } from '../network/network.ts';
import type { FrameTable, Hop } from '../network/trace.ts';
import type { RuleAnswer, Spread } from './arp-frames.ts';
import type { Arp, Frame, Mac } from './frame.ts';
import { type Asking, type FrameHook, type FrameOutcome, runFrameTable } from './frame-chain.ts';
import type { Devices } from './frame-tests.ts';
import { setting, type World } from './world.ts';

/** A rule that an ARP frame met. */
export type ArpHop = Omit<Hop, 'packet'>;

/** An ARP frame with the rules that it has met. */
export interface ArpFrame extends Frame {
  arp: Arp;
  hops: readonly ArpHop[];
  /** The answer that a rule gave before the request went on: it is under way before any other. */
  answered?: RuleAnswer;
}

/** A frame as its sender makes it (`arp_create`); `hops`: of what it answers. */
export const newArp = (macSource: Mac, macDestination: Mac, arp: Arp, hops: readonly ArpHop[] = []): ArpFrame => ({
  macSource,
  macDestination,
  type: 'host',
  mark: 0,
  tag: undefined,
  arp,
  hops,
});

/** Each way has a frame of its own; what a rule writes goes to one. */
export const copyOf = (frame: ArpFrame): ArpFrame => ({ ...frame });

/** Shows an ARP frame to one table of ebtables. In BROUTING, DROP is no loss. */
export function passTable(
  spread: Spread,
  node: Node,
  table: FrameTableName,
  hook: FrameHook,
  devices: Devices,
  frame: ArpFrame,
  answer?: (mac: number) => void,
): FrameOutcome['kind'] {
  const chains = node.frameRules?.get(table);
  if (chains === undefined) return 'accept';
  const asking = { ...askingOf(node, `ebtables ${table}`, hook, devices, frame), ...(answer && { answer }) };
  return settle(spread, frame, asking, runFrameTable(spread.world, frame, asking, chains));
}

/** Shows it to arptables: INPUT and OUTPUT at any device, FORWARD at a bridge where br_netfilter calls it. */
export function passArpTable(
  spread: Spread,
  node: Node,
  hook: 'INPUT' | 'FORWARD' | 'OUTPUT',
  devices: { readonly in?: Interface; readonly out?: Interface },
  frame: ArpFrame,
): boolean {
  const { arpRules } = node;
  if (arpRules === undefined) return true;
  if (hook === 'FORWARD' && !isCalled(spread.world, node, frame)) return true;
  // arptables looks at the ARP packet alone, whatever tag its frame carries
  const inside: ArpFrame = { ...frame, tag: undefined };
  const asking = askingOf(node, 'arptables filter', hook, devices, inside);
  const kind = settle(spread, inside, asking, runFrameTable(spread.world, inside, asking, arpRules));
  Object.assign(frame, { arp: inside.arp, hops: inside.hops });
  return kind === 'accept';
}

/** `br_nf_forward_arp` (net/bridge/br_netfilter_hooks.c). */
function isCalled(world: World, node: Node, { tag }: ArpFrame): boolean {
  const chain = node.arpRules?.get('FORWARD');
  // an empty chain says nothing, whether it is asked or not
  if (chain === undefined || (chain.rules.length === 0 && chain.policy !== 'DROP')) return false;
  if (setting(world, node, 'net.bridge.bridge-nf-call-arptables') === 0) return false;
  return tag === undefined || setting(world, node, 'net.bridge.bridge-nf-filter-vlan-tagged') !== 0;
}

const askingOf = (node: Node, table: FrameTable, hook: FrameHook, devices: Devices, frame: ArpFrame): Asking => ({
  node,
  table,
  hook,
  devices,
  note: (hop) => {
    frame.hops = [...frame.hops, { ...hop, hook: 'neighbour' }];
  },
});

function settle(spread: Spread, frame: ArpFrame, asking: Asking, outcome: FrameOutcome): FrameOutcome['kind'] {
  const { node, hook, devices } = asking;
  if (outcome.kind === 'drop' && hook !== 'BROUTING')
    spread.lost.push({ frame, origin: outcome.origin, node, ...(devices.out && { out: devices.out }) });
  if (outcome.kind === 'unknown') spread.unknowns.push(outcome.unknown);
  return outcome.kind;
}

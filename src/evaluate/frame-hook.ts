import type { FrameTableName } from '../network/frame-rules.ts';
import type { Node } from '../network/network.ts';
import { frameOf, writeBack } from './frame.ts';
import { type FrameHook, type FrameOutcome, PASSED, runFrameTable } from './frame-chain.ts';
import type { Devices } from './frame-tests.ts';
import { note, type Skb } from './skb.ts';
import type { World } from './world.ts';

/** Shows the frame that a packet travels in to one table of ebtables; the rules may change it. */
export function frameHook(
  world: World,
  skb: Skb,
  node: Node,
  table: FrameTableName,
  hook: FrameHook,
  devices: Devices,
): FrameOutcome {
  const chains = node.frameRules?.get(table);
  if (chains === undefined) return PASSED;
  const frame = frameOf(skb);
  const asking = {
    node,
    table: `ebtables ${table}`,
    hook,
    devices,
    note: (hop: Parameters<Parameters<typeof runFrameTable>[2]['note']>[0]) => {
      writeBack(skb, frame);
      note(skb, { ...hop, hook: 'bridge' });
    },
  } as const;
  const outcome = runFrameTable(world, frame, asking, chains);
  writeBack(skb, frame);
  return outcome;
}

import type { Node, Setting } from '../../network/network.ts';
import type { DescribedNode } from '../wiring/wiring.ts';
import { at, type Desk } from './desk.ts';
import { first, type Readings } from './facts.ts';

/** The settings that a capture shows, and those of `network.yaml`, which must agree with it. */
export function assembleSettings(
  readings: Readings,
  described: DescribedNode | undefined,
  desk: Desk,
): Pick<Node, 'settings' | 'settingsComplete'> {
  const captured = first(readings, 'settings');
  const settings = new Map<string, Setting>(captured?.settings);
  for (const [key, setting] of described?.settings ?? []) {
    const before = settings.get(key);
    if (before !== undefined && before.value !== setting.value)
      desk.error(
        setting.place,
        `\`${key}\` is ${setting.value} here and ${before.value} at ${at(before.place)}`,
        'leave it to the capture, or ask with `--set`',
      );
    else settings.set(key, setting);
  }
  return { settings, settingsComplete: captured?.complete ?? false };
}

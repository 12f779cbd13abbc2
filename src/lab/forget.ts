import { run } from './command.ts';
import type { Lab } from './lab.ts';
import { present } from './possible.ts';

/**
 * Makes every node forget what earlier packets taught it: neighbours (but permanent ones) and, where conntrack-tools are
 * installed, connections. Bridges keep what they have learnt.
 */
export async function forget(lab: Lab): Promise<void> {
  const conntrack = present('conntrack');
  await Promise.all(
    [...lab.agents.values()].map(async ({ namespace }) => {
      await run('ip', ['-n', namespace, 'neigh', 'flush', 'all']);
      if (conntrack) await run('ip', ['netns', 'exec', namespace, 'conntrack', '-F']);
    }),
  );
}

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

const NEEDED = ['ip', 'bridge', 'iptables-restore', 'ipset', 'perl'] as const;
const FOLDERS = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];

/** Whether a command can be run here. */
export const present = (command: string): boolean =>
  FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Why networks can't be built on this machine; `undefined` if they can (root, iproute2, iptables, ipset and perl are needed). */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only';
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  const missing = NEEDED.filter((command) => !present(command));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

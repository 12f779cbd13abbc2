import { BRIDGES } from './bridges.ts';
import { HOSTS } from './hosts.ts';
import { NEIGHBOURS } from './neighbours.ts';
import type { SixCase } from './networks.ts';
import { ROUTES } from './routes.ts';
import { RULES } from './rules.ts';
import { SOCKETS } from './sockets.ts';

/** Networks of IPv6 that a kernel has been asked about, with what it was asked. */
export const CASES: readonly (readonly [name: string, one: SixCase])[] = Object.entries({
  ...HOSTS,
  ...NEIGHBOURS,
  ...ROUTES,
  ...RULES,
  ...BRIDGES,
  ...SOCKETS,
});

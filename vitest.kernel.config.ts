import { defineConfig } from 'vitest/config';

/**
 * What only a kernel can judge: needs root (network namespaces), iproute2, iptables, ipset and perl. Labs mostly wait for
 * what does not come, so a few of them stand at once: their namespaces are their own.
 */
export default defineConfig({
  test: {
    include: ['test/kernel/**/*.test.ts'],
    globalSetup: ['test/kernel/announce.ts'],
    setupFiles: ['test/kernel/setup.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 2,
    sequence: { concurrent: true },
    maxConcurrency: 4,
  },
});

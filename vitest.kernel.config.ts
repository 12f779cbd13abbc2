import { defineConfig } from 'vitest/config';

/** What only a kernel can judge: needs root (network namespaces), iproute2, iptables, ipset and perl. */
export default defineConfig({
  test: {
    include: ['test/kernel/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    fileParallelism: false,
  },
});

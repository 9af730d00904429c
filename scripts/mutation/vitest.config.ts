import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const packages = fileURLToPath(new URL('../../packages/', import.meta.url));

/** What judges the mutants of the failover core: its own tests and the specification, both on the core's sources. */
export default defineConfig({
  resolve: {
    alias: {
      '@finesse-ha/failover': `${packages}failover/src/index.ts`,
      '@finesse-ha/spec': `${packages}spec/src/index.ts`,
    },
  },
  test: {
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['packages/failover/test/*.test.ts', 'packages/spec/test/{cases,play,world}.test.ts'],
    testTimeout: 30_000,
  },
});

import { defineConfig } from 'vitest/config';

/** Tests import the sources of their own package and the built output of the others: `npm test` builds first. */
export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});

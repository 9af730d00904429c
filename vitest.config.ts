import { defineConfig } from 'vitest/config';

const shared = { testTimeout: 30_000, hookTimeout: 60_000 };

/**
 * Tests import the sources of their own package and the built output of the others: `npm test` builds first. The drill
 * runs after everything else and alone: it measures times.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'tests',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: ['packages/cli/test/drill.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'drill',
          include: ['packages/cli/test/drill.test.ts'],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

import { defineConfig } from 'vitest/config';

const shared = { testTimeout: 30_000, hookTimeout: 60_000 };
const drill = 'packages/cli/test/drill.test.ts';
const cases = 'packages/lab/test/spec-cases.test.ts';
const exhaustive = 'packages/cli/test/exhaustive.test.ts';

/**
 * Tests import the sources of their own package and the built output of the others: `npm test` builds first. What plays
 * whole deployments comes after everything else: it measures times. Mostly it waits, and what it leaves of the
 * processors is enough for the model checker's whole search, which takes no more than that.
 */
export default defineConfig({
  test: {
    // One more than the processors that there are at least: most tests wait for processes and sockets.
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...shared,
          name: 'tests',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: [drill, cases, exhaustive],
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...shared, name: 'exhaustive', include: [exhaustive], sequence: { groupOrder: 1 } } },
      { test: { ...shared, name: 'drill', include: [drill], sequence: { groupOrder: 1 } } },
      {
        test: {
          ...shared,
          name: 'real-cases',
          include: [cases],
          maxConcurrency: 6,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

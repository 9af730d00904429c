/** `npm run mutation`: every mutant of the failover core against its tests; the survivors are explained in docs/mutation.md. */
export default {
  mutate: ['packages/failover/src/**/*.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  reporters: ['progress', 'clear-text', 'json'],
  jsonReporter: { fileName: '.cache/mutation/report.json' },
  clearTextReporter: { logTests: false, allowColor: false, reportTests: false },
  ignorePatterns: ['dist'],
  // TypeScript 7 has no JavaScript API for Stryker to rewrite a tsconfig with; nothing here needs one rewritten.
  tsconfigFile: 'scripts/mutation/no-tsconfig.json',
  tempDirName: '.cache/mutation/sandbox',
  thresholds: { high: 98, low: 95, break: 95 },
};

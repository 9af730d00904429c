/** `npm test`: set-up, lint with the import rules, type check of the tests, all tests; ends with `N passed, N failed`. */
import './setup.mjs';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { provideChromium } from './chromium.mjs';
import { provideOtherPrograms } from './debian-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const reportFile = `${root}.cache/vitest.json`;
mkdirSync(`${root}.cache`, { recursive: true });
provideChromium();
provideOtherPrograms();

let failed = 0;
let passed = 0;
let skipped = 0;
function check(name, args) {
  console.log(`\n== ${name}`);
  if (spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0) passed += 1;
  else failed += 1;
}

check('lint, format and import directions', ['node_modules/@biomejs/biome/bin/biome', 'check']);
check('types of the tests', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.tests.json']);

console.log('\n== tests');
const vitest = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
try {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  passed += report.numPassedTests;
  skipped += report.numPendingTests;
  failed += report.numFailedTests + (vitest.status === 0 || report.numFailedTests > 0 ? 0 : 1);
} catch {
  failed += 1;
}
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);

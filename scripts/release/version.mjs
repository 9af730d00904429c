/**
 * `npm run version`: turns the changes that wait in `.changeset/` into versions and changelogs, then takes the new version
 * to the places that changesets does not know: the examples outside the workspace and the lock file. Commits nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`finesse-ha version: ${command} ${args.join(' ')} failed.`);
    process.exit(1);
  }
}

run(process.execPath, ['node_modules/@changesets/cli/bin.js', 'version']);

const { version } = JSON.parse(readFileSync(`${root}packages/client/package.json`, 'utf8'));
for (const name of readdirSync(`${root}examples`)) {
  const file = `${root}examples/${name}/package.json`;
  if (!existsSync(file)) continue;
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/("@finesse-ha\/[\w-]+": )"\d[^"]*"/g, `$1"${version}"`));
}
run('npm', [
  'install',
  '--package-lock-only',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
]);
run(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '--write']);
console.log(
  `finesse-ha version: all packages are ${version}. Read the changelogs, commit, then npm run release:check.`,
);

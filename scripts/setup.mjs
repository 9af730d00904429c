/**
 * All the set-up that `npm start` and `npm test` need on a fresh clone: dependencies when the lock file has
 * changed since they were installed, then an incremental build and the desktop's bundle. Needs Node and git only.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildDesktop } from './build-desktop.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = `${root}node_modules/.finesse-ha-stamp`;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`finesse-ha needs Node 20.19 or later; this is ${process.version}.`);
  process.exit(1);
}

function run(what, command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    console.error(`finesse-ha set-up: ${what} failed (${command} ${args.join(' ')}).`);
    process.exit(1);
  }
}

const stamp = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .update(process.version)
  .digest('hex');
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  console.error('finesse-ha set-up: installing dependencies ...');
  // Not `npm ci`: it insists on the packages of every platform being in the lock file, which a registry that offers only
  // some of them cannot give. This follows the lock file too, and does not write it.
  run('installing dependencies', 'npm', [
    'install',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  writeFileSync(stampFile, stamp);
}
console.error('finesse-ha set-up: building what changed ...');
run('the build', process.execPath, ['node_modules/typescript/bin/tsc', '-b']);
buildDesktop(root, run);

/**
 * Bundles the desktop when something that goes into the bundle changed since it was bundled last. Content counts, not
 * times: a branch switched there and back costs nothing.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** What the bundle is made of: the desktop's own files, the built output of our packages, and the versions of the others. */
const ingredients = [
  'packages/desktop/index.html',
  'packages/desktop/vite.config.ts',
  'packages/desktop/package.json',
  'packages/desktop/src',
  'packages/desktop/public',
  'packages/protocol/dist',
  'packages/failover/dist',
  'packages/client/dist',
  'packages/react/dist',
  'package-lock.json',
];
const stampFile = 'node_modules/.finesse-ha-desktop-stamp';
const output = 'packages/desktop/dist/index.html';

/**
 * @param {string} root the repository, with a trailing slash
 * @param {(what: string, command: string, args: string[]) => void} run runs a command in the root, or ends the process
 */
export function buildDesktop(root, run) {
  const stamp = digest(root);
  if (existsSync(root + output) && readStamp(root) === stamp) return;
  console.error('finesse-ha set-up: bundling the desktop ...');
  run('bundling the desktop', 'npm', [
    'run',
    'build',
    '--silent',
    '-w',
    'packages/desktop',
    '--',
    '--logLevel=warn',
  ]);
  writeFileSync(root + stampFile, stamp);
}

function readStamp(root) {
  return existsSync(root + stampFile) ? readFileSync(root + stampFile, 'utf8') : '';
}

function digest(root) {
  const hash = createHash('sha256');
  for (const file of ingredients.flatMap((path) => filesOf(root, path))) {
    hash.update(file).update(readFileSync(root + file));
  }
  return hash.digest('hex');
}

function filesOf(root, path) {
  if (!existsSync(root + path)) return [];
  if (!path.includes('/') || /\.\w+$/.test(path)) return [path];
  return readdirSync(root + path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(tsbuildinfo|map|d\.ts)$/.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length))
    .sort();
}

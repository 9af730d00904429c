import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpack } from '@publint/pack';
import type { Contents } from './contents-rules.js';
import { type Package, root } from './workspace.js';

/** A package as it would be uploaded. */
export interface Packed {
  readonly one: Package;
  /** Absolute. */
  readonly tarball: string;
  readonly contents: Contents;
}

/**
 * `npm pack` of each package, into one folder.
 * @param directory absolute; made where it does not exist
 * @throws when npm cannot pack one
 */
export async function packAll(packages: readonly Package[], directory: string): Promise<Packed[]> {
  mkdirSync(directory, { recursive: true });
  const answer = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', directory].concat(
      packages.flatMap(({ folder }) => ['-w', `packages/${folder}`]),
    ),
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' },
  );
  const files = new Map(
    (JSON.parse(answer) as { name: string; filename: string }[]).map((row) => [row.name, row.filename]),
  );
  return Promise.all(
    packages.map(async (one) => {
      const file = files.get(one.manifest.name);
      if (file === undefined) throw new Error(`npm pack did not pack ${one.manifest.name}`);
      const tarball = join(directory, file);
      return { one, tarball, contents: await contentsOf(tarball) };
    }),
  );
}

async function contentsOf(tarball: string): Promise<Contents> {
  const { files, rootDir } = await unpack(new Uint8Array(readFileSync(tarball)));
  return new Map(files.map(({ name, data }) => [name.slice(rootDir.length + 1), Buffer.from(data)]));
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Expected } from './contents-rules.js';
import { type Package, root } from './workspace.js';

/** A tarball unpacked, in KiB, at most: about a third more than it was when this was written. */
const maxUnpackedKib: Readonly<Record<string, number>> = {
  cli: 450,
  client: 800,
  cti: 1_150,
  desktop: 650,
  failover: 300,
  lab: 800,
  monitor: 240,
  notification: 550,
  ops: 70,
  proof: 950,
  protocol: 400,
  react: 60,
  server: 1_200,
  testing: 170,
};

/** Whether changes wait for a release: then the changelogs do not speak of the packages' versions yet. */
export function changesWait(): boolean {
  const folder = `${root}.changeset`;
  return (
    existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.md') && name !== 'README.md')
  );
}

/** @throws when nobody has said how large the package may be */
export function expectationsOf({ folder }: Package): Expected {
  const limit = maxUnpackedKib[folder];
  if (limit === undefined) throw new Error(`packages/release/src/expectations.ts says nothing of ${folder}`);
  return {
    license: readFileSync(`${root}LICENSE`, 'utf8'),
    changelog: !changesWait(),
    maxUnpackedKib: limit,
  };
}

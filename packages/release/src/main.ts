/**
 * `npm run release:check`: everything that must hold before the packages are published, one line for each, and the reasons
 * where something does not. Tarballs and SBOM are left in `.cache/packs`. Ends with exit code 0, 1 where something does not
 * hold, 2 for a wrong command line.
 *
 * `--publish` is for the release itself: an audit that nobody could make counts as a failure, and so do changes that wait.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAudit } from './audit.js';
import { contentsProblems } from './contents-rules.js';
import { changesWait, expectationsOf } from './expectations.js';
import { manifestProblems } from './manifest-rules.js';
import { type Packed, packAll } from './pack.js';
import { Sample, type StepResult } from './sample.js';
import { releaseSbom, sbomProblems } from './sbom.js';
import { publintProblems, typeProblems } from './typing-rules.js';
import { readPublished, root } from './workspace.js';

const args = process.argv.slice(2);
const publishing = args.includes('--publish');
const unknown = args.find((arg) => arg !== '--publish');
if (unknown !== undefined) {
  process.stderr.write(`release check: unknown option ${unknown}; there is --publish\n`);
  process.exit(2);
}

const failures: string[] = [];
const notDone: string[] = [];
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** What could not be found out, and is not held against the packages. */
class NotDone extends Error {}

/** Runs one check, and says how it ended. What it returns are the problems. */
async function check(name: string, run: () => Promise<string[]> | string[]): Promise<void> {
  const startedAt = performance.now();
  let verdict = 'ok';
  let problems: string[];
  try {
    problems = await run();
  } catch (error) {
    problems = [error instanceof Error ? error.message : String(error)];
    if (error instanceof NotDone) verdict = 'NOT DONE';
  }
  if (problems.length > 0 && verdict === 'ok') verdict = 'FAILED';
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5);
  say(`${verdict.padEnd(8)} ${seconds} s  ${name}`);
  for (const problem of problems) say(`         ${problem}`);
  if (verdict === 'FAILED') failures.push(name);
  if (verdict === 'NOT DONE') notDone.push(name);
}

const step = (result: StepResult): string[] => (result.ok ? [] : [result.output.trim().slice(-4_000)]);
const directory = join(root, '.cache', 'packs');
const published = readPublished();
const [first] = published;
if (first === undefined) throw new Error('no package is published');
const { version } = first.manifest;
say(`finesse-ha ${version}: ${published.length} packages`);

if (publishing) {
  await check('no change waits in .changeset', () =>
    changesWait() ? ['npm run version turns them into a version and changelogs'] : [],
  );
}
await check('package.json of each', () =>
  published.flatMap((one) => manifestProblems(one, published).map((problem) => `${one.folder}: ${problem}`)),
);
await check('dependencies: none in vain, none forgotten (knip)', () => {
  const knip = join(root, 'node_modules', 'knip', 'bin', 'knip.js');
  const options = ['--config', 'packages/release/knip.json', '--production', '--strict', '--dependencies'];
  const { status, stdout } = spawnSync(process.execPath, [knip, ...options, '--no-progress'], {
    cwd: root,
    encoding: 'utf8',
  });
  return status === 0 ? [] : [stdout.trim()];
});

await check(
  'API reference: every exported function and type is documented, every link leads somewhere',
  () => {
    const { status, stdout, stderr } = spawnSync('npm', ['run', 'docs:api', '--silent'], {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    return status === 0 ? [] : [`${stdout}${stderr}`.trim()];
  },
);

let packed: Packed[] = [];
await check('npm pack', async () => {
  rmSync(directory, { recursive: true, force: true });
  packed = await packAll(published, directory);
  return [];
});
for (const { one, contents } of packed) {
  const kib = Math.ceil([...contents.values()].reduce((sum, { length }) => sum + length, 0) / 1024);
  await check(`${one.manifest.name}: ${contents.size} files, ${kib} KiB`, () =>
    contentsProblems(one.manifest, contents, expectationsOf(one)),
  );
}
await check('publint', async () => (await Promise.all(packed.map(publintProblems))).flat());
await check('are the types wrong (attw)', async () => (await Promise.all(packed.map(typeProblems))).flat());

const sample = new Sample(packed, 'newest');
try {
  await check(
    'a project outside the workspace: npm install of the tarballs, newest versions of the others',
    async () => step(await sample.install()),
  );
  await check('its failover test, strict TypeScript', async () => step(await sample.test()));
  await check('every entry can be imported', async () => step(await sample.entries()));
  await check('the command', async () => step(await sample.command()));
  await check('types in a browser application', async () => step(await sample.browserTypes()));
  await check('SBOM (CycloneDX) and licences', async () => {
    const result = await sample.sbom();
    if (!result.ok) return step(result);
    const file = join(directory, `finesse-ha-${version}.cdx.json`);
    const text = releaseSbom(result.stdout, packed);
    writeFileSync(file, text);
    return sbomProblems(text, packed);
  });
  await check('npm audit of what is installed for production', async () => {
    const verdict = readAudit((await sample.audit()).stdout);
    if (verdict.kind === 'vulnerable') return [...verdict.findings];
    if (verdict.kind === 'failed') return [verdict.why];
    if (verdict.kind === 'clean') return [];
    const why = `the registry serves no audits here: ${verdict.why}`;
    if (publishing) return [why];
    throw new NotDone(why);
  });
} finally {
  sample.remove();
}

if (notDone.length > 0) say(`Not done, and needed before publishing: ${notDone.join('; ')}`);
say(
  failures.length === 0
    ? `${notDone.length === 0 ? 'All well' : 'All else is well'}. Tarballs and SBOM: ${directory}`
    : `Not to be published: ${failures.join('; ')}`,
);
process.exit(failures.length === 0 ? 0 : 1);

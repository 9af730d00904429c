/** The packages as they would be published: what is in them, their types, and a project that has nothing but them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentsProblems } from '../src/contents-rules.js';
import { expectationsOf } from '../src/expectations.js';
import { manifestProblems } from '../src/manifest-rules.js';
import { type Packed, packAll } from '../src/pack.js';
import { Sample, type StepResult } from '../src/sample.js';
import { releaseSbom, sbomProblems } from '../src/sbom.js';
import { publintProblems, typeProblems } from '../src/typing-rules.js';
import { readPublished, root } from '../src/workspace.js';

const published = readPublished();
const directory = mkdtempSync(join(tmpdir(), 'finesse-ha-packs-'));
let packed: Packed[];
beforeAll(async () => {
  packed = await packAll(published, directory);
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('their package.json are whole', () => {
  const problems = published.flatMap((one) =>
    manifestProblems(one, published).map((problem) => `${one.folder}: ${problem}`),
  );
  expect(problems).toEqual([]);
});

it('they all get one version from changesets, and nothing else does', () => {
  const { fixed } = JSON.parse(readFileSync(`${root}.changeset/config.json`, 'utf8')) as {
    fixed: string[][];
  };
  expect(fixed).toEqual([published.map(({ manifest }) => manifest.name)]);
});

it('their tarballs hold what they should and nothing else', () => {
  const problems = packed.flatMap(({ one, contents }) =>
    contentsProblems(one.manifest, contents, expectationsOf(one)).map(
      (problem) => `${one.folder}: ${problem}`,
    ),
  );
  expect(problems).toEqual([]);
});

it('publint finds nothing', { timeout: 60_000 }, async () => {
  expect((await Promise.all(packed.map(publintProblems))).flat()).toEqual([]);
});

it('the types are right', { timeout: 60_000 }, async () => {
  const problems = [];
  for (const one of packed) problems.push(...(await typeProblems(one)));
  expect(problems).toEqual([]);
});

it('no dependency is declared in vain, and none is forgotten', { timeout: 60_000 }, () => {
  const knip = join(root, 'node_modules', 'knip', 'bin', 'knip.js');
  const options = [
    '--config',
    'packages/release/knip.json',
    '--production',
    '--strict',
    '--dependencies',
    '--no-progress',
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, [knip, ...options], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status, `${stdout}\n${stderr}`).toBe(0);
});

describe('a project outside the workspace', () => {
  let sample: Sample;
  const succeeds = (result: StepResult): void =>
    expect(result.ok, `${result.name}:\n${result.output}`).toBe(true);
  beforeAll(async () => {
    sample = new Sample(packed, 'locked');
    succeeds(await sample.install());
  }, 180_000);
  afterAll(() => sample?.remove());

  it('compiles and passes its failover test', { timeout: 120_000 }, async () => {
    succeeds(await sample.test());
  });

  it('imports every entry, and runs the command', { timeout: 60_000 }, async () => {
    succeeds(await sample.entries());
    succeeds(await sample.command());
  });

  it('has an SBOM with everything in it, under licences that go with ours', { timeout: 60_000 }, async () => {
    const result = await sample.sbom();
    succeeds(result);
    expect(await sbomProblems(releaseSbom(result.stdout, packed), packed)).toEqual([]);
  });

  it('has types that a browser application can use', { timeout: 60_000 }, async () => {
    succeeds(await sample.browserTypes());
  });
});

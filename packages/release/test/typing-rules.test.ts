/** A package that is wrong in the ways that publint and "are the types wrong" know: both must say so, through our filter. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Packed } from '../src/pack.js';
import { publintProblems, typeProblems } from '../src/typing-rules.js';
import type { Manifest } from '../src/workspace.js';

const directory = mkdtempSync(join(tmpdir(), 'finesse-ha-wrong-'));
const manifest: Manifest = {
  name: '@finesse-ha/wrong',
  version: '1.0.0',
  type: 'module',
  license: 'Apache-2.0',
  files: ['dist'],
  exports: {
    '.': { default: './dist/index.js', types: './dist/index.d.ts' },
    './more': { types: './dist/more.d.ts', default: './dist/more.js' },
  },
};
let wrong: Packed;
beforeAll(() => {
  mkdirSync(join(directory, 'dist'));
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(directory, 'dist', 'index.js'), 'export const one = 1;\n');
  // Leads to a module that is not there.
  writeFileSync(
    join(directory, 'dist', 'index.d.ts'),
    "export * from './gone.js';\nexport declare const one = 1;\n",
  );
  writeFileSync(join(directory, 'dist', 'more.js'), 'export const more = 1;\n');
  const answer = execFileSync('npm', ['pack', '--json', '--loglevel=error'], {
    cwd: directory,
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(answer) as [{ filename: string }];
  wrong = {
    one: { folder: 'wrong', directory, manifest },
    tarball: join(directory, filename),
    contents: new Map(),
  };
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('publint finds types that come last, and a file that is not there', async () => {
  const problems = await publintProblems(wrong);
  expect(problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/exports\["\."\]\.types.*first/i),
      expect.stringMatching(/more\.d\.ts.*does not exist/),
    ]),
  );
});

it('"are the types wrong" finds an entry without types, and a declaration that leads nowhere', async () => {
  const problems = await typeProblems(wrong);
  expect(problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^attw: UntypedResolution .*"\.\/more"/),
      expect.stringMatching(/^attw: InternalResolutionError .*gone\.js/),
    ]),
  );
});

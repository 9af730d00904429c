/** Each rule finds what it is for: one package that is right, and what is said when one thing of it is wrong. */
import { expect, it } from 'vitest';
import { contentsProblems } from '../src/contents-rules.js';
import { manifestProblems } from '../src/manifest-rules.js';
import type { Manifest } from '../src/workspace.js';

const manifest: Manifest = {
  name: '@finesse-ha/thing',
  version: '0.3.0',
  description: 'A thing that is described in a sentence.',
  keywords: ['a', 'b', 'c'],
  license: 'Apache-2.0',
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20.19' },
  exports: {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  files: ['dist', 'src'],
  dependencies: { '@finesse-ha/other': '0.3.0', ws: '^8.23.0' },
};
const other: Manifest = { ...manifest, name: '@finesse-ha/other' };
const published = [manifest, other].map((one) => ({ folder: '', directory: '', manifest: one }));

const files: Readonly<Record<string, string>> = {
  'package.json': '{}',
  LICENSE: 'the licence',
  'README.md': '# @finesse-ha/thing\n\n```ts\nthing();\n```\n',
  'CHANGELOG.md': '# @finesse-ha/thing\n\n## 0.3.0\n\n- New.\n',
  'dist/index.js': 'export const thing = 1;\n//# sourceMappingURL=index.js.map',
  'dist/index.js.map': '{"sources":["../src/index.ts"]}',
  'dist/index.d.ts': 'export declare const thing = 1;',
  'src/index.ts': 'export const thing = 1;',
};

function contents(
  change: Readonly<Record<string, string | null>> = {},
  changed: Partial<Manifest> = {},
): string[] {
  const all = Object.entries({ ...files, ...change }).flatMap(([path, text]) =>
    text === null ? [] : [[path, Buffer.from(text)] as const],
  );
  const expected = { license: 'the licence', changelog: true, maxUnpackedKib: 8 };
  return contentsProblems({ ...manifest, ...changed }, new Map(all), expected);
}

function manifests(change: Partial<Manifest>): string[] {
  return manifestProblems({ folder: '', directory: '', manifest: { ...manifest, ...change } }, published);
}

it('nothing is said of a package that is right', () => {
  expect(manifests({})).toEqual([]);
  expect(contents()).toEqual([]);
});

it.each<[string, Partial<Manifest>, RegExp]>([
  [
    'a dependency that is not published',
    { dependencies: { '@finesse-ha/spec': '0.3.0' } },
    /spec, which is not published/,
  ],
  ['a range of ours', { dependencies: { '@finesse-ha/other': '^0.3.0' } }, /not on 0\.3\.0/],
  ['a pin', { dependencies: { ws: '8.23.0' } }, /pins ws to 8\.23\.0/],
  ['a path', { dependencies: { ws: 'file:../ws' } }, /no range of versions/],
  [
    'types that come last',
    { exports: { '.': { default: './dist/index.js', types: './dist/index.d.ts' } } },
    /types first/,
  ],
  ['a module without types', { exports: { '.': './dist/index.js' } }, /has no types/],
  ['no keywords', { keywords: [] }, /keywords/],
  ['another licence', { license: 'MIT' }, /license is MIT/],
  ['another Node', { engines: { node: '>=18' } }, /engines/],
])('%s is found in package.json', (_, change, said) => {
  expect(manifests(change)).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
});

it.each<[string, Record<string, string | null>, RegExp]>([
  ['a test', { 'src/thing.test.ts': '' }, /^src\/thing\.test\.ts: does not belong/],
  ['a key', { 'data/lab.pem': '' }, /^data\/lab\.pem: does not belong/],
  ["the compiler's memory", { 'dist/.tsbuildinfo': '' }, /tsbuildinfo: does not belong/],
  ['a foreign folder', { 'notes/plan.txt': '' }, /does not belong/],
  ['another licence', { LICENSE: 'mine' }, /^LICENSE/],
  ['no README', { 'README.md': null }, /^README\.md/],
  ['a README without an example', { 'README.md': '# @finesse-ha/thing\n' }, /no example/],
  ['no changelog', { 'CHANGELOG.md': null }, /^CHANGELOG\.md: missing/],
  ['an old changelog', { 'CHANGELOG.md': '# x\n\n## 0.2.0\n' }, /says nothing of 0\.3\.0/],
  ['a map without its source', { 'src/index.ts': null, 'src/a.ts': '' }, /leads to src\/index\.ts/],
  ['a map that is missing', { 'dist/index.js.map': null }, /names index\.js\.map/],
  ['an entry that is missing', { 'dist/index.js': null }, /^dist\/index\.js: named in package\.json/],
  ['types that are missing', { 'dist/more.js': '', 'src/more.ts': '' }, /^dist\/more\.js: has no types/],
  ['what a removed source left', { 'dist/old.js': '', 'dist/old.d.ts': '' }, /^dist\/old\.js: is left of/],
  ['a heap of bytes', { 'data/heap.json': ' '.repeat(9_000) }, /more than the 8 expected/],
  [
    'a program that a bundler would drop',
    { 'dist/service-main.js': '', 'dist/service-main.d.ts': '', 'src/service-main.ts': '' },
    /sideEffects does not name dist\/service-main\.js/,
  ],
])('%s is found in a tarball', (_, change, said) => {
  expect(contents(change)).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
});

import { posix } from 'node:path';
import type { Manifest } from './workspace.js';

/** What was unpacked from a tarball: paths without `package/` in front, and what they hold. */
export type Contents = ReadonlyMap<string, Buffer>;

/** What the rules take as given. */
export interface Expected {
  /** The text of the licence at the repository's root. */
  readonly license: string;
  /** Whether a changelog with the package's version must be there: not before a first release was made. */
  readonly changelog: boolean;
  /** The tarball unpacked, in KiB, at most. */
  readonly maxUnpackedKib: number;
}

const allowed =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/.*|dist\/.*|src\/.*|data\/.*|grafana\/.*|prometheus\/.*|prosody\/.*)$/;
const forbidden =
  /(^|\/)(test|tests|__tests__|node_modules|coverage)\/|\.test\.|\.tsbuildinfo$|(^|\/)\.|\.(pem|key|sqlite|db|log)$/;

/** What is wrong with the contents of one tarball, one sentence each. */
export function contentsProblems(manifest: Manifest, contents: Contents, expected: Expected): string[] {
  const problems: string[] = [];
  for (const path of contents.keys()) {
    if (!allowed.test(path) || forbidden.test(path)) problems.push(`${path}: does not belong there`);
  }
  if (contents.get('LICENSE')?.toString() !== expected.license)
    problems.push("LICENSE: missing, or not the repository's");
  problems.push(...readmeProblems(manifest, contents), ...changelogProblems(manifest, contents, expected));
  problems.push(
    ...targetProblems(manifest, contents),
    ...buildProblems(contents),
    ...sideEffectProblems(manifest, contents),
  );
  const kib = Math.ceil([...contents.values()].reduce((sum, { length }) => sum + length, 0) / 1024);
  if (kib > expected.maxUnpackedKib)
    problems.push(`${kib} KiB unpacked, more than the ${expected.maxUnpackedKib} expected`);
  return problems;
}

function readmeProblems(manifest: Manifest, contents: Contents): string[] {
  const readme = contents.get('README.md')?.toString() ?? '';
  if (!readme.startsWith(`# ${manifest.name}\n`))
    return ["README.md: missing, or its title is not the package's name"];
  return /^```(ts|tsx|js|sh)$/m.test(readme) ? [] : ['README.md: no example'];
}

function changelogProblems(manifest: Manifest, contents: Contents, { changelog }: Expected): string[] {
  const text = contents.get('CHANGELOG.md')?.toString();
  if (text === undefined) return changelog ? ['CHANGELOG.md: missing'] : [];
  return text.includes(`\n## ${manifest.version}\n`) || !changelog
    ? []
    : [`CHANGELOG.md: says nothing of ${manifest.version}`];
}

/** Everything that package.json points to must be there. */
function targetProblems(manifest: Manifest, contents: Contents): string[] {
  const targets = [...Object.values(manifest.exports ?? {}), ...Object.values(manifest.imports ?? {})]
    .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
    .filter((target) => !target.includes('*'));
  targets.push(...Object.values(manifest.bin ?? {}));
  if (Array.isArray(manifest.sideEffects)) targets.push(...(manifest.sideEffects as string[]));
  return targets
    .map((target) => posix.normalize(target))
    .filter((target) => !contents.has(target))
    .map((target) => `${target}: named in package.json, but not there`);
}

/**
 * Every module has its types and its source, nothing is left of a source that was removed, and every source map leads
 * to files that are there.
 */
function buildProblems(contents: Contents): string[] {
  const problems: string[] = [];
  const compiled = [...contents.keys()].some((path) => path.startsWith('src/'));
  for (const [path, bytes] of contents) {
    if (!path.startsWith('dist/')) continue;
    if (compiled && path.endsWith('.js')) {
      const stem = path.slice('dist/'.length, -'.js'.length);
      if (!contents.has(`dist/${stem}.d.ts`)) problems.push(`${path}: has no types beside it`);
      if (!contents.has(`src/${stem}.ts`))
        problems.push(`${path}: is left of a source that is gone; remove dist and build`);
    }
    if (path.endsWith('.map')) problems.push(...mapProblems(path, bytes, contents));
    else if (/\.(js|css|d\.ts)$/.test(path)) problems.push(...mapReferenceProblems(path, bytes, contents));
  }
  return problems;
}

function mapProblems(path: string, bytes: Buffer, contents: Contents): string[] {
  const map = JSON.parse(bytes.toString()) as { sources: string[]; sourceRoot?: string };
  return map.sources
    .map((source) => posix.join(posix.dirname(path), map.sourceRoot ?? '', source))
    .filter((source) => !contents.has(source))
    .map((source) => `${path}: leads to ${source}, which is not there`);
}

function mapReferenceProblems(path: string, bytes: Buffer, contents: Contents): string[] {
  const file = /^\/[/*]# sourceMappingURL=(\S+)/m.exec(bytes.toString())?.[1];
  if (file === undefined || contents.has(posix.join(posix.dirname(path), file))) return [];
  return [`${path}: names ${file}, which is not there`];
}

/** Programs do something when they are imported: a bundler must be told, or it leaves them out. Everything else does not. */
function sideEffectProblems({ sideEffects, exports }: Manifest, contents: Contents): string[] {
  if (sideEffects === undefined) {
    const modules = Object.values(exports ?? {}).some((target) => typeof target !== 'string');
    return modules ? ['package.json: sideEffects is missing: a bundler must keep everything'] : [];
  }
  const named = new Set(
    Array.isArray(sideEffects) ? (sideEffects as string[]).map((path) => posix.normalize(path)) : [],
  );
  return [...contents.keys()]
    .filter((path) => /^dist\/(.*[/-])?(main|worker|preload|extauth)\.js$/.test(path) && !named.has(path))
    .map((path) => `package.json: sideEffects does not name ${path}, which is a program`);
}

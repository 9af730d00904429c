import type { Manifest, Package } from './workspace.js';

/** Node's oldest version that the packages run on. */
const engines = '>=20.19';

/**
 * What is wrong with the package.json of a published package, one sentence each.
 * @param published all that are published: what a package depends on must be among them
 */
export function manifestProblems({ manifest }: Package, published: readonly Package[]): string[] {
  const problems: string[] = [];
  const must = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(`package.json: ${problem}`);
  };
  must(/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(manifest.version), `version is ${manifest.version}`);
  must((manifest.description ?? '').length >= 20, 'description is missing or says nothing');
  must((manifest.keywords ?? []).length >= 3, 'fewer than three keywords');
  must(manifest.license === 'Apache-2.0', `license is ${String(manifest.license)}`);
  must(manifest.type === 'module', 'type is not module');
  must(manifest.engines?.node === engines, `engines.node is not ${engines}`);
  must(manifest.files !== undefined, 'files is missing: everything would be published');
  must(manifest.exports !== undefined, 'exports is missing: every file could be imported');
  problems.push(...exportProblems(manifest), ...dependencyProblems(manifest, published));
  return problems;
}

function exportProblems({ exports = {} }: Manifest): string[] {
  const problems: string[] = [];
  if (exports['./package.json'] !== './package.json')
    problems.push('package.json: exports lacks ./package.json');
  for (const [path, target] of Object.entries(exports)) {
    if (typeof target === 'string') {
      if (target.endsWith('.js')) problems.push(`package.json: exports ${path} has no types`);
    } else if (Object.keys(target)[0] !== 'types') {
      problems.push(`package.json: exports ${path} does not name types first`);
    }
  }
  return problems;
}

function dependencyProblems(manifest: Manifest, published: readonly Package[]): string[] {
  const problems: string[] = [];
  const versions = new Map(published.map((one) => [one.manifest.name, one.manifest.version]));
  const runtime = {
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  };
  for (const [name, range] of Object.entries(runtime)) {
    if (name.startsWith('@finesse-ha/')) {
      const version = versions.get(name);
      if (version === undefined) problems.push(`package.json: depends on ${name}, which is not published`);
      // Ours are released together and speak to each other in ways that no range could promise.
      else if (range !== version)
        problems.push(`package.json: depends on ${name} ${range}, not on ${version}`);
    } else if (/^\d/.test(range)) {
      problems.push(
        `package.json: pins ${name} to ${range}: who installs it could not take a security fix of it`,
      );
    } else if (!/^([~^]|>=)\d/.test(range)) {
      problems.push(`package.json: depends on ${name} ${range}, which is no range of versions`);
    }
  }
  return problems;
}

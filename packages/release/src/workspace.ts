import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What the checks read of a package.json. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  description?: string;
  keywords?: readonly string[];
  license?: string;
  type?: string;
  sideEffects?: boolean | readonly string[];
  engines?: { readonly node?: string };
  exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  imports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  bin?: Readonly<Record<string, string>>;
  files?: readonly string[];
  dependencies?: Readonly<Record<string, string>>;
  peerDependencies?: Readonly<Record<string, string>>;
  optionalDependencies?: Readonly<Record<string, string>>;
}

/** A package of the workspace. */
export interface Package {
  /** Without the scope: the name of its folder too. */
  readonly folder: string;
  /** Absolute, without a slash at the end. */
  readonly directory: string;
  readonly manifest: Manifest;
}

/** The repository, with a slash at the end. */
export const root: string = fileURLToPath(new URL('../../../', import.meta.url));

/** Every package under `packages/`, by name. */
export function readPackages(): Package[] {
  const base = `${root}packages/`;
  return readdirSync(base)
    .filter((folder) => existsSync(`${base}${folder}/package.json`))
    .sort()
    .map((folder) => ({
      folder,
      directory: base + folder,
      manifest: JSON.parse(readFileSync(`${base}${folder}/package.json`, 'utf8')) as Manifest,
    }));
}

/** Those that are published: all that are not `private`. */
export function readPublished(): Package[] {
  return readPackages().filter(({ manifest }) => manifest.private !== true);
}

/** `name` and all of ours that it needs when it runs, by name. */
export function closureOf(names: readonly string[], packages: readonly Package[]): Package[] {
  const byName = new Map(packages.map((one) => [one.manifest.name, one]));
  const wanted = new Set<string>();
  const visit = (name: string): void => {
    const one = byName.get(name);
    if (one === undefined || wanted.has(name)) return;
    wanted.add(name);
    for (const dependency of Object.keys(one.manifest.dependencies ?? {})) visit(dependency);
  };
  names.forEach(visit);
  return packages.filter(({ manifest }) => wanted.has(manifest.name));
}

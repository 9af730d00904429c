import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Packed } from './pack.js';
import { type Manifest, root } from './workspace.js';

/** How one step in the sample project ended. */
export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  /** What it printed, both streams. */
  readonly output: string;
  /** What it printed on standard output. */
  readonly stdout: string;
}

/** Versions of what is not ours: those of this repository's lock file, or the newest that the packages' ranges allow. */
export type Versions = 'locked' | 'newest';

interface SampleManifest extends Manifest {
  devDependencies?: Record<string, string>;
  overrides?: Record<string, string>;
}

/** A project outside the workspace that has only what is published, and what one can do with that. */
export class Sample {
  /** Absolute. */
  readonly directory: string;
  readonly #packed: readonly Packed[];

  /** Copies `examples/failover-test` to a temporary folder and lets it depend on the tarballs. */
  constructor(packed: readonly Packed[], versions: Versions) {
    this.#packed = packed;
    this.directory = mkdtempSync(join(tmpdir(), 'finesse-ha-sample-'));
    cpSync(`${root}examples/failover-test`, this.directory, {
      recursive: true,
      filter: (path) => !/[/\\](node_modules|dist|package-lock\.json)$/.test(path),
    });
    cpSync(`${root}packages/release/consumer`, join(this.directory, 'consumer'), { recursive: true });
    const file = join(this.directory, 'package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as SampleManifest;
    writeFileSync(file, JSON.stringify(this.#outfit(manifest, versions), null, 2));
  }

  /** `npm install`, without scripts: nothing of ours needs any. */
  install(): Promise<StepResult> {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    return this.#run('npm install of the tarballs', 'npm', ['install', ...options]);
  }

  /** The project's own `npm test`: compiles in strict mode, starts a lab, and lets an agent fail over. */
  test(): Promise<StepResult> {
    return this.#run('the failover test', 'npm', ['test', '--silent']);
  }

  /** What a browser's application imports, compiled without Node's types and with every declaration looked into. */
  browserTypes(): Promise<StepResult> {
    const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
    return this.#run('types without Node', process.execPath, [compiler, '-p', 'consumer']);
  }

  /** Every library entry can be imported. */
  entries(): Promise<StepResult> {
    const names = this.#packed
      .filter(({ one }) => one.folder !== 'desktop')
      .map(({ one }) => one.manifest.name);
    return this.#run('every entry', process.execPath, [join('consumer', 'entries.mjs'), ...names]);
  }

  /** The command runs from where npm put it: a small simulation, which needs most of the packages. */
  command(): Promise<StepResult> {
    return this.#run('the command', 'npx', ['finesse-ha', 'simulate', '--seed', '1', '--runs', '1']);
  }

  /** An SBOM of all that is installed for production, as text. */
  sbom(): Promise<StepResult> {
    return this.#run('SBOM', 'npm', ['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--loglevel=error']);
  }

  /** Whether anything that is installed for production has a known vulnerability, as npm's JSON. */
  audit(): Promise<StepResult> {
    return this.#run('audit', 'npm', ['audit', '--omit=dev', '--json']);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** All tarballs as dependencies, so that none of ours is looked for in a registry. */
  #outfit(manifest: SampleManifest, versions: Versions): SampleManifest {
    const ours = Object.fromEntries(
      this.#packed.map(({ one, tarball }) => [one.manifest.name, `file:${tarball}`]),
    );
    const { dependencies, devDependencies } = manifest;
    const own = Object.entries(devDependencies ?? {}).filter(([name]) => !(name in ours));
    const locked = lockedVersions();
    // React for the hooks; with its DOM, which the desktop has in its bundle, so that an audit looks at it as well.
    const of = (name: string): Record<string, string> => ({ [name]: locked.get(name) ?? '*' });
    const all = { ...dependencies, ...ours, ...of('react'), ...of('react-dom') };
    const forDevelopment = { ...Object.fromEntries(own), ...of('@types/react') };
    // The SBOM is named after this project: it is that of the whole release.
    const named = { name: 'finesse-ha', version: this.#packed[0]?.one.manifest.version ?? '0.0.0' };
    const outfit: SampleManifest = {
      ...manifest,
      ...named,
      dependencies: all,
      devDependencies: forDevelopment,
    };
    if (versions === 'locked') {
      const direct = new Set([...Object.keys(all), ...Object.keys(forDevelopment)]);
      outfit.overrides = Object.fromEntries([...locked].filter(([name]) => !direct.has(name)));
    }
    return outfit;
  }

  #run(name: string, command: string, args: readonly string[]): Promise<StepResult> {
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const child = spawn(command, args, {
        cwd: this.directory,
        env: outsideEnvironment(),
        stdio: ['ignore', 'pipe', 'pipe'],
        shell: process.platform === 'win32',
      });
      let output = '';
      let stdout = '';
      child.stdout.on('data', (bytes: Buffer) => {
        output += bytes.toString();
        stdout += bytes.toString();
      });
      child.stderr.on('data', (bytes: Buffer) => {
        output += bytes.toString();
      });
      const end = (ok: boolean): void =>
        resolve({ name, ok, ms: performance.now() - startedAt, output, stdout });
      child.once('error', (error) => {
        output += String(error);
        end(false);
      });
      child.once('close', (code) => end(code === 0));
    });
  }
}

/** The versions of what is not ours, where the lock file has one at its top. */
function lockedVersions(): Map<string, string> {
  const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
    packages: Record<string, { version?: string; link?: boolean }>;
  };
  const versions = new Map<string, string>();
  for (const [path, { version, link }] of Object.entries(lock.packages)) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    if (name !== undefined && version !== undefined && link !== true) versions.set(name, version);
  }
  return versions;
}

/** This process's environment without what npm and Vitest tell of this repository. */
function outsideEnvironment(): NodeJS.ProcessEnv {
  const inner =
    /^(npm_(package|lifecycle|command|execpath|node_execpath|config_local_prefix|config_workspace)|VITEST|NODE_OPTIONS|NODE_ENV|INIT_CWD|TEST$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inner.test(name)));
}

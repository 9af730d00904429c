import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { minimize, run } from '../../src/index.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const packages = join(root, 'packages');
const planted = join(packages, 'proof', 'planted');
const require = createRequire(import.meta.url);
const tsc = join(require.resolve('typescript/package.json'), '../bin/tsc');

/** The bugs that are kept as patches of the client, by name. */
export const plantedClientBugs: readonly string[] = readdirSync(join(planted, 'client'))
  .map((file) => file.slice(0, -'.patch'.length))
  .sort();

/** The sentence above a patch that says what goes wrong. */
export function plantedClientWords(bug: string): string {
  return readFileSync(join(planted, 'client', `${bug}.patch`), 'utf8').split('\n\n')[0] ?? '';
}

/** One bug: the package that it is planted in, and the patch. */
export interface Planted {
  readonly in: 'client' | 'failover';
  readonly bug: string;
}

/** What a copy of the package offers that is needed here. */
export interface Simulator {
  readonly run: typeof run;
  readonly minimize: typeof minimize;
}

/**
 * The simulator with a patched client or core: copies that find each other in a `node_modules` of their own, and
 * everything else in the repository's.
 */
export class PlantedSimulators {
  readonly #directory = join(root, '.cache', `planted-${process.pid}`);

  /** @throws {Error} naming the patch that does not fit, or what does not compile. */
  constructor(bugs: readonly Planted[]) {
    for (const one of bugs) this.#plant(one);
  }

  async load({ bug }: Planted): Promise<Simulator> {
    const url = pathToFileURL(join(this.#scope(bug), 'proof', 'dist', 'index.js')).href;
    return (await import(/* @vite-ignore */ url)) as Simulator;
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #scope(bug: string): string {
    return join(this.#directory, bug, 'node_modules', '@finesse-ha');
  }

  #plant({ in: where, bug }: Planted): void {
    const scope = this.#scope(bug);
    for (const name of ['client', 'failover', 'proof']) {
      mkdirSync(join(scope, name), { recursive: true });
      cpSync(join(packages, name, 'package.json'), join(scope, name, 'package.json'));
      if (name !== where)
        cpSync(join(packages, name, 'dist'), join(scope, name, 'dist'), { recursive: true });
    }
    const copy = join(scope, where);
    cpSync(join(packages, where, 'src'), join(copy, 'src'), { recursive: true });
    const patch = join(planted, where === 'client' ? `client/${bug}.patch` : `${bug}.patch`);
    // Outside of git's own tree, or it would look for the files there.
    execute('git', ['apply', '--whitespace=nowarn', `--directory=${copy.slice(root.length)}`, patch], root);
    writeFileSync(
      join(copy, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          ...{ target: 'ES2022', module: 'NodeNext', types: [], noCheck: true, noResolve: true },
          ...{ rootDir: 'src', outDir: 'dist', skipLibCheck: true },
        },
        include: ['src'],
      }),
    );
    execute(process.execPath, [tsc, '-p', '.'], copy);
  }
}

function execute(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.at(-1)}: ${error?.message ?? `${stdout}${stderr}`}`);
}

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Core } from '../../src/index.js';

const planted = fileURLToPath(new URL('../../planted/', import.meta.url));
const failover = fileURLToPath(new URL('../../../failover/src/', import.meta.url));
const require = createRequire(import.meta.url);
const tsc = join(require.resolve('typescript/package.json'), '../bin/tsc');

/** The bugs that are kept as patches of the failover core, by name. */
export const plantedBugs: readonly string[] = readdirSync(planted)
  .filter((file) => file.endsWith('.patch'))
  .map((file) => file.slice(0, -'.patch'.length))
  .sort();

/** The sentence above a patch that says what goes wrong. */
export function plantedWords(bug: string): string {
  return readFileSync(`${planted}${bug}.patch`, 'utf8').split('\n\n')[0] ?? '';
}

/** Copies of the core with one bug planted in each, compiled in a directory of their own. */
export class PlantedCores {
  readonly #directory = mkdtempSync(join(tmpdir(), 'finesse-ha-planted-'));

  /** @throws {Error} naming the patch that does not fit today's core, or what does not compile. */
  constructor(bugs: readonly string[]) {
    for (const bug of bugs) {
      const copy = join(this.#directory, bug);
      cpSync(failover, join(copy, 'src'), { recursive: true });
      const patch = `${planted}${bug}.patch`;
      run(`${bug}.patch does not fit the core`, 'git', ['apply', '--whitespace=nowarn', patch], copy);
    }
    writeFileSync(join(this.#directory, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(this.#directory, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          ...{ target: 'ES2022', lib: ['ES2023'], module: 'NodeNext', types: [], strict: true },
          ...{ rootDir: '.', outDir: 'out', skipLibCheck: true },
        },
        include: ['*/src'],
      }),
    );
    run('the patched cores do not compile', process.execPath, [tsc, '-p', '.'], this.#directory);
  }

  async load(bug: string): Promise<Core> {
    const url = pathToFileURL(join(this.#directory, 'out', bug, 'src', 'index.js')).href;
    return (await import(/* @vite-ignore */ url)) as Core;
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function run(what: string, command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${what}: ${error?.message ?? `${stdout}${stderr}`}`);
}

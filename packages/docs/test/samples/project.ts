/** TypeScript and JavaScript samples as one project: checked and compiled against the packages as they are built. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nameOf, root, type Sample } from './extract.js';
import { frames, isAbout, untyped } from './listing.js';

const programs = new Set(['ts', 'tsx', 'js']);

/** Whether a sample is a program that Node or a browser runs. */
export function isProgram({ language }: Sample): boolean {
  return programs.has(language);
}

/** Where a sample stands, made of its page and its line. */
function stem({ file, line }: Sample): string {
  return `${file.replace(/[^A-Za-z0-9]+/g, '-')}-${line}`;
}

/** A sample with what makes a fragment of it whole; `change` puts the lab's addresses into it. */
export function wholeText(sample: Sample, change: (text: string) => string): string {
  const { before = '', after = '' } = frames.find((frame) => isAbout(frame, sample)) ?? {};
  // In one line, so that a line number of the compiler is the sample's own, give or take that line.
  const head = before.trim().replace(/\s*\n\s*/g, ' ');
  return change(`${head}\n${sample.text}${after}\n`);
}

/** What the compiler says of each sample, by its name; empty when nothing is wrong. And where their programs are. */
export interface Compiled {
  problems: string[];
  programOf(sample: Sample): string;
}

/**
 * One run of the compiler for all of them, and one more for those in JavaScript, whose variables need no types.
 * @param name of the folder that they are written to
 */
export function compile(
  name: string,
  samples: readonly Sample[],
  change: (text: string) => string,
): Compiled {
  const folder = fileURLToPath(new URL(`../../.cache/${name}/`, import.meta.url));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const written = samples.filter(isProgram).map((sample) => {
    const text = wholeText(sample, change);
    const checked = untyped.some((about) => isAbout(about, sample)) ? '// @ts-nocheck ' : '';
    writeFileSync(`${folder}${stem(sample)}.${sample.language}`, `${checked}${text}`);
    return sample;
  });
  const base = {
    extends: `${root}tsconfig.base.json`,
    compilerOptions: {
      composite: false,
      declaration: false,
      declarationMap: false,
      sourceMap: false,
      noEmitOnError: false,
      types: ['node'],
      lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
      jsx: 'react-jsx',
      moduleDetection: 'force',
      rootDir: folder,
      outDir: `${folder}out`,
    },
  };
  const javaScript = { allowJs: true, checkJs: true, noImplicitAny: false, noUncheckedIndexedAccess: false };
  const projects = [
    { kind: 'ts', options: {}, include: ['*.ts', '*.tsx'] },
    { kind: 'js', options: javaScript, include: ['*.js'] },
  ];
  const problems = projects.flatMap(({ kind, options, include }) => {
    if (!written.some(({ language }) => language.startsWith(kind))) return [];
    const file = `${folder}tsconfig.${kind}.json`;
    const compilerOptions = { ...base.compilerOptions, ...options };
    writeFileSync(file, JSON.stringify({ ...base, compilerOptions, include }));
    const tsc = `${root}node_modules/typescript/bin/tsc`;
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', file, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return status === 0 ? [] : named(`${stdout}${stderr}`, written);
  });
  return { problems, programOf: (sample) => `${folder}out/${stem(sample)}.js` };
}

/** The compiler's lines with the page and the line of it in place of the file that was written. */
function named(output: string, samples: readonly Sample[]): string[] {
  return output.split('\n').flatMap((line) => {
    if (line.trim() === '' || /^\s/.test(line)) return [];
    const found = samples.find((sample) => line.startsWith(`${stem(sample)}.`));
    if (found === undefined) return [line];
    const at = Number(/\((\d+),/.exec(line)?.[1] ?? 1) - 1;
    return [`${nameOf(found)}: line ${found.line + at}: ${line.slice(line.indexOf('error'))}`];
  });
}

/** The compiled text, for a bundler. */
export function readProgram(path: string): string {
  return readFileSync(path, 'utf8');
}

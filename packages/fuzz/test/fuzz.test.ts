/** The corpus is replayed and fuzzed on from for a moment, with a seed that stays: what was found once is not found again. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readInputs } from '../src/corpus.js';
import { mutate } from '../src/mutate.js';
import { pieces, Random } from '../src/random.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe('what reads other people’s bytes', { timeout: 90_000 }, () => {
  it.each([
    ['parser', 1_500],
    ['bosh', 200],
    ['cti', 2_000],
  ])('%s: the whole corpus and a burst of mutations find no fault', async (name, more) => {
    const corpus = readInputs(here(`../corpus/${name}`));
    expect(corpus.length).toBeGreaterThan(10);
    const runs = String(corpus.length + more);
    const { code, stdout, stderr } = await run(
      here('../dist/main.js'),
      ...[name, '--no-save', '--json', '--seed', '7', '--seconds', '15', '--runs', runs],
    );
    expect(stderr).toBe('');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ target: name, corpus: corpus.length, faults: [] });
    expect(report.executions).toBeGreaterThanOrEqual(corpus.length);
    expect(report.coveredCharacters).toBeGreaterThan(2_000);
    expect(code).toBe(0);
  });
});

describe('the fuzzer', { timeout: 90_000 }, () => {
  it('is led by coverage to a fault that chance does not find, and makes its input small', async () => {
    const { stdout } = await run(here('planted-run.mjs'), '1');
    const report = JSON.parse(stdout);
    expect(report.inputs).toHaveLength(1);
    expect(report.inputs[0]).toMatch(/^FINE..$/s);
    // One input for each byte that was got right, at least.
    expect(report.kept).toBeGreaterThanOrEqual(4);
  });

  it('says how it is used when it is not', async () => {
    for (const args of [['nothing'], ['parser', '--seconds', 'many'], ['parser', '--what']]) {
      const { code, stderr } = await run(here('../dist/main.js'), ...args);
      expect(stderr).toContain('usage: npm run fuzz -- parser|bosh|cti');
      expect(code).toBe(2);
    }
  });

  it('mutates and cuts the same way for the same seed', () => {
    const inputs = [Buffer.from('<a>b</a>'), Buffer.from('')];
    const mutations = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 200 }, (_, index) =>
        mutate(inputs[index % 2]!, random, inputs, [Buffer.from('&lt;')], 50).toString('latin1'),
      );
    };
    expect(mutations(5)).toEqual(mutations(5));
    expect(mutations(5)).not.toEqual(mutations(6));
    expect(new Set(mutations(5)).size).toBeGreaterThan(100);
    for (const text of mutations(5)) {
      expect(text.length).toBeLessThanOrEqual(50);
      expect(Buffer.concat(pieces(Buffer.from(text, 'latin1'))).toString('latin1')).toBe(text);
    }
  });
});

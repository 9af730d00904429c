/**
 * `npm run fuzz -- parser|bosh|cti [--seconds N] [--runs N] [--seed S] [--json] [--no-save]`: fuzzes from the corpus in
 * packages/fuzz/corpus. New inputs go there, faults to packages/fuzz/faults. Ends with 1 when there is a fault.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readInputs, saveInput } from './corpus.js';
import { Fuzzer } from './fuzzer.js';
import { boshTarget } from './targets/bosh.js';
import { ctiTarget } from './targets/cti.js';
import { parserTarget } from './targets/parser.js';

const targets = { parser: parserTarget, bosh: boshTarget, cti: ctiTarget };
const folder = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

function usage(problem: string): never {
  process.stderr.write(
    `fuzz: ${problem}\nusage: npm run fuzz -- ${Object.keys(targets).join('|')} [--seconds N] [--runs N] [--seed S] [--json] [--no-save]\n`,
  );
  process.exit(2);
}

function readArguments(): {
  name: keyof typeof targets;
  numbers: Record<string, number>;
  json: boolean;
  save: boolean;
} {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      allowNegative: true,
      options: {
        seconds: { type: 'string', default: '60' },
        runs: { type: 'string', default: String(Number.MAX_SAFE_INTEGER) },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        save: { type: 'boolean', default: true },
      },
    });
    const [name = ''] = positionals;
    if (!(name in targets)) usage(`"${name}" is no target`);
    const { seconds, runs, seed } = values;
    const numbers = Object.fromEntries(
      Object.entries({ seconds, runs, seed }).map(([key, text]) => {
        const value = Number(text);
        if (!Number.isFinite(value) || value < 0) usage(`--${key}: "${text}" is no number`);
        return [key, value];
      }),
    );
    return { name: name as keyof typeof targets, numbers, json: values.json, save: values.save };
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

const { name, numbers, json, save } = readArguments();
const { seconds = 0, runs = 0, seed = 0 } = numbers;
const target = await targets[name]();
const corpus = readInputs(folder(`corpus/${name}`)).map(({ input }) => input);
const faults: { input: string; file: string; error: string }[] = [];
const startedAt = performance.now();
const fuzzer = new Fuzzer(target, {
  seed,
  durationMs: seconds * 1_000,
  executions: runs,
  onNew: (input) => {
    if (save) saveInput(folder(`corpus/${name}`), input);
  },
  onFault: (input, error) => {
    const file = save ? saveInput(folder(`faults/${name}`), input) : '';
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    faults.push({ input: input.toString('base64'), file, error: text });
    process.stderr.write(`fault ${file}\n${text}\n`);
  },
});
const result = await fuzzer.run(corpus);
const took = (performance.now() - startedAt) / 1_000;
if (json) {
  const report = { target: name, seed, seconds: Number(took.toFixed(1)), corpus: corpus.length, ...result };
  process.stdout.write(`${JSON.stringify({ ...report, faults })}\n`);
} else {
  const { executions, kept, coveredCharacters, outcomes } = result;
  process.stdout.write(
    [
      `${name}: ${executions} executions in ${took.toFixed(1)} s from ${corpus.length} inputs, seed ${seed}`,
      `${kept} inputs kept, ${coveredCharacters} characters of source reached, ${outcomes} different outcomes`,
      `${faults.length} faults`,
      '',
    ].join('\n'),
  );
}
process.exit(faults.length === 0 ? 0 : 1);

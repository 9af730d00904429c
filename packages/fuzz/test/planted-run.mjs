/** Fuzzes the planted fault from one input and tells what was found, as JSON: a process of its own, since coverage is V8's. */
import { Fuzzer } from '../dist/fuzzer.js';
import { planted } from './planted-target.mjs';

const faults = [];
const target = {
  name: 'planted',
  words: [],
  maxBytes: 64,
  covers: (url) => url.endsWith('planted-target.mjs'),
  run: (input) => {
    planted(input);
    return '';
  },
};
const fuzzer = new Fuzzer(target, {
  seed: Number(process.argv[2]),
  durationMs: 20_000,
  executions: 100_000,
  onFault: (input) => faults.push(input.toString('latin1')),
});
process.stdout.write(JSON.stringify({ ...(await fuzzer.run([Buffer.from('a')])), inputs: faults }));

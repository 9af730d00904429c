import { getHeapStatistics } from 'node:v8';
import { Coverage } from './coverage.js';
import { mutate } from './mutate.js';
import { Random } from './random.js';
import { signatureOf, type Target, Violation } from './target.js';

export interface FuzzOptions {
  seed: number;
  /** Ends after so long, or after so many executions, whichever comes first. */
  durationMs: number;
  executions: number;
  /** An input that reached new code or gave a new outcome. */
  onNew?(input: Buffer): void;
  /** A fault, minimised; the first of its kind. */
  onFault?(input: Buffer, error: unknown): void;
}

export interface FuzzResult {
  executions: number;
  /** Inputs that were kept. */
  kept: number;
  faults: number;
  /** Characters of the target's source that ran. */
  coveredCharacters: number;
  /** Different outcomes that the target gave. */
  outcomes: number;
}

/** Asking V8 for coverage costs as much as some tens of executions: it is asked once for so many. */
const batchSize = 40;
/** What one input of a few kilobytes may cost: far above what any costs, far below what an attack would want. */
const mostCpuMs = 1_000;
const mostHeapBytes = 64 * 2 ** 20;
const shrinkTries = 2_000;
const faultsAtMost = 20;

/** Mutates inputs and keeps those that reach something new, in the manner of libFuzzer. */
export class Fuzzer {
  readonly #target: Target;
  readonly #options: FuzzOptions;
  readonly #random: Random;
  readonly #coverage: Coverage;
  readonly #inputs: Buffer[] = [];
  readonly #outcomes = new Set<string>();
  readonly #faults = new Set<string>();
  #executions = 0;
  #kept = 0;

  constructor(target: Target, options: FuzzOptions) {
    this.#target = target;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#coverage = new Coverage((url) => target.covers(url));
  }

  /** Replays the corpus, then mutates until time or executions are used up. */
  async run(corpus: readonly Buffer[]): Promise<FuzzResult> {
    for (const input of corpus) {
      const outcome = await this.#execute(input);
      this.#inputs.push(input);
      if (outcome !== null) this.#outcomes.add(outcome);
    }
    this.#coverage.reachedNew(true);
    const until = performance.now() + this.#options.durationMs;
    while (performance.now() < until && this.#executions < this.#options.executions) {
      if (this.#faults.size >= faultsAtMost) break;
      await this.#batch();
    }
    this.#coverage.stop();
    return {
      executions: this.#executions,
      kept: this.#kept,
      faults: this.#faults.size,
      coveredCharacters: this.#coverage.characters,
      outcomes: this.#outcomes.size,
    };
  }

  async #batch(): Promise<void> {
    const { words, maxBytes } = this.#target;
    const candidates: Buffer[] = [];
    for (let index = 0; index < batchSize; index += 1) {
      const from = this.#inputs.length === 0 ? Buffer.alloc(0) : this.#random.one(this.#inputs);
      const input = mutate(from, this.#random, this.#inputs, words, maxBytes);
      candidates.push(input);
      const outcome = await this.#execute(input);
      if (outcome === null || this.#outcomes.has(outcome)) continue;
      this.#outcomes.add(outcome);
      this.#keep(input);
    }
    if (!this.#coverage.reachedNew(false)) return;
    for (const input of candidates) {
      if ((await this.#execute(input)) === null) continue;
      if (this.#coverage.reachedNew(true)) this.#keep(input);
    }
  }

  #keep(input: Buffer): void {
    if (this.#inputs.includes(input)) return;
    this.#inputs.push(input);
    this.#kept += 1;
    this.#options.onNew?.(input);
  }

  /** The outcome; null after a fault, which has been minimised and told then. */
  async #execute(input: Buffer): Promise<string | null> {
    this.#executions += 1;
    try {
      return await this.#measured(input);
    } catch (error) {
      const signature = signatureOf(error);
      if (!this.#faults.has(signature)) {
        this.#faults.add(signature);
        const smallest = await this.#shrink(input, signature);
        this.#options.onFault?.(smallest, await this.#faultOf(smallest));
      }
      return null;
    }
  }

  async #measured(input: Buffer): Promise<string> {
    const cpu = process.cpuUsage();
    const heap = getHeapStatistics().used_heap_size;
    const outcome = await this.#target.run(input);
    const grown = getHeapStatistics().used_heap_size - heap;
    if (grown > mostHeapBytes) throw new Violation('memory', `${grown} bytes for one input`);
    const { user, system } = process.cpuUsage(cpu);
    const spentMs = (user + system) / 1_000;
    if (spentMs > mostCpuMs) throw new Violation('time', `${spentMs} ms for one input`);
    return outcome;
  }

  async #faultOf(input: Buffer): Promise<unknown> {
    try {
      await this.#measured(input);
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Leaves out parts, large ones first, for as long as the same fault remains. */
  async #shrink(input: Buffer, signature: string): Promise<Buffer> {
    let smallest = input;
    let tries = 0;
    for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < smallest.length && tries < shrinkTries; ) {
        tries += 1;
        const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
        const error = await this.#faultOf(without);
        if (error !== null && signatureOf(error) === signature) smallest = without;
        else at += size;
      }
    }
    return smallest;
  }
}

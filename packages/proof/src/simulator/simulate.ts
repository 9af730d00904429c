import { Worker } from 'node:worker_threads';
import type { Fault } from './faults.js';
import type { Breach } from './observer.js';
import type { Batch, BatchResult, Order } from './simulate-worker.js';

/** A run in which an invariant did not hold. */
export interface SimulatedFailure {
  readonly seed: number;
  readonly breaches: readonly Breach[];
  /** The faults that the seed draws, and the fewest of them that still do it. */
  readonly faults: readonly Fault[];
  readonly minimized: readonly Fault[];
  /** What follows from the minimized faults. */
  readonly minimizedBreaches: readonly Breach[];
}

/** What `finesse-ha simulate --json` prints. */
export interface Simulation {
  readonly holds: boolean;
  readonly runs: number;
  readonly seeds: { readonly from: number; readonly to: number };
  readonly clients: number;
  readonly minutes: number;
  readonly failures: readonly SimulatedFailure[];
  /** Failures beyond the first hundred are counted, not told. */
  readonly failed: number;
  /** Faults of each kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly updates: number;
  readonly happenings: number;
  /** From a failure told to in service again, whatever lay in between. Virtual milliseconds. */
  readonly recoveries: {
    readonly count: number;
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly maxMs: number;
  };
  readonly virtualHours: number;
  readonly elapsedMs: number;
  readonly virtualHoursPerSecond: number;
  /** Of everything that applications were told in all runs: equal for the same seeds. */
  readonly trace: string;
}

/** How many runs of what length, and who is told how far they are. */
export interface SimulateOptions {
  /** Default 1000. */
  runs?: number;
  /** The first seed; each run has the next one. Default 1. */
  seed?: number;
  /** Clients of each run. Default 1. */
  clients?: number;
  /** Virtual minutes of each run: at least 2, for the last faults are mended 75 s before the end. Default 2. */
  minutes?: number;
  /** Worker threads. Default 2. */
  workers?: number;
  /** How far the runs are. */
  onProgress?(runs: number, failed: number): void;
}

const batchRuns = 200;
const toldFailures = 100;

/** Runs fault schedules, one for each seed. @throws {RangeError} for numbers that make no sense */
export async function simulate(options: SimulateOptions = {}): Promise<Simulation> {
  const { runs = 1_000, seed = 1, clients = 1, minutes = 2, workers = 2, onProgress } = options;
  const wrong = [
    [Number.isInteger(runs) && runs > 0, 'runs must be a whole number above 0'],
    [Number.isSafeInteger(seed) && seed >= 0, 'the seed must be a whole number'],
    [
      Number.isInteger(clients) && clients > 0 && clients <= 200,
      'clients must be a whole number from 1 to 200',
    ],
    [minutes >= 2 && minutes <= 1_440, 'minutes must be from 2 to 1440'],
  ].find(([fits]) => fits === false);
  if (wrong !== undefined) throw new RangeError(String(wrong[1]));
  const startedAt = performance.now();
  const waiting: Batch[] = [];
  for (let first = 0; first < runs; first += batchRuns) {
    waiting.push({ seed: seed + first, runs: Math.min(batchRuns, runs - first), clients, minutes });
  }
  const sum = new Summary();
  await Promise.all(
    Array.from({ length: Math.min(workers, waiting.length) }, () =>
      work(waiting, (result) => {
        sum.add(result);
        onProgress?.(sum.runs, sum.failed);
      }),
    ),
  );
  const elapsedMs = Math.round(performance.now() - startedAt);
  const virtualHours = (runs * minutes) / 60;
  return {
    holds: sum.failed === 0,
    runs,
    seeds: { from: seed, to: seed + runs - 1 },
    clients,
    minutes,
    failures: [...sum.failures].sort((one, other) => one.seed - other.seed),
    failed: sum.failed,
    faults: Object.fromEntries([...sum.faults].sort()),
    updates: sum.updates,
    happenings: sum.happenings,
    recoveries: sum.recoveries(),
    virtualHours,
    elapsedMs,
    virtualHoursPerSecond: virtualHours / (elapsedMs / 1_000),
    trace: sum.trace.toString(16),
  };
}

/** One worker thread, given one batch after the other. */
function work(waiting: Batch[], onResult: (result: BatchResult) => void): Promise<void> {
  const worker = new Worker(new URL('simulate-worker.js', import.meta.url), {
    // Hardly anything outlives its run: a larger nursery saves most of the collecting.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });
  return new Promise((resolve, reject) => {
    const next = () => {
      const batch = waiting.shift();
      worker.postMessage((batch ?? 'end') satisfies Order);
    };
    worker.on('message', (result: BatchResult) => {
      onResult(result);
      next();
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the worker ended early with code ${code}`));
    });
    next();
  });
}

/** Recoveries by their length in steps of 2 %. */
const step = Math.log(1.02);

class Summary {
  runs = 0;
  failed = 0;
  updates = 0;
  happenings = 0;
  trace = 0;
  readonly failures: SimulatedFailure[] = [];
  readonly faults = new Map<string, number>();
  readonly #lengths = new Map<number, number>();
  #longestMs = 0;

  add(result: BatchResult): void {
    this.runs += result.runs;
    this.failed += result.failures.length;
    this.updates += result.updates;
    this.happenings += result.happenings;
    // Batches end in any order.
    this.trace = (this.trace ^ result.trace) >>> 0;
    this.failures.push(...result.failures.slice(0, toldFailures - this.failures.length));
    for (const [kind, count] of result.faults) this.faults.set(kind, (this.faults.get(kind) ?? 0) + count);
    for (const ms of result.recoveriesMs) {
      const length = Math.round(Math.log(Math.max(1, ms)) / step);
      this.#lengths.set(length, (this.#lengths.get(length) ?? 0) + 1);
      this.#longestMs = Math.max(this.#longestMs, Math.round(ms));
    }
  }

  recoveries(): Simulation['recoveries'] {
    const sorted = [...this.#lengths].sort(([one], [other]) => one - other);
    const count = sorted.reduce((total, [, times]) => total + times, 0);
    const at = (part: number) => {
      let left = part * count;
      for (const [length, times] of sorted) {
        left -= times;
        if (left <= 0) return Math.round(Math.exp(length * step));
      }
      return 0;
    };
    return { count, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: this.#longestMs };
  }
}

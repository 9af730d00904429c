/** A worker thread that runs batches of seeds. */
import { parentPort } from 'node:worker_threads';
import type { Fault } from './faults.js';
import { minimize } from './minimize.js';
import { type RunPlan, type RunResult, run } from './run.js';
import type { SimulatedFailure } from './simulate.js';

/** Some seeds, one after the other from the first. */
export interface Batch {
  readonly seed: number;
  readonly runs: number;
  readonly clients: number;
  readonly minutes: number;
}

export type Order = Batch | 'end';

export interface BatchResult {
  readonly runs: number;
  readonly failures: readonly SimulatedFailure[];
  readonly faults: readonly (readonly [string, number])[];
  readonly updates: number;
  readonly happenings: number;
  readonly recoveriesMs: readonly number[];
  readonly trace: number;
}

// A client that gives up a request makes an error of it: writing down where costs a twentieth of all time.
Error.stackTraceLimit = 1;

parentPort?.on('message', (order: Order) => {
  if (order === 'end') parentPort?.close();
  else void runBatch(order).then((result) => parentPort?.postMessage(result));
});

async function runBatch({ seed, runs, clients, minutes }: Batch): Promise<BatchResult> {
  const results: RunResult[] = [];
  const failures: SimulatedFailure[] = [];
  for (let next = seed; next < seed + runs; next += 1) {
    const plan: RunPlan = { seed: next, clients, minutes };
    const result = await run(plan);
    results.push(result);
    if (result.breaches.length > 0) failures.push(await failureOf(result, plan));
  }
  return {
    runs,
    failures,
    faults: [...countKinds(results.flatMap(({ faults }) => faults))],
    updates: results.reduce((sum, one) => sum + one.updates, 0),
    happenings: results.reduce((sum, one) => sum + one.happenings, 0),
    recoveriesMs: results.flatMap(({ recoveriesMs }) => recoveriesMs),
    trace:
      results.reduce((mixed, { seed: of, trace }) => mixed ^ Math.imul(trace, (of * 2 + 1) | 0), 0) >>> 0,
  };
}

async function failureOf(result: RunResult, plan: RunPlan): Promise<SimulatedFailure> {
  const smaller = await minimize(result, plan);
  return {
    seed: result.seed,
    breaches: result.breaches,
    faults: result.faults,
    minimized: smaller.result.faults,
    minimizedBreaches: smaller.result.breaches,
  };
}

function countKinds(faults: readonly Fault[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const fault of faults) {
    const kind = fault.kind === 'break' ? `${fault.component} ${fault.damage}` : fault.kind;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

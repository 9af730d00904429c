import { Worker } from 'node:worker_threads';
import type { Broken, CheckResult } from './check.js';
import { configurations } from './configurations.js';
import type { PropertyId } from './monitor.js';
import { properties } from './properties.js';
import type { Assignment } from './worker.js';

/** One property over all configurations. */
export interface Verdict {
  readonly property: PropertyId;
  readonly words: string;
  readonly holds: boolean;
  /** Empty where it holds. */
  readonly broken: readonly (Broken & { configuration: string })[];
}

/** What `finesse-ha verify --json` prints. */
export interface Verification {
  readonly holds: boolean;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly elapsedMs: number;
  readonly properties: readonly Verdict[];
  /** The longest time from the moment at which a node is whole to in service, by configuration. */
  readonly bounds: readonly { configuration: string; boundMs: number; story: readonly string[] }[];
  readonly configurations: readonly CheckResult[];
}

/** What is searched, by how many threads, and who is told how far it is. */
export interface VerifyOptions {
  /** Worker threads. Default 2. */
  workers?: number;
  /** Names of configurations; default all. */
  only?: readonly string[];
  /** The most disturbances; a smaller search than the whole. */
  disturbances?: number;
  /** Follows recoveries and news of what was abandoned from every state: takes several times as long. */
  thorough?: boolean;
  /** How far the search of a configuration is. */
  onProgress?(configuration: string, states: number, transitions: number): void;
}

/** Explores every configuration of the shipping core. @throws RangeError for a configuration that does not exist */
export async function verify(options: VerifyOptions = {}): Promise<Verification> {
  const startedAt = performance.now();
  const waiting = assignments(options);
  const results: CheckResult[] = [];
  const runNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results.push(await explore(next, options));
    }
  };
  await Promise.all(Array.from({ length: options.workers ?? 2 }, runNext));
  return summarize(results, Math.round(performance.now() - startedAt));
}

function assignments({ only, disturbances, thorough }: VerifyOptions): Assignment[] {
  for (const name of only ?? []) {
    if (!configurations.some((one) => one.name === name))
      throw new RangeError(`there is no configuration ${name}`);
  }
  return configurations
    .filter(({ name }) => only?.includes(name) ?? true)
    .map((one) => ({
      configuration: one.name,
      disturbances: Math.min(one.disturbances, disturbances ?? one.disturbances),
      share: { index: 0, of: 1 },
      thorough: thorough === true,
    }));
}

function explore(assignment: Assignment, { onProgress }: VerifyOptions): Promise<CheckResult> {
  const worker = new Worker(new URL('worker.js', import.meta.url), {
    workerData: assignment,
    // Most of it lies in typed arrays outside of the heap; the frontier of a layer is objects.
    resourceLimits: { maxOldGenerationSizeMb: 8_192 },
  });
  return new Promise((resolve, reject) => {
    worker.on('message', (message: { type: 'result'; result: CheckResult } | Progress) => {
      if (message.type === 'result') resolve(message.result);
      else onProgress?.(assignment.configuration, message.states, message.transitions);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the worker ended early with code ${code}`)));
  });
}

interface Progress {
  type: 'progress';
  states: number;
  transitions: number;
}

function summarize(results: readonly CheckResult[], elapsedMs: number): Verification {
  const order = configurations.map(({ name }) => name);
  const sorted = [...results].sort(
    (one, other) => order.indexOf(one.configuration) - order.indexOf(other.configuration),
  );
  const verdicts = properties.map(({ id, words }): Verdict => {
    const broken = sorted.flatMap(({ configuration, broken: all }) =>
      all.filter(({ property }) => property === id).map((one) => ({ ...one, configuration })),
    );
    return { property: id, words, holds: broken.length === 0, broken };
  });
  const sum = (of: (result: CheckResult) => number) => sorted.reduce((total, one) => total + of(one), 0);
  return {
    holds: verdicts.every(({ holds }) => holds),
    states: sum(({ states }) => states),
    transitions: sum(({ transitions }) => transitions),
    depth: Math.max(0, ...sorted.map(({ depth }) => depth)),
    elapsedMs,
    properties: verdicts,
    bounds: sorted.map(({ configuration, boundMs, boundStory }) => ({
      configuration,
      boundMs,
      story: boundStory,
    })),
    configurations: sorted,
  };
}

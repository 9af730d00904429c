import type { FaultName, FaultVariant } from '../faults.js';
import { ownName, type Sample } from './gauges.js';
import { median, type Point, riseOfFloor, slopeWithin } from './trend.js';

/** What is watched for a trend. */
export const measures = ['rssBytes', 'heapBytes', 'fds', 'sockets', 'handles', 'timers'] as const;
/** One of `measures`. */
export type Measure = (typeof measures)[number];

/** How one measure of one process went. */
export interface Trend {
  /** Medians of the first and of the last tenth of what counts; null: nothing did. */
  start: number | null;
  end: number | null;
  /**
   * By linear regression over the last half, the warm-up of each process left out, beyond what goes with the number of agents
   * served; null: too little to tell.
   */
  perHour: number | null;
  /** It grew, and so did the least that it came down to. */
  leaks: boolean;
}

/** One process over the whole soak. */
export interface ProcessReport {
  process: string;
  /** How many processes bore the name, one after another. */
  lives: number;
  trends: Record<Measure, Trend>;
}

/** What became of the faults of one kind. Times from the fault, over all agents that were told of a failure. */
export interface FaultReport {
  scenario: FaultName;
  variant: FaultVariant;
  faults: number;
  /** Agents' outages. */
  outages: number;
  toldMs: Spread | null;
  /** From being told to being in service again. */
  outageMs: Spread | null;
  /** From when a node could be joined, if that was later: where faults overlap, both may be broken for a while. */
  joiningMs: Spread | null;
}

/** How times spread, in milliseconds. */
export interface Spread {
  median: number;
  max: number;
}

/** Why a soak failed, with the time since its beginning. */
export interface SoakProblem {
  atMs: number;
  kind:
    | 'lost'
    | 'doubled'
    | 'picture'
    | 'stranded'
    | 'exit'
    | 'logout'
    | 'ended'
    | 'leak'
    | 'subscriptions'
    | 'fault'
    | 'traffic';
  what: string;
}

/** What a soak found; the keys and values of `--json` and of `--report`. */
export interface SoakReport {
  startedAt: string;
  node: string;
  seed: number;
  agents: number;
  faultsPerHour: number;
  plannedMs: number;
  elapsedMs: number;
  /** Ended before its time. */
  interrupted: boolean;
  faults: FaultReport[];
  updates: { told: number; changes: number; lost: number; doubled: number };
  traffic: { calls: number; changes: number; interrupted: number };
  comparisons: number;
  /** Agents logged out although nothing but a long outage explains it; those explained by one. */
  forcedLogouts: { unexplained: number; afterLongOutage: number };
  stranded: number;
  unexpectedExits: number;
  processes: ProcessReport[];
  subscriptions: { start: number; end: number; mostOfOneUser: number };
  samples: Sample[];
  /** The first hundred. */
  problems: SoakProblem[];
  passed: boolean;
}

/** Growth within the longest life that is no leak: what collectors and buffers need to find their level. */
const noise: Readonly<Record<Measure, { absolute: number; share: number }>> = {
  rssBytes: { absolute: 16 * 1_048_576, share: 0.15 },
  heapBytes: { absolute: 8 * 1_048_576, share: 0.25 },
  fds: { absolute: 6, share: 0.1 },
  sockets: { absolute: 6, share: 0.1 },
  handles: { absolute: 6, share: 0.1 },
  timers: { absolute: 12, share: 0.25 },
};

/**
 * A process is measured for trends when it has lived for so long, in a soak of an hour or more; for memory, when it has had
 * agents for so long: a web host goes from 90 to 140 MB within its first minutes of work, whenever those come.
 */
const warmUpMs = 300_000;
const memory: ReadonlySet<Measure> = new Set(['rssBytes', 'heapBytes']);

/** Each process's trends, the soak's own first. */
export function processReports(samples: readonly Sample[], elapsedMs: number): ProcessReport[] {
  const names = [...new Set(samples.map(({ process }) => process))].toSorted(
    (one, other) => Number(other === ownName) - Number(one === ownName) || one.localeCompare(other),
  );
  return names.map((name) => {
    const own = samples.filter(({ process }) => process === name);
    return {
      process: name,
      lives: new Set(own.map(({ pid }) => pid)).size,
      trends: Object.fromEntries(
        measures.map((measure) => [measure, trendOf(own, measure, elapsedMs)]),
      ) as Record<Measure, Trend>,
    };
  });
}

/** What leaked, as problems found at the end. */
export function leaksOf(processes: readonly ProcessReport[], elapsedMs: number): SoakProblem[] {
  return processes.flatMap(({ process, trends }) =>
    Object.entries(trends).flatMap(([measure, { leaks, perHour }]): SoakProblem[] =>
      leaks
        ? [{ atMs: elapsedMs, kind: 'leak', what: `${process}: ${measure} grow by ${perHour} an hour` }]
        : [],
    ),
  );
}

function trendOf(samples: readonly Sample[], measure: Measure, elapsedMs: number): Trend {
  const warmMs = Math.min(warmUpMs, elapsedMs / 12);
  const points = warmOf(samples, warmMs, memory.has(measure)).flatMap(
    ({ pid, atMs, agents, [measure]: value }): Point[] =>
      value === null ? [] : [{ life: pid, atMs, value, load: agents }],
  );
  const values = points.map(({ value }) => value);
  const tenth = Math.max(1, Math.floor(values.length / 10));
  const late = points.filter(({ atMs }) => atMs >= elapsedMs / 2);
  const slope = slopeWithin(late);
  // Where nothing lived for a quarter of an hour, a slope says more of the warm-up than of a leak.
  const telling = slope !== null && slope.longestMs >= 900_000 ? slope : null;
  const { absolute, share } = noise[measure];
  const grown = telling === null ? 0 : (telling.perHour * telling.longestMs) / 3_600_000;
  // What grows all the time has its floor of the last third two thirds of its growth above that of the first.
  const risen = telling === null ? 0 : riseOfFloor(late, telling.perLoad) * 1.5;
  return {
    start: values.length === 0 ? null : median(values.slice(0, tenth)),
    end: values.length === 0 ? null : median(values.slice(-tenth)),
    perHour: telling?.perHour ?? null,
    leaks: Math.min(grown, risen) > Math.max(absolute, share * median(values)),
  };
}

/** The measurements of processes that have lived for so long, or had agents for so long. */
function warmOf(samples: readonly Sample[], warmMs: number, working: boolean): Sample[] {
  const lives = new Map<number, { atMs: number; forMs: number }>();
  return samples.filter(({ pid, atMs, agents }) => {
    const before = lives.get(pid) ?? { atMs, forMs: 0 };
    const forMs = before.forMs + (working && agents === 0 ? 0 : atMs - before.atMs);
    lives.set(pid, { atMs, forMs });
    return forMs >= warmMs;
  });
}

/** @returns null for none */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  return { median: Math.round(median(values)), max: Math.round(Math.max(...values)) };
}

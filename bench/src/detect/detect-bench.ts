/** `npm run bench detect`: how soon an application is told of a fault, and how often it is told of one that is none. */
import { barPlot } from '../report/plot.js';
import type { Cell, Findings } from '../report/report.js';
import type { SubjectName } from '../subjects/subject.js';
import { closeLaptop, type Disturbed, losePackets, pauseServers, timesPerMonth } from './disturbances.js';
import { breakPrimary, type FaultFound, faultRow, faults, medianOf } from './faults.js';
import { requirePacketLoss } from './packet-loss.js';

export interface DetectBenchOptions {
  /** Of each library. */
  agents: number;
  libraries: readonly SubjectName[];
  /** How long a fault lasts at most before it counts as never told. */
  timeoutSeconds: number;
  stallSeconds: readonly number[];
  /** 0: none is made. */
  lossSeconds: number;
  /** Those above 0. */
  sleepSeconds: readonly number[];
  onProgress(what: string): void;
}

/** @throws {PacketLossError} before anything is measured, where packet loss is wanted and cannot be made */
export async function detectBench(options: DetectBenchOptions): Promise<Findings> {
  const { stallSeconds, lossSeconds, sleepSeconds, timeoutSeconds } = options;
  if (lossSeconds > 0) requirePacketLoss();
  const found: FaultFound[] = [];
  for (const fault of faults) found.push(...(await breakPrimary(fault, options)));
  const pauses: Disturbed[] = [];
  for (const seconds of stallSeconds) pauses.push(await pauseServers(seconds, options));
  const losses = lossSeconds > 0 ? [await losePackets(lossSeconds, options)] : [];
  const sleeps: Disturbed[] = [];
  for (const seconds of sleepSeconds.filter((one) => one > 0)) {
    sleeps.push(await closeLaptop(seconds, timeoutSeconds, options));
  }
  const both = twoFigures(options, found, [...pauses, ...losses, ...sleeps]);
  const sections = [
    {
      title: `From the fault to the application's being told, and to updates flowing again ('-': not within ${timeoutSeconds} s)`,
      rows: found.map(faultRow),
    },
    { title: 'Mistakes: a server that pauses and goes on, told as a failure', rows: rowsOf(pauses) },
    { title: 'Mistakes: packets lost between clients and nodes', rows: rowsOf(losses) },
    { title: 'Mistakes: the clients asleep, and from waking to updates flowing', rows: rowsOf(sleeps) },
    { title: 'Both figures: what is told of faults, and of what is none', rows: both.rows },
  ];
  return {
    sections: sections.filter(({ rows }) => rows.length > 0),
    notes: [
      'Medians over those agents that were told, or got updates. An update flows when a change made after the fault has reached the application.',
      `All libraries at the same time, each in a process of its own: every fault and disturbance is the same one for all.`,
      `Per agent-month: with one such pause, one sleep and one hour of such loss in each of ${timesPerMonth} working days.`,
    ],
    plots: { 'bench-detect': both.plot },
  };
}

function rowsOf(all: readonly Disturbed[]): Record<string, Cell>[] {
  return all.flatMap(({ rows }) => rows);
}

/** Neither figure says anything without the other: who tells nothing makes no mistakes. */
function twoFigures(
  { libraries }: DetectBenchOptions,
  found: readonly FaultFound[],
  disturbed: readonly Disturbed[],
): { rows: Record<string, Cell>[]; plot: string } {
  const all = libraries.map((library) => {
    const own = found.filter((one) => one.library === library);
    const agents = own.reduce((sum, one) => sum + one.agents, 0);
    const toldMs = own.flatMap((one) => one.toldMs);
    const flowMs = own.flatMap((one) => one.flowMs);
    const mistakes = disturbed
      .flatMap((one) => one.mistakes)
      .filter((one) => one.library === library)
      .reduce((sum, one) => sum + one.perAgentMonth, 0);
    return { library, agents, toldMs, flowMs, mistakes };
  });
  return {
    rows: all.map(({ library, agents, toldMs, flowMs, mistakes }) => ({
      client: library,
      'agents times faults': agents,
      told: toldMs.length,
      'told ms': medianOf(toldMs),
      'latest told ms': toldMs.length === 0 ? null : Math.max(...toldMs),
      flowing: flowMs.length,
      'flow ms': medianOf(flowMs),
      'latest flow ms': flowMs.length === 0 ? null : Math.max(...flowMs),
      'mistakes per agent-month, all': mistakes,
    })),
    plot: barPlot(
      'Agents with updates flowing again, of all agents times faults; mistakes per agent-month',
      all.map(({ library, agents, flowMs, mistakes }) => ({
        label: library,
        value: agents === 0 ? 0 : flowMs.length / agents,
        text: `${flowMs.length} of ${agents}; ${Number(mistakes.toPrecision(3))}`,
        ours: library === 'finesse-ha',
      })),
    ),
  };
}

import { readFileSync } from 'node:fs';
import { leaksOf, measures, type ProcessReport, processReports, type SoakReport } from '@finesse-ha/lab';
import { linePlot, type Series } from '../report/plot.js';
import type { Cell, Findings } from '../report/report.js';

const megabyte = 1_048_576;
/** So many processes can be told apart in one picture. */
const lines = 4;

/**
 * Tables and plots of a soak, from what `finesse-ha soak --report` wrote. Leaks are judged anew from the measurements, by the
 * rule of this version.
 * @throws {Error} when the file cannot be read or is no such report
 */
export function soakFigures(file: string): Findings {
  const report = JSON.parse(readFileSync(file, 'utf8')) as SoakReport;
  if (!Array.isArray(report.samples)) {
    throw new Error(`${file} is no report of a soak: write one with finesse-ha soak --report`);
  }
  const { updates, traffic, forcedLogouts, subscriptions } = report;
  const processes = processReports(report.samples, report.elapsedMs);
  const leaks = leaksOf(processes, report.elapsedMs);
  const problems = [...report.problems.filter(({ kind }) => kind !== 'leak'), ...leaks];
  const leaksThen = report.problems.filter(({ kind }) => kind === 'leak');
  return {
    sections: [
      { title: 'faults', rows: report.faults.map(faultRow) },
      { title: 'processes, start > end (growth an hour)', rows: processes.map(processRow) },
    ],
    notes: [
      `begun ${report.startedAt}, ${(report.elapsedMs / 60_000).toFixed(1)} of ${(report.plannedMs / 60_000).toFixed(1)} minutes, ${report.agents} agents, seed ${report.seed}, ${report.faultsPerHour} faults an hour, Node ${report.node}`,
      `${updates.told} updates told; of ${updates.changes} changes compared ${updates.lost} lost, ${updates.doubled} doubled`,
      `${traffic.calls} calls, ${traffic.changes} changes, ${traffic.interrupted} interrupted; ${report.comparisons} comparisons`,
      `${report.stranded} stranded, ${forcedLogouts.unexplained} logged out, ${report.unexpectedExits} processes ended by themselves`,
      `subscriptions ${subscriptions.start} at first, ${subscriptions.end} at last, at most ${subscriptions.mostOfOneUser} of one agent`,
      ...problems.map(({ atMs, kind, what }) => `${Math.round(atMs / 1_000)} s ${kind}: ${what}`),
      `leaks: ${leaks.length} by this version's rule, ${leaksThen.length} by that of the version that ran`,
      problems.length === 0 ? 'passed' : 'FAILED',
    ],
    plots: {
      soak: linePlot('Memory during a soak', { x: 'minutes', y: 'MB' }, series(report, 'rssBytes', megabyte)),
      'soak-sockets': linePlot(
        'Open sockets during a soak',
        { x: 'minutes', y: 'sockets' },
        series(report, 'sockets', 1),
      ),
    },
  };
}

function faultRow(one: SoakReport['faults'][number]): Record<string, Cell> {
  return {
    scenario: one.scenario,
    variant: one.variant,
    faults: one.faults,
    outages: one.outages,
    toldMedianMs: one.toldMs?.median ?? null,
    toldMaxMs: one.toldMs?.max ?? null,
    outageMedianMs: one.outageMs?.median ?? null,
    outageMaxMs: one.outageMs?.max ?? null,
    joiningMedianMs: one.joiningMs?.median ?? null,
    joiningMaxMs: one.joiningMs?.max ?? null,
  };
}

function processRow({ process, lives, trends }: ProcessReport): Record<string, Cell> {
  const cells = measures.map((measure): [string, Cell] => {
    const { start, end, perHour } = trends[measure];
    const isBytes = measure === 'rssBytes' || measure === 'heapBytes';
    const text = (value: number | null) =>
      value === null ? '-' : (isBytes ? value / megabyte : value).toFixed(isBytes ? 1 : 0);
    return [
      isBytes ? measure.replace('Bytes', 'MB') : measure,
      `${text(start)} > ${text(end)} (${text(perHour)})`,
    ];
  });
  return { process, lives, ...Object.fromEntries(cells) };
}

/** The soak itself and the busiest processes of the nodes. */
function series({ samples, processes }: SoakReport, measure: 'rssBytes' | 'sockets', unit: number): Series[] {
  const shown = processes
    .toSorted((one, other) => (other.trends[measure].end ?? 0) - (one.trends[measure].end ?? 0))
    .slice(0, lines)
    .map(({ process }) => process);
  return shown.map((name) => ({
    label: name,
    ours: name === 'soak',
    points: samples
      .filter(({ process }) => process === name)
      .map((sample) => [sample.atMs / 60_000, sample[measure] / unit] as const),
  }));
}

import { type Measure, measures, type SoakReport, type Spread, type Trend } from '@finesse-ha/lab';
import { painter, table } from './terminal.js';

const titles: Readonly<Record<Measure, string>> = {
  rssBytes: 'memory MB',
  heapBytes: 'heap MB',
  fds: 'descriptors',
  sockets: 'sockets',
  handles: 'handles',
  timers: 'timers',
};

/** One line on how a soak stands. */
export function soakSummary({ elapsedMs, faults, updates, comparisons, problems }: SoakReport): string {
  const played = faults.reduce((sum, one) => sum + one.faults, 0);
  return `${Math.round(elapsedMs / 60_000)} min: ${played} faults, ${updates.told} updates told, ${updates.lost} lost, ${updates.doubled} doubled, ${comparisons} comparisons, ${problems.length} problems`;
}

/** The whole report for people. */
export function soakText(report: SoakReport): string {
  const paint = painter(process.stdout);
  const { updates, traffic, forcedLogouts, subscriptions } = report;
  const head = (cell: string, row: number) => (row === 0 ? paint('bold', cell) : cell);
  const faults = report.faults.map(({ scenario, variant, faults, outages, toldMs, outageMs, joiningMs }) => [
    scenario,
    variant,
    String(faults),
    String(outages),
    spread(toldMs),
    spread(outageMs),
    spread(joiningMs),
  ]);
  const processes = report.processes.map(({ process, lives, trends }) => [
    process,
    String(lives),
    ...measures.map((measure) => trend(measure, trends[measure])),
  ]);
  const verdict = report.passed ? paint('green', 'passed') : paint('red', 'FAILED');
  return [
    `${(report.elapsedMs / 60_000).toFixed(1)} minutes of ${(report.plannedMs / 60_000).toFixed(1)}${report.interrupted ? ', interrupted' : ''}; ${report.agents} agents, seed ${report.seed}, Node ${report.node}, begun ${report.startedAt}`,
    '',
    table(
      [
        [
          'fault',
          'variant',
          'times',
          'outages',
          'told ms, median/max',
          'outage ms, median/max',
          'with a node to join',
        ],
        ...faults,
      ],
      head,
    ),
    '',
    table(
      [
        ['process', 'lives', ...measures.map((measure) => `${titles[measure]} start>end (an hour)`)],
        ...processes,
      ],
      head,
    ),
    '',
    `updates        ${updates.told} told; of ${updates.changes} changes compared ${updates.lost} lost, ${updates.doubled} doubled`,
    `traffic        ${traffic.calls} calls, ${traffic.changes} changes, ${traffic.interrupted} interrupted by failures`,
    `comparisons    ${report.comparisons}, of every agent's state and calls with CTI and REST`,
    `agents         ${report.stranded} stranded; ${forcedLogouts.unexplained} logged out, ${forcedLogouts.afterLongOutage} after long outages`,
    `processes      ${report.unexpectedExits} ended by themselves`,
    `subscriptions  ${subscriptions.start} at first, ${subscriptions.end} at last, at most ${subscriptions.mostOfOneUser} of one agent`,
    ...report.problems.map(({ atMs, kind, what }) => `${Math.round(atMs / 1_000)} s  ${kind}: ${what}`),
    '',
    verdict,
    '',
  ].join('\n');
}

function spread(value: Spread | null): string {
  return value === null ? '-' : `${value.median}/${value.max}`;
}

function trend(measure: Measure, { start, end, perHour, leaks }: Trend): string {
  const inBytes = measure === 'rssBytes' || measure === 'heapBytes';
  const text = (value: number | null) =>
    value === null ? '-' : inBytes ? (value / 1_048_576).toFixed(1) : value.toFixed(0);
  return `${text(start)}>${text(end)} (${text(perHour)})${leaks ? ' LEAK' : ''}`;
}

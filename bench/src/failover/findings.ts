/** Tables, targets and plots of the runs. */
import { linePlot, type Series } from '../report/plot.js';
import type { Cell, Findings } from '../report/report.js';
import type { Run } from './one-run.js';

/** Within what all agents are to be in service again (issue 6): 10 s up to Cisco's limit for a pair, 60 s up to 10,000. */
function limitSeconds(agents: number): number | null {
  if (agents <= 2_000) return 10;
  return agents <= 10_000 ? 60 : null;
}

/** The time by which a share of all agents had arrived; null when fewer did. */
function shareMs({ arrivals, moving }: Run, share: number): number | null {
  return arrivals[Math.ceil(moving * share) - 1] ?? null;
}

const isOurs = ({ library }: Run) => library === 'finesse-ha';

/** Everything that the runs showed; null where fewer agents than that arrived. */
export function findings(runs: readonly Run[]): Findings {
  return {
    sections: [
      { title: 'From the fault to in service on the alternate', rows: runs.map((run) => timesOf(run, runs)) },
      { title: 'What it cost', rows: runs.map(costsOf) },
    ],
    notes: [...runs.filter(isOurs).map(targetOf), ...summary(runs.filter(isOurs))],
    plots: plotsOf(runs),
  };
}

function timesOf(run: Run, runs: readonly Run[]): Record<string, Cell> {
  const ours = runs.find((one) => isOurs(one) && one.scenario === run.scenario && one.agents === run.agents);
  const [mine, all] = [ours === undefined ? null : shareMs(ours, 1), shareMs(run, 1)];
  return {
    scenario: run.scenario,
    agents: run.agents,
    client: run.library,
    'left behind': run.moving - run.arrivals.length,
    '50 % ms': shareMs(run, 0.5),
    '95 % ms': shareMs(run, 0.95),
    '99 % ms': shareMs(run, 0.99),
    '100 % ms': all,
    'times ours': mine === null || all === null ? null : all / mine,
  };
}

function costsOf(run: Run): Record<string, Cell> {
  return {
    scenario: run.scenario,
    agents: run.agents,
    client: run.library,
    'peak logins/s': run.peakLoginsPerSecond,
    'wasted logins': run.wastedLogins,
    'false failovers': run.falseFailovers,
    'forced logouts': run.forcedLogouts,
    'survivor CPU s': run.survivorCpuSeconds,
    'survivor RSS MiB': run.survivorRssMiB,
    'load CPU s': run.loadCpuSeconds,
    'connected in s': run.connectSeconds,
    'signed in in s': run.signInSeconds,
  };
}

function targetOf(run: Run): string {
  const limit = limitSeconds(run.agents);
  const all = shareMs(run, 1);
  const misses = [
    ...(all === null ? [`${run.moving - run.arrivals.length} left behind`] : []),
    ...(limit !== null && all !== null && all > limit * 1_000 ? [`${(all / 1_000).toFixed(1)} s`] : []),
    ...(run.forcedLogouts > 0 ? [`${run.forcedLogouts} forced logouts`] : []),
    ...(run.falseFailovers > 0 ? [`${run.falseFailovers} false failovers`] : []),
  ];
  const target = limit === null ? 'all in service' : `all in service within ${limit} s`;
  const verdict = misses.length === 0 ? 'met' : `not met (${misses.join(', ')})`;
  return `${run.scenario}, ${run.agents} agents: ${target}, no false failover, nobody logged out: ${verdict}`;
}

function summary(ours: readonly Run[]): string[] {
  if (ours.length === 0) return [];
  const logins = ours.reduce((all, { arrivals }) => all + arrivals.length, 0);
  const wasted = ours.reduce((all, run) => all + run.wastedLogins, 0);
  return [`wasted logins in all of these: ${wasted} beside ${logins} that were needed`];
}

/** One plot for each scenario, a line for each size. */
function plotsOf(runs: readonly Run[]): Record<string, string> {
  const plots: Record<string, string> = {};
  for (const { scenario } of runs) {
    plots[`bench-failover-${scenario}`] ??= linePlot(
      `${scenario}: in service on the alternate`,
      { x: 'seconds since the fault', y: '% of agents' },
      runs
        .filter((run) => run.scenario === scenario && run.arrivals.length > 0)
        .map((run): Series => {
          const points = run.arrivals.map(
            (ms, index) => [ms / 1_000, ((index + 1) / run.moving) * 100] as const,
          );
          const label = `${run.library}, ${run.agents}`;
          return { label, points: [[0, 0], ...thinned(points)], ours: isOurs(run) };
        }),
    );
  }
  return plots;
}

/** A picture has no more than a few hundred columns. */
function thinned<T>(points: readonly T[]): T[] {
  const every = Math.ceil(points.length / 200);
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}

/** `npm run bench failover`: many agents on the primary, a fault, and how soon how many of them work on the alternate. */
import { readFileSync } from 'node:fs';
import { type FaultVariant, type Lab, type RowPlan, startLab } from '@finesse-ha/lab';
import { linePlot, type Series } from '../report/plot.js';
import type { Cell, Findings } from '../report/report.js';
import { accountOf } from '../subjects/account.js';
import { AgentsDriver } from '../subjects/agents-driver.js';
import type { SubjectName } from '../subjects/subject.js';
import type { JournalEntry } from '../subjects/subject-main.js';
import { SubjectProcess } from '../subjects/subject-process.js';

export interface FailoverBenchOptions {
  agents: readonly number[];
  scenarios: readonly RowPlan['scenario'][];
  libraries: readonly SubjectName[];
  clientsPerProcess: number;
  /** How long is waited for the last agent. */
  timeoutSeconds: number;
  onProgress(what: string): void;
}

/** Enough for a moved agent to be logged out by the node that was left, were it to do so. */
const forcedLogoutMs = 15_000;
const pollMs = 500;

interface Run {
  scenario: string;
  library: SubjectName;
  agents: number;
  /** Milliseconds from the fault to an agent's being in service on the alternate, one for each that got there, in order. */
  arrivals: readonly number[];
  peakLoginsPerSecond: number;
  wastedLogins: number;
  falseFailovers: number;
  forcedLogouts: number;
  survivorCpuSeconds: number;
  survivorRssMiB: number;
}

export async function failoverBench(options: FailoverBenchOptions): Promise<Findings> {
  const runs: Run[] = [];
  for (const agents of options.agents)
    for (const scenario of options.scenarios)
      for (const library of options.libraries) runs.push(await run(scenario, library, agents, options));
  return findings(runs, options);
}

async function run(
  scenario: RowPlan['scenario'],
  library: SubjectName,
  agents: number,
  { clientsPerProcess, timeoutSeconds, onProgress }: FailoverBenchOptions,
): Promise<Run> {
  const say = (what: string) => onProgress(`${scenario}, ${agents} agents, ${library}: ${what}`);
  const lab = await startLab({ agents, forcedLogoutMs });
  const driver = new AgentsDriver(lab);
  const subjects: SubjectProcess[] = [];
  try {
    const ids = lab.deployment.agents.map(({ id }) => id);
    say('connecting');
    for (let from = 0; from < ids.length; from += clientsPerProcess) {
      const subject = new SubjectProcess(library);
      subjects.push(subject);
      await subject.open(ids.slice(from, from + clientsPerProcess).map((id) => accountOf(lab, id)));
    }
    say('signing in');
    await inTurns(ids, 16, (id) => driver.signIn(id));
    const early = await journals(subjects);
    const before = survivorUsage(lab);
    say('breaking it');
    const faultAt = Date.now();
    await lab.fault(scenario, { variant: 'default' as FaultVariant });
    const entries = await untilAllMoved(subjects, agents, timeoutSeconds, (moved) =>
      say(`${moved} of ${agents} in service on the alternate`),
    );
    const movedAt = Date.now();
    const after = survivorUsage(lab);
    say('waiting for forced logouts');
    await pause(forcedLogoutMs + 5_000 - Math.min(forcedLogoutMs, movedAt - faultAt));
    entries.push(...(await journals(subjects)));
    return {
      scenario,
      library,
      agents,
      arrivals: arrivalsOf(entries, faultAt),
      peakLoginsPerSecond: peakPerSecond(entries),
      wastedLogins: wasted(entries),
      falseFailovers: early.filter(({ what }) => what === 'failing').length + secondFailures(entries),
      forcedLogouts: entries.filter(({ what }) => what === 'logout').length,
      survivorCpuSeconds: after.cpuSeconds - before.cpuSeconds,
      survivorRssMiB: after.rssMiB,
    };
  } finally {
    driver.close();
    await Promise.all(subjects.map((subject) => subject.stop()));
    await lab.stop();
  }
}

async function untilAllMoved(
  subjects: readonly SubjectProcess[],
  agents: number,
  timeoutSeconds: number,
  onMoved: (moved: number) => void,
): Promise<JournalEntry[]> {
  const until = Date.now() + timeoutSeconds * 1_000;
  const entries: JournalEntry[] = [];
  const moved = new Set<string>();
  while (moved.size < agents && Date.now() < until) {
    await pause(pollMs);
    for (const entry of await journals(subjects)) {
      entries.push(entry);
      if (isArrival(entry)) moved.add(entry.user);
    }
    onMoved(moved.size);
  }
  return entries;
}

function isArrival({ what, node }: JournalEntry): boolean {
  return what === 'in-service' && node === 'secondary';
}

function arrivalsOf(entries: readonly JournalEntry[], faultAt: number): number[] {
  const first = new Map<string, number>();
  for (const entry of entries) {
    if (isArrival(entry) && !first.has(entry.user)) first.set(entry.user, entry.at - faultAt);
  }
  return [...first.values()].sort((one, other) => one - other);
}

function peakPerSecond(entries: readonly JournalEntry[]): number {
  const arrivals = entries
    .filter(isArrival)
    .map(({ at }) => at)
    .sort((one, other) => one - other);
  let from = 0;
  let peak = 0;
  for (const [index, at] of arrivals.entries()) {
    while ((arrivals[from] ?? at) <= at - 1_000) from += 1;
    peak = Math.max(peak, index - from + 1);
  }
  return peak;
}

/** Attempts at the alternate beyond the one that each agent needs. */
function wasted(entries: readonly JournalEntry[]): number {
  const attempts = entries.filter(({ what, node }) => what === 'attempt' && node === 'secondary').length;
  return Math.max(0, attempts - new Set(entries.filter(isArrival).map(({ user }) => user)).size);
}

/** Failures told by agents who had arrived: there was none to tell. */
function secondFailures(entries: readonly JournalEntry[]): number {
  const arrived = new Set<string>();
  let failures = 0;
  for (const entry of entries) {
    if (isArrival(entry)) arrived.add(entry.user);
    else if (entry.what === 'failing' && arrived.has(entry.user)) failures += 1;
  }
  return failures;
}

/** CPU and memory of the alternate's two processes, from the kernel's books (proc(5)). */
function survivorUsage(lab: Lab): { cpuSeconds: number; rssMiB: number } {
  const pids = ['secondary-web-host', 'secondary-notification'].map((name) => lab.process(name).pid);
  let cpuSeconds = 0;
  let rssMiB = 0;
  for (const pid of pids) {
    // The command's name may hold anything; after its closing parenthesis come state, then numbers.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    cpuSeconds += (Number(fields[11]) + Number(fields[12])) / 100;
    rssMiB += (Number(fields[21]) * 4_096) / 2 ** 20;
  }
  return { cpuSeconds, rssMiB };
}

async function journals(subjects: readonly SubjectProcess[]): Promise<JournalEntry[]> {
  return (await Promise.all(subjects.map((subject) => subject.journal()))).flat();
}

async function inTurns(
  ids: readonly string[],
  parallel: number,
  work: (id: string) => Promise<void>,
): Promise<void> {
  const waiting = [...ids];
  const worker = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) await work(id);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

/** The time by which a share of all agents had arrived; null when fewer did. */
function shareMs({ arrivals, agents }: Run, share: number): number | null {
  return arrivals[Math.ceil(agents * share) - 1] ?? null;
}

function findings(runs: readonly Run[], { timeoutSeconds }: FailoverBenchOptions): Findings {
  const rows = runs.map((one): Record<string, Cell> => {
    const ours = runs.find(
      ({ scenario, agents, library }) =>
        library === 'finesse-ha' && scenario === one.scenario && agents === one.agents,
    );
    const [mine, all] = [ours === undefined ? null : shareMs(ours, 1), shareMs(one, 1)];
    return {
      scenario: one.scenario,
      agents: one.agents,
      client: one.library,
      arrived: one.arrivals.length,
      '50 % ms': shareMs(one, 0.5),
      '95 % ms': shareMs(one, 0.95),
      '99 % ms': shareMs(one, 0.99),
      '100 % ms': all,
      'times ours': mine === null || all === null ? null : all / mine,
      'peak logins/s': one.peakLoginsPerSecond,
      'wasted logins': one.wastedLogins,
      'false failovers': one.falseFailovers,
      'forced logouts': one.forcedLogouts,
      'survivor CPU s': one.survivorCpuSeconds,
      'survivor RSS MiB': one.survivorRssMiB,
    };
  });
  const ours = runs.filter(({ library }) => library === 'finesse-ha');
  const notes = ours.flatMap((one) => {
    const limitMs = one.agents <= 2_000 ? 10_000 : one.agents <= 10_000 ? 60_000 : null;
    const all = shareMs(one, 1);
    if (limitMs === null) return [];
    const met = all !== null && all <= limitMs && one.forcedLogouts === 0;
    return [
      `${one.scenario}, ${one.agents} agents, all in service within ${limitMs / 1_000} s and none logged out: ${met ? 'met' : 'not met'}`,
    ];
  });
  return {
    sections: [
      { title: `From the fault to in service on the alternate ('-': not within ${timeoutSeconds} s)`, rows },
    ],
    notes,
    plots: plotsOf(runs),
  };
}

function plotsOf(runs: readonly Run[]): Record<string, string> {
  const plots: Record<string, string> = {};
  for (const one of runs) {
    const same = runs.filter(({ scenario, agents }) => scenario === one.scenario && agents === one.agents);
    plots[`bench-failover-${one.scenario}-${one.agents}`] ??= linePlot(
      `${one.scenario}: ${one.agents} agents, in service on the alternate`,
      { x: 'seconds since the fault', y: '% of agents' },
      same.map(({ library, arrivals, agents }): Series => {
        const points = arrivals.map((ms, index) => [ms / 1_000, ((index + 1) / agents) * 100] as const);
        return { label: library, points: [[0, 0], ...points], ours: library === 'finesse-ha' };
      }),
    );
  }
  return plots;
}

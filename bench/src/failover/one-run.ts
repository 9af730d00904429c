/** One run: a lab, its agents on the primary, a fault, and what became of them. */
import { readFileSync } from 'node:fs';
import { type Lab, type LabOptions, type NodeName, type RowPlan, startLab } from '@finesse-ha/lab';
import { accountOf } from '../subjects/account.js';
import { AgentsDriver } from '../subjects/agents-driver.js';
import { nextLoadAddress } from '../subjects/own-address.js';
import type { SubjectName } from '../subjects/subject.js';
import type { JournalEntry } from '../subjects/subject-main.js';
import { SubjectProcess } from '../subjects/subject-process.js';
import {
  arrivalsOf,
  failuresAfterArrival,
  isArrival,
  onAlternate,
  peakPerSecond,
  wastedLogins,
} from './figures.js';

export interface RunPlan {
  scenario: RowPlan['scenario'];
  library: SubjectName;
  agents: number;
}

export interface RunOptions {
  clientsPerProcess: number;
  /** What the deployment says that one node bears; told to finesse-ha only, as is the number of agents. */
  loginsPerSecond: number;
  /** How long the last agent is waited for. */
  timeoutSeconds: number;
  say(what: string): void;
}

/** What one run showed. */
export interface Run extends RunPlan {
  /** Agents that were on the primary when it failed: all but those few who had got in on the alternate. */
  moving: number;
  /** Milliseconds from the fault to an agent's being in service on the alternate, one for each that got there, in order. */
  arrivals: readonly number[];
  peakLoginsPerSecond: number;
  wastedLogins: number;
  falseFailovers: number;
  forcedLogouts: number;
  /** From the fault to the last arrival, by all processes of the surviving node and by all load processes. */
  survivorCpuSeconds: number;
  loadCpuSeconds: number;
  survivorRssMiB: number;
  /** How long the agents took to get in and to sign in, before the fault. */
  connectSeconds: number;
  signInSeconds: number;
}

const pollMs = 500;
const survivors = ['secondary-web-host', 'secondary-notification'];

/** Runs a plan from the first process to the last. */
export async function runOnce(plan: RunPlan, options: RunOptions): Promise<Run> {
  const { scenario, agents } = plan;
  const { say } = options;
  const lab = await startLab(labOptions(plan));
  const driver = new AgentsDriver(lab);
  const subjects: SubjectProcess[] = [];
  try {
    const ids = lab.deployment.agents.map(({ id }) => id);
    say('connecting');
    const connectSeconds = await seconds(() => connectAll(lab, plan, options, ids, subjects));
    say('signing in');
    const signInSeconds = await seconds(() => inTurns(ids, 16, (id) => driver.signIn(id)));
    const early = await journals(subjects);
    const before = usageOf(lab, subjects);
    say('breaking it');
    const faultAt = Date.now();
    await lab.fault(scenario, { variant: 'default' });
    // Who got in on the alternate in the first place has nowhere to go.
    const moving = agents - onAlternate(early);
    const entries = await untilAllMoved(subjects, moving, options);
    const after = usageOf(lab, subjects);
    say('waiting for forced logouts');
    await pause(faultAt + forcedLogoutMs(agents) + 5_000 - Date.now());
    entries.push(...(await journals(subjects)));
    return {
      ...plan,
      moving,
      arrivals: arrivalsOf(entries, faultAt),
      peakLoginsPerSecond: peakPerSecond(entries),
      wastedLogins: wastedLogins(entries),
      falseFailovers: early.filter(({ what }) => what === 'failing').length + failuresAfterArrival(entries),
      forcedLogouts: entries.filter(({ what }) => what === 'logout').length,
      survivorCpuSeconds: after.survivor.cpuSeconds - before.survivor.cpuSeconds,
      loadCpuSeconds: after.load.cpuSeconds - before.load.cpuSeconds,
      survivorRssMiB: after.survivor.rssMiB,
      connectSeconds,
      signInSeconds,
    };
  } finally {
    driver.close();
    await Promise.all(subjects.map((subject) => subject.stop()));
    await lab.stop();
  }
}

/**
 * Long enough for everybody to have moved before the node that was left forces the logout of those who have not: they
 * are on neither node until then, and the logout would be right. 60 s is what Finesse gives them.
 */
function forcedLogoutMs(agents: number): number {
  return agents <= 2_000 ? 15_000 : 60_000;
}

function labOptions({ agents, scenario }: RunPlan): LabOptions {
  // Two sockets of the relay for each agent, and a process may have 20,000 here.
  const relays = scenario === 'xmpp-connection' ? Math.ceil(agents / 8_000) : 1;
  return { agents, forcedLogoutMs: forcedLogoutMs(agents), clientRelays: relays };
}

async function connectAll(
  lab: Lab,
  { library, scenario, agents }: RunPlan,
  { clientsPerProcess, loginsPerSecond }: RunOptions,
  ids: readonly string[],
  subjects: SubjectProcess[],
): Promise<void> {
  const settings = { agentsPerNode: agents, loginsPerSecond };
  // The relay between clients and notification service is there to be cut; where nothing cuts it, it only costs CPU.
  const relayed: readonly NodeName[] = scenario === 'xmpp-connection' ? ['primary'] : [];
  const opened: Promise<void>[] = [];
  for (let first = 0; first < ids.length; first += clientsPerProcess) {
    // A load process is many desktops: the young generation of one would be far too small for it.
    const from = nextLoadAddress();
    const subject = new SubjectProcess(library, { execArgv: ['--max-semi-space-size=64'], from });
    subjects.push(subject);
    const own = ids.slice(first, first + clientsPerProcess);
    opened.push(subject.open(own.map((id) => ({ ...accountOf(lab, id, relayed), settings }))));
  }
  await Promise.all(opened);
}

async function untilAllMoved(
  subjects: readonly SubjectProcess[],
  agents: number,
  { timeoutSeconds, say }: RunOptions,
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
    say(`${moved.size} of ${agents} in service on the alternate`);
  }
  return entries;
}

interface Usage {
  cpuSeconds: number;
  rssMiB: number;
}

function usageOf(lab: Lab, subjects: readonly SubjectProcess[]): { survivor: Usage; load: Usage } {
  return {
    survivor: sum(survivors.map((name) => processUsage(lab.process(name).pid))),
    load: sum(subjects.map(({ pid }) => processUsage(pid))),
  };
}

function sum(usages: readonly Usage[]): Usage {
  return usages.reduce((all, one) => ({
    cpuSeconds: all.cpuSeconds + one.cpuSeconds,
    rssMiB: all.rssMiB + one.rssMiB,
  }));
}

/** From the kernel's books (proc(5)). */
function processUsage(pid: number | undefined): Usage {
  // The command's name may hold anything; after its closing parenthesis come state, then numbers.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
    rssMiB: (Number(fields[21]) * 4_096) / 2 ** 20,
  };
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

async function seconds(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1_000;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

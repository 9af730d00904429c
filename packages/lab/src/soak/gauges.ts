import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Lab } from '../lab.js';
import type { LabProcess } from '../process.js';

/** What one process holds at one time. Null: it could not say, being frozen. */
export interface Sample {
  /** From the beginning of the soak. */
  atMs: number;
  process: string;
  pid: number;
  /** Agents in service on the process's node, which its sockets go with; of what belongs to no node, on both. */
  agents: number;
  rssBytes: number;
  heapBytes: number | null;
  fds: number;
  sockets: number;
  handles: number | null;
  timers: number | null;
}

/** What the notification service of one node counts. */
export interface ServiceCounts {
  process: string;
  sessions: number;
  subscriptions: number;
  mostOfOneUser: number;
}

/** The name under which the soak measures itself, its clients included. */
export const ownName = 'soak';

const answerWithinMs = 2_000;

/**
 * Measures every process that runs, and this one.
 * @param agentsOn how many agents are in service on a node, by its URL
 */
export async function sampleAll(
  lab: Lab,
  atMs: number,
  agentsOn: (url: string) => number,
): Promise<Sample[]> {
  const served = (name: string) => {
    const own = lab.nodes.filter((node) => name.startsWith(`${node.name}-`));
    return (own.length > 0 ? own : lab.nodes).reduce((sum, { url }) => sum + agentsOn(url), 0);
  };
  const own = sampleOf({ name: ownName, pid: process.pid, atMs, agents: served(ownName) }, ownGauge());
  const others = await Promise.all(
    lab.processes.map(async (one) => {
      const { pid, name } = one;
      if (pid === undefined) return null;
      const agents = served(name);
      const gauge = await ask(one, 'gauge');
      // Killed meanwhile, or replaced: another process's figures are not this one's.
      return one.pid === pid ? sampleOf({ name, pid, atMs, agents }, gauge) : null;
    }),
  );
  return [own, ...others].filter((sample) => sample !== null);
}

/** What both notification services count; of one that is down or frozen, nothing. */
export async function serviceCounts(lab: Lab): Promise<ServiceCounts[]> {
  const services = lab.processes.filter(({ name }) => name.endsWith('-notification'));
  const counts = await Promise.all(
    services.map(async (one) => {
      const answer = await ask(one, 'counts');
      if (answer === null) return null;
      const { sessions, subscriptions, mostOfOneUser } = answer;
      return {
        process: one.name,
        sessions: Number(sessions),
        subscriptions: Number(subscriptions),
        mostOfOneUser: Number(mostOfOneUser),
      };
    }),
  );
  return counts.filter((one) => one !== null);
}

async function ask(one: LabProcess, type: string): Promise<Readonly<Record<string, unknown>> | null> {
  if (one.state !== 'running') return null;
  let answer: Record<string, unknown> | null = null;
  const isAnswer = (message: Record<string, unknown>) => {
    if (message.type !== type) return false;
    answer = message;
    return true;
  };
  // Frozen or killed before it could answer: that is what a soak does.
  await one.ask({ type }, isAnswer, answerWithinMs).catch(() => undefined);
  return answer;
}

function ownGauge(): Record<string, unknown> {
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((name) => name === 'Timeout' || name === 'Immediate').length;
  return { heapBytes: process.memoryUsage().heapUsed, handles: resources.length - timers, timers };
}

/** Null where the process is gone, or the system has no `/proc` (proc(5)). */
function sampleOf(
  { name, ...what }: { name: string; pid: number; atMs: number; agents: number },
  gauge: Readonly<Record<string, unknown>> | null,
): Sample | null {
  const number = (value: unknown) => (typeof value === 'number' ? value : null);
  try {
    const [, kilobytes = '0'] =
      /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${what.pid}/status`, 'utf8')) ?? [];
    const fds = readdirSync(`/proc/${what.pid}/fd`);
    return {
      ...what,
      process: name,
      rssBytes: Number(kilobytes) * 1_024,
      heapBytes: number(gauge?.heapBytes),
      fds: fds.length,
      sockets: fds.filter((fd) => isSocket(`/proc/${what.pid}/fd/${fd}`)).length,
      handles: number(gauge?.handles),
      timers: number(gauge?.timers),
    };
  } catch {
    return null;
  }
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch {
    // Closed between being listed and being looked at.
    return false;
  }
}

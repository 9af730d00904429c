/** `npm run bench client`: what one agent's client costs, beside stock XMPP libraries that do a part of its work. */
import { type Lab, startLab } from '@finesse-ha/lab';
import { barPlot } from '../report/plot.js';
import { type Findings, median } from '../report/report.js';
import { accountOf } from '../subjects/account.js';
import { AgentsDriver } from '../subjects/agents-driver.js';
import { type Account, type SubjectName, subjectNames } from '../subjects/subject.js';
import { SubjectProcess } from '../subjects/subject-process.js';
import { bundleSize } from './bundles.js';

export interface ClientBenchOptions {
  /** Clients in one process. */
  clients: number;
  /** State changes of each agent in one round. */
  changes: number;
  rounds: number;
  idleSeconds: number;
  onProgress(what: string): void;
}

interface Cost {
  name: SubjectName;
  cpuUsPerNotification: number;
  idleCpuMsPerHour: number;
  heapKiB: number;
  rssKiB: number;
}

const targetGzippedBytes = 40 * 1024;

/** One library's clients, one for each agent. */
interface Contestant {
  name: SubjectName;
  subject: SubjectProcess;
  heapKiB: number;
  rssKiB: number;
}

export async function clientBench(options: ClientBenchOptions): Promise<Findings> {
  const { clients, rounds, idleSeconds, onProgress } = options;
  const lab = await startLab({ agents: clients, forcedLogoutMs: 3_600_000 });
  const driver = new AgentsDriver(lab);
  const contestants: Contestant[] = [];
  try {
    const ids = lab.deployment.agents.map(({ id }) => id);
    for (const id of ids) await driver.signIn(id);
    for (const name of subjectNames) {
      onProgress(`${name}: ${clients} clients`);
      contestants.push(await enter(name, lab, ids));
    }
    // Every library gets every notification: whatever else the machine does meanwhile, it does to all of them.
    const perNotification: number[][] = [];
    for (let round = 0; round <= rounds; round += 1) {
      onProgress(`round ${round} of ${rounds}`);
      const figures = await notificationRound(contestants, driver, ids, options.changes);
      // The first round warms the compilers up.
      if (round > 0) perNotification.push(figures);
    }
    onProgress(`idle for ${idleSeconds} s`);
    const idleUs = await cpuDuring(contestants, () => pause(idleSeconds * 1_000));
    return await findings(
      contestants.map(({ name, heapKiB, rssKiB }, index) => ({
        name,
        cpuUsPerNotification: median(perNotification.map((figures) => figures[index] ?? Number.NaN)),
        idleCpuMsPerHour: ((idleUs[index] ?? 0) / 1_000 / clients) * (3_600 / idleSeconds),
        heapKiB,
        rssKiB,
      })),
    );
  } finally {
    await Promise.all(contestants.map(({ subject }) => subject.stop()));
    driver.close();
    await lab.stop();
  }
}

async function enter(name: SubjectName, lab: Lab, ids: readonly string[]): Promise<Contestant> {
  const subject = new SubjectProcess(name);
  try {
    // One client first: what is loaded and compiled once is not the price of a client.
    const [first, ...others] = ids.map((id) => accountOf(lab, id));
    await subject.open([first as Account]);
    const before = await subject.usage({ collect: true });
    await subject.open(others);
    const after = await subject.usage({ collect: true });
    return {
      name,
      subject,
      heapKiB: (after.heapBytes - before.heapBytes) / 1_024 / others.length,
      rssKiB: (after.rssBytes - before.rssBytes) / 1_024 / others.length,
    };
  } catch (error) {
    await subject.stop();
    throw error;
  }
}

/** Microseconds of CPU of each library for each notification that reached its application. */
async function notificationRound(
  contestants: readonly Contestant[],
  driver: AgentsDriver,
  ids: readonly string[],
  changes: number,
): Promise<number[]> {
  const before = await updatesOf(contestants);
  const cpuUs = await cpuDuring(contestants, async () => {
    for (let change = 0; change < changes; change += 1) {
      await Promise.all(ids.map((id) => driver.setState(id, change % 2 === 0 ? 'READY' : 'NOT_READY')));
    }
    await settled(
      contestants,
      before.map((updates) => updates + changes * ids.length),
    );
  });
  const after = await updatesOf(contestants);
  return cpuUs.map((us, index) => us / ((after[index] ?? 0) - (before[index] ?? 0)));
}

async function cpuDuring(
  contestants: readonly Contestant[],
  work: () => Promise<void>,
): Promise<readonly number[]> {
  const usages = () => Promise.all(contestants.map(({ subject }) => subject.usage()));
  const from = await usages();
  await work();
  const to = await usages();
  return to.map(({ cpuUs }, index) => cpuUs - (from[index]?.cpuUs ?? 0));
}

async function updatesOf(contestants: readonly Contestant[]): Promise<number[]> {
  return Promise.all(contestants.map(async ({ subject }) => (await subject.usage()).updates));
}

/** When all have come; what never comes is not waited for longer than a few seconds. */
async function settled(contestants: readonly Contestant[], expected: readonly number[]): Promise<void> {
  for (let patience = 0; patience < 50; patience += 1) {
    const updates = await updatesOf(contestants);
    if (updates.every((count, index) => count >= (expected[index] ?? 0))) return;
    await pause(100);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function findings(costs: readonly Cost[]): Promise<Findings> {
  const sizes = await Promise.all(costs.map(({ name }) => bundleSize(name)));
  const ours = costs[0] as Cost;
  const rows = costs.map((cost, index) => ({
    library: cost.name,
    'CPU us per notification': cost.cpuUsPerNotification,
    'times ours': cost.cpuUsPerNotification / ours.cpuUsPerNotification,
    'idle CPU ms per hour': cost.idleCpuMsPerHour,
    'heap KiB per client': cost.heapKiB,
    'RSS KiB per client': cost.rssKiB,
    'minified KiB': kib(sizes[index]?.minifiedBytes),
    'gzipped KiB': kib(sizes[index]?.gzippedBytes),
  }));
  const size = sizes[0]?.gzippedBytes ?? Number.POSITIVE_INFINITY;
  const slower = costs.slice(1).filter((cost) => cost.cpuUsPerNotification > ours.cpuUsPerNotification);
  return {
    sections: [{ title: 'One agent’s client', rows }],
    notes: [
      `bundle under 40 KiB gzipped: ${size < targetGzippedBytes ? 'met' : 'not met'} (${kib(size)?.toFixed(1)} KiB)`,
      `fewer microseconds per notification than each of the others: ${slower.length === costs.length - 1 ? 'met' : 'not met'}`,
      'Ours decodes the Update into typed objects, compares and applies it to the picture; the others extract the text of <state>.',
      'Idle: ours asks for SystemInfo and pings; the others do nothing, and notice nothing.',
    ],
    plots: {
      'bench-client-cpu': barPlot(
        'CPU per notification, microseconds (less is better)',
        costs.map(({ name, cpuUsPerNotification }) => ({
          label: name,
          value: cpuUsPerNotification,
          text: `${Math.round(cpuUsPerNotification)} µs`,
          ours: name === 'finesse-ha',
        })),
      ),
      'bench-client-size': barPlot(
        'Browser bundle, KiB gzipped (less is better)',
        costs.map(({ name }, index) => ({
          label: name,
          value: kib(sizes[index]?.gzippedBytes) ?? 0,
          text: sizes[index]
            ? `${kib(sizes[index]?.gzippedBytes)?.toFixed(1)} KiB`
            : 'cannot be bundled as it is',
          ours: name === 'finesse-ha',
        })),
      ),
    },
  };
}

function kib(bytes: number | undefined): number | null {
  return bytes === undefined ? null : bytes / 1_024;
}

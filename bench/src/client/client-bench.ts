/** `npm run bench client`: what one agent's client costs, beside stock XMPP libraries that do a part of its work. */
import { type Lab, startLab } from '@finesse-ha/lab';
import { barPlot } from '../report/plot.js';
import { type Findings, median } from '../report/report.js';
import { accountOf } from '../subjects/account.js';
import { AgentsDriver } from '../subjects/agents-driver.js';
import { type Account, type SubjectName, subjectNames } from '../subjects/subject.js';
import type { Usage } from '../subjects/subject-main.js';
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

export async function clientBench(options: ClientBenchOptions): Promise<Findings> {
  const lab = await startLab({ agents: options.clients, forcedLogoutMs: 3_600_000 });
  const driver = new AgentsDriver(lab);
  try {
    const ids = lab.deployment.agents.map(({ id }) => id);
    for (const id of ids) await driver.signIn(id);
    const costs: Cost[] = [];
    for (const name of subjectNames) {
      options.onProgress(`${name}: ${options.clients} clients`);
      costs.push(await measure(name, lab, driver, ids, options));
    }
    return await findings(costs);
  } finally {
    driver.close();
    await lab.stop();
  }
}

async function measure(
  name: SubjectName,
  lab: Lab,
  driver: AgentsDriver,
  ids: readonly string[],
  { clients, changes, rounds, idleSeconds, onProgress }: ClientBenchOptions,
): Promise<Cost> {
  const subject = new SubjectProcess(name);
  try {
    // One client first: what is loaded and compiled once is not the price of a client.
    const [first, ...others] = ids.map((id) => accountOf(lab, id));
    await subject.open([first as Account]);
    const before = await subject.usage();
    await subject.open(others);
    const after = await subject.usage();
    const perNotification: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      onProgress(`${name}: round ${round} of ${rounds}`);
      const figure = await notificationRound(subject, driver, ids, changes);
      // The first round warms the compiler up.
      if (round > 0) perNotification.push(figure);
    }
    onProgress(`${name}: idle for ${idleSeconds} s`);
    const idleFrom = await subject.usage();
    await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1_000));
    const idleTo = await subject.usage();
    return {
      name,
      cpuUsPerNotification: median(perNotification),
      idleCpuMsPerHour: ((idleTo.cpuUs - idleFrom.cpuUs) / 1_000 / clients) * (3_600 / idleSeconds),
      heapKiB: (after.heapBytes - before.heapBytes) / 1_024 / others.length,
      rssKiB: (after.rssBytes - before.rssBytes) / 1_024 / others.length,
    };
  } finally {
    await subject.stop();
  }
}

/** Microseconds of CPU for each notification that reached the application. */
async function notificationRound(
  subject: SubjectProcess,
  driver: AgentsDriver,
  ids: readonly string[],
  changes: number,
): Promise<number> {
  const from = await subject.usage();
  for (let change = 0; change < changes; change += 1) {
    await Promise.all(ids.map((id) => driver.setState(id, change % 2 === 0 ? 'READY' : 'NOT_READY')));
  }
  const to = await settled(subject, from.updates + changes * ids.length);
  return (to.cpuUs - from.cpuUs) / (to.updates - from.updates);
}

/** When all have come; what never comes is not waited for longer than a few seconds. */
async function settled(subject: SubjectProcess, expected: number): Promise<Usage> {
  for (let patience = 0; ; patience += 1) {
    const usage = await subject.usage();
    if (usage.updates >= expected || patience === 50) return usage;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
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

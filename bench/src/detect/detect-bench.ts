/** `npm run bench detect`: how soon an application is told of a fault, and how often it is told of one that is none. */
import { type FaultVariant, type RowPlan, startLab } from '@finesse-ha/lab';
import { type Cell, type Findings, median } from '../report/report.js';
import { accountOf } from '../subjects/account.js';
import { AgentsDriver } from '../subjects/agents-driver.js';
import type { SubjectName } from '../subjects/subject.js';
import type { JournalEntry } from '../subjects/subject-main.js';
import { SubjectProcess } from '../subjects/subject-process.js';

export interface DetectBenchOptions {
  agents: number;
  libraries: readonly SubjectName[];
  /** How long a fault lasts at most before it counts as never told. */
  timeoutSeconds: number;
  stallSeconds: readonly number[];
  onProgress(what: string): void;
}

type FaultPlan = Pick<RowPlan, 'scenario' | 'variant'>;

const faults: readonly FaultPlan[] = [
  { scenario: 'notification-service', variant: 'default' },
  { scenario: 'xmpp-connection', variant: 'default' },
  { scenario: 'tomcat', variant: 'default' },
  { scenario: 'web-app', variant: 'default' },
  { scenario: 'cti-connection', variant: 'default' },
  { scenario: 'xmpp-connection', variant: 'silent' },
  { scenario: 'notification-service', variant: 'frozen' },
];

/** How often each agent's state changes: updates are what shows that an application is alive. */
const changeEveryMs = 500;
const settleMs = 3_000;
/** A stall of a server or a network every working day. */
const stallsPerMonth = 20;

export async function detectBench(options: DetectBenchOptions): Promise<Findings> {
  const told: Record<string, Cell>[] = [];
  const mistaken: Record<string, Cell>[] = [];
  for (const fault of faults)
    for (const library of options.libraries) told.push(await measureFault(fault, library, options));
  for (const seconds of options.stallSeconds)
    for (const library of options.libraries) mistaken.push(await measureStall(seconds, library, options));
  return {
    sections: [
      {
        title: `From the fault to the application's being told, and to updates flowing again ('-': not within ${options.timeoutSeconds} s)`,
        rows: told,
      },
      { title: 'Mistakes: a server that pauses and goes on, told as a failure', rows: mistaken },
    ],
    notes: [
      'Medians over the agents. An update flows when a change made after the fault has reached the application.',
      `Per agent-month: with one such pause in each of ${stallsPerMonth} working days.`,
    ],
  };
}

async function measureFault(
  fault: FaultPlan,
  library: SubjectName,
  options: DetectBenchOptions,
): Promise<Record<string, Cell>> {
  const say = (what: string) => options.onProgress(`${nameOf(fault)}, ${library}: ${what}`);
  return withAgents(library, options, say, async (scene) => {
    const faultAt = Date.now();
    say('broken');
    await scene.lab.fault(fault.scenario, { variant: fault.variant as FaultVariant });
    const entries = await scene.watch(options.timeoutSeconds * 1_000, (seen) =>
      scene.ids.every(
        (id) => seen.some((one) => isToldOf(one, id)) && seen.some((one) => isFlowFor(one, id, seen)),
      ),
    );
    const toldMs = scene.ids.map((id) => firstAfter(entries, faultAt, (one) => isToldOf(one, id)));
    const flowMs = scene.ids.map((id) => firstAfter(entries, faultAt, (one) => isFlowFor(one, id, entries)));
    return {
      fault: nameOf(fault),
      client: library,
      'told ms': medianOf(toldMs),
      'told, of agents': count(toldMs),
      'updates flow ms': medianOf(flowMs),
      'flow, of agents': count(flowMs),
      agents: scene.ids.length,
    };
  });
}

async function measureStall(
  seconds: number,
  library: SubjectName,
  options: DetectBenchOptions,
): Promise<Record<string, Cell>> {
  const say = (what: string) => options.onProgress(`pause of ${seconds} s, ${library}: ${what}`);
  return withAgents(library, options, say, async (scene) => {
    let mistakes = 0;
    for (const scenario of ['notification-service', 'tomcat'] as const) {
      say(scenario);
      await scene.lab.fault(scenario, { variant: 'frozen' });
      const during = await scene.watch(seconds * 1_000, () => false);
      await scene.lab.heal(scenario);
      const after = await scene.watch(settleMs, () => false);
      mistakes += [...during, ...after].filter(({ what }) => what === 'failing').length;
    }
    const pauses = scene.ids.length * 2;
    return {
      'pause s': seconds,
      client: library,
      'agents times pauses': pauses,
      mistakes,
      'mistakes per agent-month': (mistakes / pauses) * stallsPerMonth,
    };
  });
}

interface Scene {
  lab: Awaited<ReturnType<typeof startLab>>;
  ids: readonly string[];
  /** Collects until the condition holds or the time is up. */
  watch(withinMs: number, enough: (seen: readonly JournalEntry[]) => boolean): Promise<JournalEntry[]>;
}

/** Agents in service on the primary, whose states keep changing, through the other node's REST. */
async function withAgents<T>(
  library: SubjectName,
  { agents }: DetectBenchOptions,
  say: (what: string) => void,
  work: (scene: Scene) => Promise<T>,
): Promise<T> {
  say('connecting');
  const lab = await startLab({ agents, forcedLogoutMs: 600_000 });
  const driver = new AgentsDriver(lab, 'secondary');
  const subject = new SubjectProcess(library, { keepUpdates: true });
  let round = 0;
  let changing: NodeJS.Timeout | undefined;
  try {
    const ids = lab.deployment.agents.map(({ id }) => id);
    for (const id of ids) await driver.signIn(id);
    await subject.open(
      ids.map((id) => accountOf(lab, id)),
      4,
    );
    changing = setInterval(() => {
      round += 1;
      // Refused while the CTI link heals: the next round asks again.
      for (const id of ids)
        driver.setState(id, round % 2 === 0 ? 'READY' : 'NOT_READY').catch(() => undefined);
    }, changeEveryMs);
    const watch: Scene['watch'] = async (withinMs, enough) => {
      const until = Date.now() + withinMs;
      const seen: JournalEntry[] = [];
      while (Date.now() < until && !enough(seen)) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        seen.push(...(await subject.journal()));
      }
      return seen;
    };
    await watch(settleMs, () => false);
    return await work({ lab, ids, watch });
  } finally {
    clearInterval(changing);
    driver.close();
    await subject.stop();
    await lab.stop();
  }
}

function isToldOf({ user, what }: JournalEntry, id: string): boolean {
  return user === id && what === 'failing';
}

/** An update after the client was in service again; where no failure was told it cannot be one that went on. */
function isFlowFor(entry: JournalEntry, id: string, seen: readonly JournalEntry[]): boolean {
  if (entry.user !== id || entry.what !== 'update') return false;
  const failing = seen.find((one) => isToldOf(one, id));
  return failing !== undefined && entry.at >= failing.at;
}

function firstAfter(
  entries: readonly JournalEntry[],
  from: number,
  matches: (entry: JournalEntry) => boolean,
): number | null {
  const first = entries.find((entry) => entry.at >= from && matches(entry));
  return first === undefined ? null : first.at - from;
}

function nameOf({ scenario, variant }: FaultPlan): string {
  return variant === 'default' ? scenario : `${scenario}, ${variant}`;
}

function known(figures: readonly (number | null)[]): number[] {
  return figures.filter((figure) => figure !== null);
}

function medianOf(figures: readonly (number | null)[]): number | null {
  return known(figures).length * 2 > figures.length ? median(known(figures)) : null;
}

function count(figures: readonly (number | null)[]): number {
  return known(figures).length;
}

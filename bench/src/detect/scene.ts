import { type Lab, startLab } from '@finesse-ha/lab';
import { accountOf } from '../subjects/account.js';
import { AgentsDriver } from '../subjects/agents-driver.js';
import type { SubjectName } from '../subjects/subject.js';
import type { JournalEntry } from '../subjects/subject-main.js';
import { SubjectProcess } from '../subjects/subject-process.js';

/** How often each agent's state changes: updates are what shows that an application is alive. */
const changeEveryMs = 500;
const lookEveryMs = 100;
/** From the last client's login to the first disturbance, and from the last disturbance to the last look. */
export const settleMs = 3_000;

export interface SceneOptions {
  /** Of each library. */
  agents: number;
  libraries: readonly SubjectName[];
}

/** One lab, and on its primary the same number of agents with each library, whose states keep changing. */
export interface Scene {
  readonly lab: Lab;
  readonly libraries: readonly SubjectName[];
  idsOf(library: SubjectName): readonly string[];
  /** Collects what applications are told until the condition holds or the time is up. */
  watch(withinMs: number, enough?: (seen: readonly JournalEntry[]) => boolean): Promise<JournalEntry[]>;
  /** Stops the clients' processes for a while. @param atEnd is waited for before they go on */
  sleep(ms: number, atEnd: () => Promise<void>): Promise<void>;
}

/**
 * All libraries see the same disturbance at the same time. The changes are made through the secondary's REST.
 * @throws {LabError} when the lab does not come up
 * @throws {Error} when a client cannot get in
 */
export async function withScene<T>(
  { agents, libraries }: SceneOptions,
  say: (what: string) => void,
  work: (scene: Scene) => Promise<T>,
): Promise<T> {
  say('connecting');
  const lab = await startLab({ agents: agents * libraries.length, forcedLogoutMs: 600_000 });
  const driver = new AgentsDriver(lab, 'secondary');
  const all = lab.deployment.agents.map(({ id }) => id);
  const subjects = libraries.map((library, index) => ({
    library,
    ids: all.slice(index * agents, (index + 1) * agents),
    process: new SubjectProcess(library, { keepUpdates: true }),
  }));
  let changing: NodeJS.Timeout | undefined;
  try {
    for (const id of all) await driver.signIn(id);
    for (const { ids, process } of subjects) {
      const accounts = ids.map((id) => accountOf(lab, id));
      await process.open(accounts, 4);
    }
    changing = setInterval(changeAll(driver, all), changeEveryMs);
    const scene: Scene = {
      lab,
      libraries,
      idsOf: (library) => subjects.find((one) => one.library === library)?.ids ?? [],
      watch: async (withinMs, enough = () => false) => {
        const until = Date.now() + withinMs;
        const seen: JournalEntry[] = [];
        while (Date.now() < until && !enough(seen)) {
          await delay(lookEveryMs);
          const journals = await Promise.all(subjects.map(({ process }) => process.journal()));
          seen.push(...journals.flat());
        }
        return seen;
      },
      sleep: (ms, atEnd) =>
        asleep(
          subjects.map(({ process }) => process),
          async () => {
            await delay(ms);
            await atEnd();
          },
        ),
    };
    await scene.watch(settleMs);
    return await work(scene);
  } finally {
    clearInterval(changing);
    driver.close();
    await Promise.all(subjects.map(({ process }) => process.stop()));
    await lab.stop();
  }
}

function changeAll(driver: AgentsDriver, ids: readonly string[]): () => void {
  let round = 0;
  return () => {
    round += 1;
    // Refused while the CTI link heals: the next round asks again.
    for (const id of ids) driver.setState(id, round % 2 === 0 ? 'READY' : 'NOT_READY').catch(() => undefined);
  };
}

/** Whatever ends this process meanwhile, the stopped ones go on, and find that their parent is gone. */
async function asleep(processes: readonly SubjectProcess[], meanwhile: () => Promise<void>): Promise<void> {
  const wake = () => {
    for (const one of processes) one.signal('SIGCONT');
  };
  const end = () => process.exit(130);
  process.once('exit', wake).once('SIGINT', end).once('SIGTERM', end);
  try {
    for (const one of processes) one.signal('SIGSTOP');
    await meanwhile();
  } finally {
    wake();
    process.off('exit', wake).off('SIGINT', end).off('SIGTERM', end);
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

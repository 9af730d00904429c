/** What is no failure of a node, and must not be told as one: pauses of a server, lost packets, a laptop asleep. */
import { serviceCounts } from '@finesse-ha/lab';
import { type Cell, median } from '../report/report.js';
import type { SubjectName } from '../subjects/subject.js';
import type { JournalEntry } from '../subjects/subject-main.js';
import { flowsFor, toldOf } from './faults.js';
import { PacketLoss } from './packet-loss.js';
import { type Scene, type SceneOptions, settleMs, withScene } from './scene.js';

/** Every kind of disturbance is taken to happen once in each working day of a month; of loss, an hour. */
export const timesPerMonth = 20;
const lossPercent = 1;

/** Mistakes of one library under one disturbance, over as much of it as was measured. */
export interface Mistakes {
  library: SubjectName;
  disturbance: string;
  mistakes: number;
  perAgentMonth: number;
}

export interface Disturbed {
  rows: Record<string, Cell>[];
  mistakes: Mistakes[];
}

export interface DisturbanceOptions extends SceneOptions {
  onProgress(what: string): void;
}

/** A server process frozen for some seconds, then going on: the notification service, then the web host. */
export function pauseServers(seconds: number, options: DisturbanceOptions): Promise<Disturbed> {
  const what = `a server pauses ${seconds} s`;
  const say = (step: string) => options.onProgress(`${what}: ${step}`);
  return withScene(options, say, async (scene) => {
    const entries: JournalEntry[] = [];
    for (const scenario of ['notification-service', 'tomcat'] as const) {
      say(scenario);
      await scene.lab.fault(scenario, { variant: 'frozen' });
      entries.push(...(await scene.watch(seconds * 1_000)));
      await scene.lab.heal(scenario);
      entries.push(...(await scene.watch(settleMs)));
    }
    return disturbed(options, what, 'pauses', 2, (library) => ({
      told: told(entries, scene.idsOf(library)),
      more: {},
    }));
  });
}

/** Each packet between clients and both nodes may be lost. @throws {PacketLossError} */
export function losePackets(seconds: number, options: DisturbanceOptions): Promise<Disturbed> {
  const what = `${lossPercent} % of packets lost`;
  const say = (step: string) => options.onProgress(`${what}: ${step}`);
  return withScene(options, say, async (scene) => {
    const places = Object.values(scene.lab.deployment.places.nodes);
    say('losing');
    const loss = await PacketLoss.begin({
      hosts: places.map(({ host }) => host),
      ports: [...new Set(places.flatMap(({ ports }) => [ports.webSocket, ports.rest]))],
      percent: lossPercent,
    });
    let lost = 0;
    let entries: JournalEntry[];
    try {
      entries = await scene.watch(seconds * 1_000);
    } finally {
      lost = await loss.end();
    }
    entries.push(...(await scene.watch(settleMs)));
    return disturbed(options, `${what}, ${lost} in ${seconds} s`, 'hours', seconds / 3_600, (library) => {
      const ids = scene.idsOf(library);
      const lateMs = entries.flatMap(({ user, at, changedAt }) =>
        changedAt !== undefined && ids.includes(user) ? [at - changedAt] : [],
      );
      return {
        told: told(entries, ids),
        more: { 'latest update ms': lateMs.length === 0 ? null : Math.max(...lateMs) },
      };
    });
  });
}

/**
 * The clients' processes stopped, and going on: nothing has happened to the nodes. Where the service has given the silent
 * sessions up meanwhile, the connection is lost indeed, and telling so is no mistake.
 */
export function closeLaptop(
  seconds: number,
  timeoutSeconds: number,
  options: DisturbanceOptions,
): Promise<Disturbed> {
  const what = `laptop asleep ${seconds} s`;
  const say = (step: string) => options.onProgress(`${what}: ${step}`);
  return withScene(options, say, async (scene) => {
    const before = await sessionsOf(scene);
    say('asleep');
    const ids = scene.libraries.flatMap((library) => scene.idsOf(library));
    let kept = 0;
    await scene.sleep(seconds * 1_000, async () => {
      kept = Math.max(0, ids.length - before + (await sessionsOf(scene)));
    });
    const wokeAt = Date.now();
    say('awake');
    const entries = await scene.watch(timeoutSeconds * 1_000, (seen) =>
      ids.every((id) => flowsFor(seen, id, wokeAt) !== null),
    );
    entries.push(...(await scene.watch(settleMs)));
    return disturbed(options, what, 'sleeps', 1, (library) => {
      const own = scene.idsOf(library);
      const flowMs = own.flatMap((id) => {
        const at = flowsFor(entries, id, wokeAt);
        return at === null ? [] : [at - wokeAt];
      });
      return {
        told: told(entries, own),
        right: kept === 0,
        more: {
          'sessions kept, of all': `${kept} of ${ids.length}`,
          'updates flow ms': flowMs.length === 0 ? null : median(flowMs),
          'flow, of agents': flowMs.length,
        },
      };
    });
  });
}

/** Those of all clients on the primary, and the web app's own. */
async function sessionsOf({ lab }: Scene): Promise<number> {
  const counts = await serviceCounts(lab);
  return counts.find(({ process }) => process.startsWith('primary-'))?.sessions ?? 0;
}

function told(entries: readonly JournalEntry[], ids: readonly string[]): number {
  return entries.filter((entry) => ids.some((id) => toldOf(entry, id))).length;
}

/** @param times of each agent: how much of the disturbance, in `unit`, was measured */
function disturbed(
  { agents, libraries }: SceneOptions,
  disturbance: string,
  unit: string,
  times: number,
  measure: (library: SubjectName) => { told: number; right?: boolean; more: Record<string, Cell> },
): Disturbed {
  const exposure = agents * times;
  const all = libraries.map((library) => {
    const { told, right = false, more } = measure(library);
    const mistakes = right ? 0 : told;
    const perAgentMonth = (mistakes / exposure) * timesPerMonth;
    return { library, disturbance, told, mistakes, perAgentMonth, more };
  });
  return {
    rows: all.map(({ library, told, mistakes, perAgentMonth, more }) => ({
      disturbance,
      client: library,
      [`agent-${unit}`]: exposure,
      'told as failures': told,
      mistakes,
      'mistakes per agent-month': perAgentMonth,
      ...more,
    })),
    mistakes: all,
  };
}

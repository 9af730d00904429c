import type { FaultVariant, RowPlan } from '@finesse-ha/lab';
import { type Cell, median } from '../report/report.js';
import type { SubjectName } from '../subjects/subject.js';
import type { JournalEntry } from '../subjects/subject-main.js';
import { type SceneOptions, withScene } from './scene.js';

export type FaultPlan = Pick<RowPlan, 'scenario' | 'variant'>;

/** The five, the silent network and the frozen process. */
export const faults: readonly FaultPlan[] = [
  { scenario: 'notification-service', variant: 'default' },
  { scenario: 'xmpp-connection', variant: 'default' },
  { scenario: 'tomcat', variant: 'default' },
  { scenario: 'web-app', variant: 'default' },
  { scenario: 'cti-connection', variant: 'default' },
  { scenario: 'xmpp-connection', variant: 'silent' },
  { scenario: 'notification-service', variant: 'frozen' },
];

export interface FaultOptions extends SceneOptions {
  /** How long a fault lasts at most before it counts as never told. */
  timeoutSeconds: number;
  onProgress(what: string): void;
}

/** What the agents of one library had of one fault. Times from the fault, of those who were told. */
export interface FaultFound {
  library: SubjectName;
  fault: string;
  agents: number;
  toldMs: readonly number[];
  flowMs: readonly number[];
}

/** All libraries' agents on the primary, one fault of it. */
export function breakPrimary(fault: FaultPlan, options: FaultOptions): Promise<FaultFound[]> {
  const name = nameOf(fault);
  const say = (what: string) => options.onProgress(`${name}: ${what}`);
  return withScene(options, say, async (scene) => {
    const ids = scene.libraries.flatMap((library) => scene.idsOf(library));
    const faultAt = Date.now();
    say('broken');
    await scene.lab.fault(fault.scenario, { variant: fault.variant as FaultVariant });
    // From here on nothing new can come over the primary.
    const brokenAt = Date.now();
    const entries = await scene.watch(options.timeoutSeconds * 1_000, (seen) =>
      ids.every((id) => seen.some((entry) => toldOf(entry, id)) && flowsFor(seen, id, brokenAt) !== null),
    );
    return scene.libraries.map((library) => {
      const own = scene.idsOf(library);
      const toldMs = own.flatMap((id) => {
        const entry = entries.find((one) => toldOf(one, id) && one.at >= faultAt);
        return entry === undefined ? [] : [entry.at - faultAt];
      });
      const flowMs = own.flatMap((id) => {
        const at = flowsFor(entries, id, brokenAt);
        return at === null ? [] : [at - faultAt];
      });
      return { library, fault: name, agents: own.length, toldMs, flowMs };
    });
  });
}

export function faultRow({ library, fault, agents, toldMs, flowMs }: FaultFound): Record<string, Cell> {
  return {
    fault,
    client: library,
    'told ms': medianOf(toldMs),
    'told, of agents': toldMs.length,
    'updates flow ms': medianOf(flowMs),
    'flow, of agents': flowMs.length,
    agents,
  };
}

/** The application of this agent is told of a failure. */
export function toldOf({ user, what }: JournalEntry, id: string): boolean {
  return user === id && what === 'failing';
}

/** When the first update came of a change that was made after an instant; null: none did. */
export function flowsFor(entries: readonly JournalEntry[], id: string, changedAfter: number): number | null {
  const first = entries.find(
    ({ user, changedAt }) => user === id && changedAt !== undefined && changedAt > changedAfter,
  );
  return first?.at ?? null;
}

/** Null for none. */
export function medianOf(figures: readonly number[]): number | null {
  return figures.length === 0 ? null : median(figures);
}

function nameOf({ scenario, variant }: FaultPlan): string {
  return variant === 'default' ? scenario : `${scenario}, ${variant}`;
}

import { FinesseClient, type UnknownInterval } from '@finesse-ha/client';
import type { Change } from '../drill/ledger.js';
import { onItsWayMs } from '../drill/rows.js';
import { keyOf, seenOf, ToldStates } from '../drill/subject.js';
import type { Lab } from '../lab.js';

/** A time in which an agent was not in service. Instants of `performance.now()`. */
export interface Outage {
  agentId: string;
  toldAt: number;
  recoveredAt: number;
}

export interface SoakAgentObserver {
  onOutage(outage: Outage): void;
  /** The client has ended for good, which nothing here should cause. */
  onEnded(agentId: string, why: string): void;
}

/** How much of what came before an update that came twice is told with it. */
const latestKept = 8;

/** An agent of a soak: its client, and what its application was told since all was last compared. */
export class SoakAgent {
  readonly id: string;
  readonly extension: string;
  readonly client: FinesseClient;
  /** Updates of the agent's state that the application was told. */
  delivered = 0;
  /** Of those: changed nothing, repeated one, or came after newer ones. */
  doubled = 0;
  /** Since when the agent is not in service, by `performance.now()`; null: it is. */
  outSinceAt: number | null = null;
  /** When it was last in service again. */
  inServiceAt = 0;
  readonly #told = new ToldStates();
  #unknown: UnknownInterval[] = [];
  /** What the application was told last, for the sentence on one that came twice. */
  #latest: string[] = [];
  #evidence: string[] = [];

  constructor(lab: Lab, agentId: string, observer: SoakAgentObserver) {
    this.id = agentId;
    this.extension = lab.credentials(agentId).extension;
    this.client = new FinesseClient(lab.clientOptions(agentId));
    this.client.on('update', (update) => {
      if (update.kind !== 'user') return;
      const { current, origin } = update;
      this.delivered += 1;
      const pending = (current.pendingState ?? '') === '' ? '' : `, ${current.pendingState} pending`;
      this.#note(`${origin} of ${keyOf(seenOf(current))}${pending}`);
      if (!this.#told.add(current)) {
        this.doubled += 1;
        this.#evidence.push(this.#latest.join('; '));
      }
    });
    this.client.on('unknown-interval', (interval) => {
      this.#unknown.push(interval);
      this.#note(`unknown ${spanOf(interval)}`);
    });
    this.client.on('availability', ({ announcement }) => {
      if (announcement.kind !== 'node') this.#note(`${announcement.kind} (${announcement.why})`);
      const now = performance.now();
      if (announcement.kind === 'ended') observer.onEnded(agentId, announcement.why);
      if (announcement.status === 'in-service') {
        const toldAt = this.outSinceAt;
        this.outSinceAt = null;
        if (toldAt === null) return;
        this.inServiceAt = now;
        observer.onOutage({ agentId, toldAt, recoveredAt: now });
      } else this.outSinceAt ??= now;
    });
  }

  /** What the application shows, in a word. */
  get shown(): string {
    return keyOf(seenOf(this.client.user));
  }

  /** Ids of the calls that the application shows, in order. */
  get calls(): string[] {
    return this.client.dialogs.map(({ id }) => id).toSorted();
  }

  /** The changes that the application was neither told nor told that it cannot know of. */
  lost(changes: readonly Change[]): Change[] {
    return changes.filter(
      (change) =>
        !this.#told.has(keyOf(change)) &&
        !this.#unknown.some(({ fromAt, toAt }) => change.at >= fromAt - onItsWayMs && change.at <= toAt),
    );
  }

  /** What was told around each update that came twice or late since this was last asked. */
  takeEvidence(): string[] {
    return this.#evidence.splice(0);
  }

  /** What the application was told not to know since all was last compared, for a sentence. */
  get unknown(): string {
    return this.#unknown.map(spanOf).join(', ') || 'nothing';
  }

  #note(what: string): void {
    this.#latest = [...this.#latest, `${timeOf(Date.now())} ${what}`].slice(-latestKept);
  }

  /** Forgets what is accounted for, so that hours take no more memory than minutes. */
  settle(): void {
    this.#told.settle();
    this.#unknown = [];
  }
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}

function spanOf({ fromAt, toAt }: UnknownInterval): string {
  return `${timeOf(fromAt)} to ${timeOf(toAt)}`;
}

import { isDeepStrictEqual } from 'node:util';
import type { FinesseClient, UnknownInterval } from '@finesse-ha/client';
import type { Announcement } from '@finesse-ha/failover';
import type { User } from '@finesse-ha/protocol';
import type { Change } from './ledger.js';

/** What an application sees of an agent's state, in a form that can be compared. */
export interface Seen {
  state: string;
  reasonCode: string;
  stateChangeTime: string;
}

/** The comparable part of a user; of none, empty. */
export function seenOf(user: User | null): Seen {
  return {
    state: user?.state ?? '',
    reasonCode: user?.reasonCode?.code ?? '',
    stateChangeTime: user?.stateChangeTime ?? '',
  };
}

/** One word for a state, equal for equal states. */
export function keyOf({ state, reasonCode, stateChangeTime }: Seen): string {
  return `${state} ${reasonCode} ${stateChangeTime}`;
}

/** The states of a user that an application was told of, in order. */
export class ToldStates {
  #keys = new Set<string>();
  #latest: User | null = null;

  /**
   * Takes in what the application was told.
   * @returns false when it told nothing new: it changed nothing, said again what had been said before, or came after newer ones.
   *   Something else of the user may change while the state stays as it was, such as the pending state: that is news.
   */
  add(user: User): boolean {
    const [seen, before] = [seenOf(user), seenOf(this.#latest)];
    const key = keyOf(seen);
    const repeated = key === keyOf(before) ? isDeepStrictEqual(this.#latest, user) : this.#keys.has(key);
    const late = seen.stateChangeTime < before.stateChangeTime;
    this.#keys.add(key);
    this.#latest = user;
    return !repeated && !late;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Forgets all but the latest. */
  settle(): void {
    this.#keys = new Set(this.#latest === null ? [] : [keyOf(seenOf(this.#latest))]);
  }
}

/** An agent under drill: its client, and everything that its application was told. */
export class Subject {
  readonly id: string;
  readonly client: FinesseClient;
  /** Updates that changed nothing, said again what had been said before, or came after newer ones. */
  doubled = 0;
  readonly #told = new ToldStates();
  readonly #unknown: UnknownInterval[] = [];
  readonly #announcements: { at: number; announcement: Announcement }[] = [];
  #watchers: (() => void)[] = [];

  constructor(id: string, client: FinesseClient) {
    this.id = id;
    this.client = client;
    client.on('update', (update) => {
      if (update.kind === 'user' && !this.#told.add(update.current)) this.doubled += 1;
      this.#wake();
    });
    client.on('unknown-interval', (interval) => this.#unknown.push(interval));
    client.on('availability', ({ announcement }) => {
      this.#announcements.push({ at: performance.now(), announcement });
      this.#wake();
    });
  }

  /**
   * The changes that the application was neither told nor told that it cannot know of.
   * @param lagMs how long before its last word from a node a change may be that the node had not passed on by then
   */
  lost(changes: readonly Change[], lagMs: number): Change[] {
    return changes.filter(
      (change) =>
        !this.#told.has(keyOf(change)) &&
        !this.#unknown.some(({ fromAt, toAt }) => change.at >= fromAt - lagMs && change.at <= toAt),
    );
  }

  /** The first announcement of a kind since an instant of `performance.now()`. */
  announced(
    kind: Announcement['kind'],
    sinceAt: number,
  ): { at: number; announcement: Announcement } | undefined {
    return this.#announcements.find((one) => one.at >= sinceAt && one.announcement.kind === kind);
  }

  /** The failure as it was last named between its announcement and the recovery. */
  namedFailure(sinceAt: number): Announcement['failure'] {
    const recoveredAt = this.announced('recovered', sinceAt)?.at ?? Number.POSITIVE_INFINITY;
    const named = this.#announcements.filter(
      ({ at, announcement }) => at >= sinceAt && at < recoveredAt && announcement.failure !== null,
    );
    return named.at(-1)?.announcement.failure ?? null;
  }

  /** Resolves true as soon as the condition holds, false when the time is over. Looks after each event. */
  until(condition: () => boolean, withinMs: number): Promise<boolean> {
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (held: boolean) => {
        clearTimeout(timer);
        this.#watchers = this.#watchers.filter((one) => one !== look);
        resolve(held);
      };
      const look = () => {
        if (condition()) done(true);
      };
      const timer = setTimeout(() => done(condition()), withinMs);
      this.#watchers.push(look);
    });
  }

  #wake(): void {
    for (const look of [...this.#watchers]) look();
  }
}

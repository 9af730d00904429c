import type { FinesseClient } from '@finesse-ha/client';
import type { Announcement } from '@finesse-ha/failover';
import type { User } from '@finesse-ha/protocol';

/** What an application sees of an agent's state, in a form that can be compared. */
export interface Seen {
  state: string;
  reasonCode: string;
  stateChangeTime: string;
}

export function seenOf(user: User | null): Seen {
  return {
    state: user?.state ?? '',
    reasonCode: user?.reasonCode?.code ?? '',
    stateChangeTime: user?.stateChangeTime ?? '',
  };
}

function keyOf({ state, reasonCode, stateChangeTime }: Seen): string {
  return `${state} ${reasonCode} ${stateChangeTime}`;
}

/** An agent under drill: its client, and everything that its application was told. */
export class Subject {
  readonly id: string;
  readonly client: FinesseClient;
  /** Updates that changed nothing or said again what had been said before. */
  doubled = 0;
  readonly #told = new Set<string>();
  readonly #announcements: { at: number; announcement: Announcement }[] = [];
  #watchers: (() => void)[] = [];

  constructor(id: string, client: FinesseClient) {
    this.id = id;
    this.client = client;
    client.on('update', (update) => {
      if (update.kind !== 'user') return;
      const key = keyOf(seenOf(update.current));
      if (this.#told.has(key) || (update.previous !== null && keyOf(seenOf(update.previous)) === key))
        this.doubled += 1;
      this.#told.add(key);
      this.#wake();
    });
    client.on('availability', ({ announcement }) => {
      this.#announcements.push({ at: performance.now(), announcement });
      this.#wake();
    });
  }

  /** The first announcement of a kind since an instant of `performance.now()`. */
  announced(
    kind: Announcement['kind'],
    sinceAt: number,
  ): { at: number; announcement: Announcement } | undefined {
    return this.#announcements.find((one) => one.at >= sinceAt && one.announcement.kind === kind);
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

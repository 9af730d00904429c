import { queueNode, teamUsersNode, type User } from '@finesse-ha/protocol';
import type { FinesseClient } from '../client.js';
import type { ClientEvent, SubscribedNotification } from '../events.js';
import { queueOf, teamOf } from './lists.js';
import type { Queue, Team } from './types.js';

/** How long a fetch of a team or of queues may take. */
const timeoutMs = 10_000;

/**
 * A team and queues as they are: fetched once, kept current by notifications, and fetched again after every failure.
 * What is notified while a fetch is under way is taken in after it, so that neither overtakes the other for good.
 */
export class Boards {
  readonly #client: FinesseClient;
  readonly #userPath: string;
  readonly #listeners = new Set<() => void>();
  #teamId: string | null = null;
  #team: Team | null = null;
  #watchesQueues = false;
  #queues: readonly Queue[] = [];
  /** Notifications that came while something is fetched. */
  #meanwhile: SubscribedNotification[] | null = null;
  #failed = false;

  constructor(client: FinesseClient, userPath: string) {
    this.#client = client;
    this.#userPath = userPath;
    client.on('*', (event) => this.#onEvent(event));
  }

  get team(): Team | null {
    return this.#team;
  }

  get queues(): readonly Queue[] {
    return this.#queues;
  }

  /** Calls the listener when the team or the queues have changed. Returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws {ActionError} `not-in-service` @throws {RestError} */
  async watchTeam(teamId: string): Promise<void> {
    this.#teamId = teamId;
    // Subscribed first: nothing falls between the fetch and the first notification.
    await this.#client.subscribe(teamUsersNode(teamId));
    await this.#fetch(() => this.#fetchTeam(teamId));
  }

  /** @throws {ActionError} `not-in-service` @throws {RestError} */
  async watchQueues(): Promise<void> {
    this.#watchesQueues = true;
    await this.#fetch(() => this.#fetchQueues());
  }

  async #fetchTeam(teamId: string): Promise<void> {
    const path = `/finesse/api/Team/${encodeURIComponent(teamId)}`;
    const team = teamOf(await this.#client.rest().get(path, { timeoutMs }));
    // Another one may have been chosen meanwhile.
    if (this.#teamId === teamId) this.#team = team;
  }

  async #fetchQueues(): Promise<void> {
    const list = await this.#client.rest().get(`${this.#userPath}/Queues`, { timeoutMs });
    const queues = list.getChildren('Queue').map(queueOf);
    await Promise.all(queues.map(({ uri }) => this.#client.subscribe(queueNode(lastSegment(uri)))));
    this.#queues = queues;
  }

  async #fetch(load: () => Promise<void>): Promise<void> {
    const first = this.#meanwhile === null;
    this.#meanwhile ??= [];
    try {
      await load();
    } finally {
      if (first) {
        const meanwhile = this.#meanwhile ?? [];
        this.#meanwhile = null;
        for (const notification of meanwhile) this.#take(notification);
        this.#tell();
      }
    }
  }

  #onEvent(event: ClientEvent): void {
    if (event.type === 'availability') {
      const { status } = event.announcement;
      if (status !== 'in-service') this.#failed = true;
      else if (this.#failed) {
        this.#failed = false;
        this.#fetchAgain();
      }
    } else if (event.type === 'notification') {
      if (this.#meanwhile !== null) this.#meanwhile.push(event);
      else if (this.#take(event)) this.#tell();
    }
  }

  /** What changed while nothing was told. Subscriptions are restored by the recovery itself. */
  #fetchAgain(): void {
    const teamId = this.#teamId;
    const loads = [
      ...(teamId === null ? [] : [() => this.#fetchTeam(teamId)]),
      ...(this.#watchesQueues ? [() => this.#fetchQueues()] : []),
    ];
    if (loads.length === 0) return;
    // A fetch that fails is repeated after the next recovery: it fails because there is a new failure.
    void this.#fetch(async () => {
      await Promise.all(loads.map((load) => load()));
    }).catch(() => undefined);
  }

  #take({ node, update: { data } }: SubscribedNotification): boolean {
    if (data.kind === 'user' && this.#team !== null && node === teamUsersNode(this.#team.id)) {
      this.#team = { ...this.#team, users: withUser(this.#team.users, data.user) };
      return true;
    }
    if (data.kind === 'unknown' && node.startsWith('/finesse/api/Queue/')) {
      const told = queueOf(data.element);
      this.#queues = this.#queues.map((queue) => (queue.uri === told.uri ? { ...queue, ...told } : queue));
      return true;
    }
    return false;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A summary states what changed; the rest of what is known stays (dev guide 12.5 p.345). */
function withUser(users: readonly User[], told: User): readonly User[] {
  return users.map((user) =>
    user.loginId === told.loginId
      ? { ...user, ...told, extension: told.extension ?? user.extension, reasonCode: told.reasonCode }
      : user,
  );
}

function lastSegment(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}

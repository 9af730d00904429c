import { type Announcement, type Decision, viewNode } from '@finesse-ha/failover';
import type { Dialog, SystemInfo, User } from '@finesse-ha/protocol';
import { createPlatform } from '#platform';
import { ActionDesk } from './actions.js';
import { Agent, type SignInOptions, type StateOptions } from './agent.js';
import { ActionError, EndedError } from './errors.js';
import { EventHub } from './event-hub.js';
import type { ClientEvent, ClientEventOf } from './events.js';
import { type ClientOptions, type ResolvedOptions, resolveOptions } from './options.js';
import type { Platform } from './platform/types.js';
import type { FinesseRest } from './rest.js';
import { Runner } from './runner.js';
import { Subscriptions } from './subscriptions.js';

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * One agent's connection to a Finesse deployment, on whichever node is in service. Everything that happens is told in
 * one order, by `on()` and by `events()`: an application that applies the updates in order always equals the server.
 */
export class FinesseClient {
  readonly #platform: Platform;
  readonly #ownsPlatform: boolean;
  readonly #options: ResolvedOptions;
  readonly #hub: EventHub;
  readonly #subscriptions = new Subscriptions();
  readonly #runner: Runner;
  readonly #desk: ActionDesk;
  readonly #agent: Agent;
  readonly #waiters = new Set<Waiter>();
  #availability: Announcement;
  #unwatchNetwork: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  /** @throws {OptionError} naming the option that cannot be used. */
  constructor(options: ClientOptions) {
    this.#ownsPlatform = options.platform === undefined;
    const platform = options.platform ?? createPlatform();
    this.#platform = platform;
    this.#options = resolveOptions(options, platform);
    const { actionTimeoutMs, extension, onLoggedOut, lateLogoutWindowMs } = this.#options;
    this.#hub = new EventHub((error) => this.#onListenerError(error));
    this.#runner = new Runner(platform, this.#options, this.#subscriptions, {
      emit: (event) => this.#emit(event),
      onAnnouncement: (announcement) => this.#onAnnouncement(announcement),
      onTaken: (item) => this.#desk.onTaken(item),
      onMoved: (leftNode) => this.#agent.moved(leftNode),
      onInterrupted: (why) => this.#desk.onInterrupted(why),
      onResynced: () => this.#desk.onResynced(),
      onSettled: () => this.#agent.settle(),
    });
    this.#desk = new ActionDesk({
      platform,
      timeoutMs: actionTimeoutMs,
      rest: () => this.#runner.rest(),
      user: () => this.user,
      refresh: () => this.#runner.refresh(),
    });
    this.#agent = new Agent(this.#desk, {
      extension,
      onLoggedOut,
      lateLogoutWindowMs,
      emit: (event) => this.#emit(event),
      now: () => this.#runner.now(),
    });
    this.#availability = this.#initialAnnouncement();
  }

  /** The last announcement: status, node, failure and the three conditions of each node, with why. */
  get availability(): Announcement {
    return this.#availability;
  }

  /** The agent as last told; null before the first fetch. */
  get user(): User | null {
    return this.#runner.picture.user;
  }

  get dialogs(): readonly Dialog[] {
    return this.#runner.picture.dialogs;
  }

  /** SystemInfo of the node last in service, as last told. */
  get systemInfo(): SystemInfo | null {
    return this.#runner.picture.systemInfo;
  }

  /** The decision log, oldest first: why this client is on this node. */
  decisions(): readonly Decision[] {
    return this.#runner.state.log;
  }

  /**
   * Connects, and resolves when in service. Until then it keeps trying; aborting `signal` gives up and disconnects.
   * After an end, or after `close()`, it starts anew.
   * @throws {EndedError} when trying on would not help: wrong password, no licence, bad certificate, signed in elsewhere.
   */
  async connect({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.#closing !== null) {
      await this.#closing;
      signal?.throwIfAborted();
    }
    if (this.#availability.status === 'in-service') return;
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      };
      const onAbort = () => {
        waiter.reject(signal?.reason);
        if (this.#waiters.size === 0) this.#runner.feed({ type: 'disconnect' });
      };
      const settle = (finish: () => void) => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
        finish();
      };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#start();
    });
  }

  /**
   * Disconnects and leaves neither a timer nor a socket behind. Pending actions reject, iterations end. The agent stays
   * signed in as far as Finesse is concerned, until its own timer forces the logout.
   */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown().finally(() => {
      this.#closing = null;
    });
    return this.#closing;
  }

  /** Listens to events of one type, or to all with `*`. Returns the function that ends it. */
  on<T extends ClientEvent['type']>(type: T, listener: (event: ClientEventOf<T>) => void): () => void;
  on(type: '*', listener: (event: ClientEvent) => void): () => void;
  on(type: never, listener: (event: ClientEvent) => void): () => void {
    return this.#hub.on(type, listener);
  }

  /** All events from now on, in order, until `signal` aborts or the client is closed. */
  events({ signal }: { signal?: AbortSignal } = {}): AsyncIterableIterator<ClientEvent> {
    return this.#hub.iterate(signal);
  }

  /**
   * The REST API of the node in service as this agent, for what has no method here.
   * @throws {ActionError} `not-in-service`
   */
  rest(): FinesseRest {
    const rest = this.#runner.rest();
    if (rest !== null) return rest;
    throw new ActionError('not-in-service', this.#availability.why, {
      requestId: '',
      outcome: 'not-applied',
    });
  }

  /**
   * Pings the notification service of the node in service (XEP-0199) and resolves with the round trip in milliseconds.
   * An answer that refuses the ping is an answer too.
   * @throws {ActionError} `not-in-service`
   * @throws {IqError} with kind `timeout` or `lost`
   */
  async ping({ timeoutMs = 5_000 }: { timeoutMs?: number } = {}): Promise<number> {
    const link = this.#runner.link;
    if (link === null) {
      throw new ActionError('not-in-service', this.#availability.why, {
        requestId: '',
        outcome: 'not-applied',
      });
    }
    const startedAt = this.#platform.now();
    await link.xmpp.caughtUp(timeoutMs);
    return this.#platform.now() - startedAt;
  }

  /**
   * Subscribes to a pubsub node that Finesse does not send by itself, such as `teamUsersNode('34')`, here and on every
   * node that this client moves to. Without a connection it is recorded, and done when there is one.
   * @throws {IqError} with kind `error` when the service refuses.
   */
  subscribe(node: string): Promise<void> {
    return this.#subscriptions.subscribe(node, this.#runner.link ?? undefined);
  }

  /** Ends a subscription that `subscribe` made, here and on every node that this client moves to. */
  unsubscribe(node: string): Promise<void> {
    return this.#subscriptions.unsubscribe(node, this.#runner.link ?? undefined);
  }

  /**
   * Signs the agent in and resolves with the user as it is then. Signing in an agent who is signed in keeps the state.
   * Like every action it is sent once and never repeated by itself.
   * @throws {ActionError} refused, interrupted by a failure, timed out, aborted, or not in service.
   * @throws {OptionError} without an extension here or in the client's options.
   */
  signIn(options: SignInOptions = {}): Promise<User> {
    return this.#agent.signIn(options);
  }

  /** Asks for another state and resolves with the user as it is then. @throws {ActionError} */
  setState(state: 'READY' | 'NOT_READY', options: StateOptions = {}): Promise<User> {
    return this.#agent.setState(state, options);
  }

  /** Signs the agent out; the client stays connected. @throws {ActionError} */
  signOut(options: StateOptions = {}): Promise<User> {
    return this.#agent.signOut(options);
  }

  #start(): void {
    if (this.#runner.state.phase === 'running') return;
    this.#unwatchNetwork ??= this.#platform.watchNetwork((hint) => {
      // Timers may have stood still: the deadlines that passed meanwhile are looked at now.
      if (hint.type === 'wake') this.#runner.feed({ type: 'timer' });
      else this.#runner.feed({ type: 'network', online: hint.type === 'online' });
    });
    this.#runner.feed({ type: 'connect' });
  }

  async #shutDown(): Promise<void> {
    const { link } = this.#runner;
    if (link !== null) await this.#subscriptions.removeAll(link);
    this.#runner.feed({ type: 'disconnect' });
    await this.#runner.allClosed();
    await this.#releasePool();
    this.#hub.endIterations();
  }

  async #releasePool(): Promise<void> {
    if (this.#ownsPlatform) await this.#platform.close();
  }

  #onAnnouncement(announcement: Announcement): void {
    this.#availability = announcement;
    const { kind, status, node, why } = announcement;
    this.#options.logger?.[kind === 'node' ? 'debug' : 'info']({ kind, status, node }, why);
    this.#emit({ type: 'availability', announcement });
    if (kind === 'in-service' || kind === 'recovered') {
      for (const waiter of [...this.#waiters]) waiter.resolve();
    } else if (kind === 'ended' || kind === 'closed') this.#onEnd(announcement);
  }

  #onEnd({ ended, node, why }: Announcement): void {
    this.#unwatchNetwork?.();
    this.#unwatchNetwork = null;
    this.#desk.onClosed(why);
    void this.#releasePool();
    const error =
      ended === null
        ? new EndedError('closed', node, why)
        : new EndedError(ended.cause, ended.node, ended.detail, ended.certificate);
    for (const waiter of [...this.#waiters]) waiter.reject(error);
  }

  #emit(event: ClientEvent): void {
    if (event.type === 'update' && event.kind === 'user') this.#agent.onUser(event.previous, event.current);
    this.#hub.emit(event);
  }

  #onListenerError(error: unknown): void {
    const { logger } = this.#options;
    if (logger !== undefined) logger.error({ err: error }, 'a listener threw');
    // Without a logger it surfaces where an uncaught error does, but not in the middle of the client's own work.
    else
      queueMicrotask(() => {
        throw error;
      });
  }

  #initialAnnouncement(): Announcement {
    const { state } = this.#runner;
    return {
      at: state.lastAt,
      kind: 'closed',
      status: state.status,
      node: state.current,
      failure: null,
      ended: null,
      nodes: state.nodes.map((node) => viewNode(state, node)),
      why: 'not connected yet',
    };
  }
}

import { type Announcement, type Command, type Decision, type NodeId, viewNode } from '@finesse-ha/failover';
import type { Dialog, SystemInfo, User } from '@finesse-ha/protocol';
import { createPlatform } from '#platform';
import { ActionDesk } from './actions.js';
import { type ActionOptions, Agent, type SignInOptions, type StateOptions } from './agent.js';
import { Driver } from './driver.js';
import { EndedError } from './errors.js';
import { EventHub } from './event-hub.js';
import type { ClientEvent, ClientEventOf, NotificationItem } from './events.js';
import { type Link, Links } from './links.js';
import { NodeDirectory } from './node-directory.js';
import { type ClientOptions, type ResolvedOptions, resolveOptions } from './options.js';
import type { Platform } from './platform/types.js';
import { probeSystemInfo } from './probe.js';
import { recover } from './recovery.js';
import { FinesseRest } from './rest.js';
import { Service } from './service.js';
import { Subscriptions } from './subscriptions.js';
import { Synchronizer } from './synchronizer.js';

/** How long a fetch outside of a recovery may take. */
const refreshTimeoutMs = 10_000;

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * One agent's connection to a Finesse deployment, on whichever node is in service. Everything that happens is told in
 * one order, by `on()` and by `events()`: an application that applies the updates in order always equals the server.
 */
export class FinesseClient {
  readonly #options: ResolvedOptions & { resource: string };
  readonly #platform: Platform;
  readonly #ownsPlatform: boolean;
  readonly #hub: EventHub;
  readonly #directory: NodeDirectory;
  readonly #driver: Driver;
  readonly #links: Links;
  readonly #subscriptions = new Subscriptions();
  readonly #synchronizer: Synchronizer;
  readonly #desk: ActionDesk;
  readonly #agent: Agent;
  readonly #service: Service;
  readonly #rests = new Map<NodeId, FinesseRest>();
  readonly #probes = new Map<number, AbortController>();
  readonly #waiters = new Set<Waiter>();
  #availability: Announcement;
  #unwatchNetwork: (() => void) | null = null;
  #refreshing: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  /** @throws {OptionError} naming the option that cannot be used. */
  constructor(options: ClientOptions) {
    this.#ownsPlatform = options.platform === undefined;
    const platform = options.platform ?? createPlatform();
    this.#platform = platform;
    const resolved = resolveOptions(options, platform);
    const resource =
      resolved.resource ?? `finesse-ha-${Math.floor(platform.random() * 0xffff_ffff).toString(36)}`;
    this.#options = { ...resolved, resource };
    this.#hub = new EventHub((error) => this.#onListenerError(error));
    this.#directory = new NodeDirectory(this.#options);
    this.#driver = new Driver(platform, resolved.settings, resolved.nodes, (command) =>
      this.#execute(command),
    );
    this.#links = new Links(platform, this.#options, this.#directory, {
      onUp: (generation) => this.#driver.feed({ type: 'xmpp-up', generation }),
      onLost: (generation, loss) => this.#driver.feed({ type: 'xmpp-lost', generation, ...loss }),
      onPresence: (generation, available) => this.#driver.feed({ type: 'presence', generation, available }),
      onItem: (link, item) => this.#onItem(link, item),
      onReceived: (generation) => {
        this.#service.heard();
        this.#driver.feed({ type: 'received', generation });
      },
      onMalformed: (node, detail) =>
        resolved.logger?.warn({ node, detail }, 'ignored what could not be read'),
    });
    this.#synchronizer = new Synchronizer(resolved.user, {
      emit: (event) => this.#emit(event),
      onTaken: (item) => this.#desk.onTaken(item),
      onStale: () => this.#refresh().catch(() => undefined),
    });
    this.#desk = new ActionDesk({
      platform,
      timeoutMs: resolved.actionTimeoutMs,
      rest: () => (this.#service.link === null ? null : this.#rest(this.#service.link.node)),
      user: () => this.user,
      refresh: () => this.#refresh(),
    });
    this.#agent = new Agent(this.#desk, {
      ...resolved,
      emit: (event) => this.#emit(event),
      now: () => this.#driver.now(),
    });
    this.#service = new Service(() => this.#driver.now());
    this.#availability = this.#initialAnnouncement();
  }

  /** The last announcement: status, node, failure and the three conditions of each node, with why. */
  get availability(): Announcement {
    return this.#availability;
  }

  /** The agent as last told; null before the first fetch. */
  get user(): User | null {
    return this.#synchronizer.picture.user;
  }

  get dialogs(): readonly Dialog[] {
    return this.#synchronizer.picture.dialogs;
  }

  /** SystemInfo of the node in service, as last told. */
  get systemInfo(): SystemInfo | null {
    return this.#synchronizer.picture.systemInfo;
  }

  /** The decision log, oldest first: why this client is on this node. */
  decisions(): readonly Decision[] {
    return this.#driver.state.log;
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
        if (this.#waiters.size === 0) this.#driver.feed({ type: 'disconnect' });
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
   * Subscribes to a pubsub node that Finesse does not send by itself, such as `teamUsersNode('34')`, here and on every
   * node that this client moves to. Without a connection it is recorded, and done when there is one.
   * @throws {IqError} with kind `error` when the service refuses.
   */
  subscribe(node: string): Promise<void> {
    return this.#subscriptions.subscribe(node, this.#service.link ?? undefined);
  }

  unsubscribe(node: string): Promise<void> {
    return this.#subscriptions.unsubscribe(node, this.#service.link ?? undefined);
  }

  /**
   * Signs the agent in and resolves with the user as it is then. Signing in an agent who is signed in keeps the state.
   * @throws {ActionError} as do all actions; none is ever repeated by itself.
   */
  signIn(options: SignInOptions = {}): Promise<User> {
    return this.#agent.signIn(options);
  }

  /** @throws {ActionError} */
  setState(state: 'READY' | 'NOT_READY', options: StateOptions = {}): Promise<User> {
    return this.#agent.setState(state, options);
  }

  /** @throws {ActionError} */
  signOut(options: StateOptions & ActionOptions = {}): Promise<User> {
    return this.#agent.signOut(options);
  }

  #start(): void {
    if (this.#driver.state.phase === 'running') return;
    this.#unwatchNetwork ??= this.#platform.watchNetwork((hint) => {
      // What a wake may have cost the timers can tell; the deadlines that passed meanwhile are looked at now.
      if (hint.type === 'wake') this.#driver.feed({ type: 'timer' });
      else this.#driver.feed({ type: 'network', online: hint.type === 'online' });
    });
    this.#driver.feed({ type: 'connect' });
  }

  async #shutDown(): Promise<void> {
    if (this.#service.link !== null) await this.#subscriptions.removeAll(this.#service.link);
    this.#driver.feed({ type: 'disconnect' });
    this.#stop('the client was closed');
    await this.#links.allClosed();
    await this.#releasePool();
    this.#hub.endIterations();
  }

  async #releasePool(): Promise<void> {
    if (this.#ownsPlatform) await this.#platform.close();
  }

  #stop(detail: string): void {
    this.#unwatchNetwork?.();
    this.#unwatchNetwork = null;
    this.#desk.onClosed(detail);
  }

  #execute(command: Command): void {
    switch (command.type) {
      case 'probe':
        this.#probe(command);
        break;
      case 'cancel-probe':
        this.#probes.get(command.probe)?.abort();
        this.#probes.delete(command.probe);
        break;
      case 'open-xmpp':
        this.#links.open(command.node, command.generation, command.timeoutMs);
        break;
      case 'close-xmpp':
        this.#links.close(command.generation);
        break;
      case 'ping':
        this.#links.get(command.generation)?.xmpp.ping();
        break;
      case 'resync':
        void this.#resync(command);
        break;
      case 'announce':
        this.#announce(command.announcement);
        break;
      default:
        command satisfies never;
    }
  }

  #probe({ node, probe, timeoutMs }: Extract<Command, { type: 'probe' }>): void {
    const controller = new AbortController();
    this.#probes.set(probe, controller);
    const { signal } = controller;
    void probeSystemInfo(this.#platform, node, { timeoutMs, ca: this.#options.ca, signal }).then((result) => {
      if (signal.aborted) return;
      this.#probes.delete(probe);
      this.#driver.feed({ type: 'system-info', node, probe, answer: this.#directory.learn(node, result) });
      if (result.systemInfo === null || this.#service.link?.node !== node) return;
      this.#service.vouched();
      this.#synchronizer.takeSystemInfo(result.systemInfo);
    });
  }

  #onItem(link: Link, item: NotificationItem): void {
    const { data } = item.update;
    if (data.kind === 'systemInfo' && data.systemInfo.status !== undefined) {
      const status = data.systemInfo.status === 'IN_SERVICE' ? 'in-service' : 'out-of-service';
      this.#driver.feed({ type: 'notification', generation: link.generation, status });
    }
    this.#synchronizer.take(item);
    if (this.#service.link !== null) this.#agent.settle();
  }

  #announce(announcement: Announcement): void {
    const was = this.#availability.status;
    this.#availability = announcement;
    const { status, kind, failure } = announcement;
    if (was === 'in-service' && status !== 'in-service') {
      this.#synchronizer.hold();
      this.#service.leave(failure);
      this.#desk.onInterrupted(announcement.why);
    }
    const link = this.#links.get(this.#driver.state.link?.generation ?? 0);
    if (status === 'in-service' && was !== 'in-service' && link !== undefined) this.#service.enter(link);
    this.#emit({ type: 'availability', announcement });
    if (kind === 'in-service' || kind === 'recovered') {
      this.#synchronizer.release();
      for (const waiter of [...this.#waiters]) waiter.resolve();
      this.#agent.settle();
    } else if (kind === 'ended' || kind === 'closed') this.#onEnd(announcement);
  }

  #onEnd({ ended, node, why }: Announcement): void {
    this.#service.end();
    this.#stop(why);
    void this.#releasePool();
    const error = new EndedError(ended?.cause ?? 'closed', ended?.node ?? node, ended?.detail ?? why);
    for (const waiter of [...this.#waiters]) waiter.reject(error);
  }

  async #resync(command: Extract<Command, { type: 'resync' }>): Promise<void> {
    const { generation, node, resync } = command;
    const link = this.#links.get(generation);
    if (link === undefined) return;
    const result = await recover(command, {
      link,
      rest: this.#rest(node),
      synchronizer: this.#synchronizer,
      subscriptions: this.#subscriptions,
      fetchPicture: this.#options.resync === 'full',
      systemInfo: () => this.#directory.systemInfo(node),
    });
    // The conditions may have failed meanwhile: then this fetch is older than the recovery to come, and is not told.
    const core = this.#driver.state.link;
    if (core?.generation !== generation || core.resync !== 'running' || core.resyncId !== resync) return;
    switch (result.kind) {
      case 'denied':
        this.#driver.feed({ type: 'denied', cause: 'unauthorized', detail: result.detail });
        break;
      case 'failed': {
        const { detail, retryAfterMs } = result;
        this.#driver.feed({ type: 'resync-failed', generation, resync, detail, retryAfterMs });
        break;
      }
      case 'fetched':
        this.#tellRecovery(link, result);
        this.#driver.feed({ type: 'resynced', generation, resync });
        break;
      default:
        result satisfies never;
    }
  }

  #tellRecovery(
    link: Link,
    { fetched, refused }: Extract<Awaited<ReturnType<typeof recover>>, { kind: 'fetched' }>,
  ): void {
    const { lastNode } = this.#service;
    if (lastNode !== null && lastNode !== link.node) this.#agent.moved(lastNode);
    const gap = this.#service.unknownInterval(link.node);
    if (gap !== null && this.#options.resync === 'full') this.#emit(gap);
    for (const { node, condition } of refused) this.#emit({ type: 'subscription-refused', node, condition });
    if (fetched !== null) this.#synchronizer.commit(fetched);
    this.#desk.onResynced();
  }

  /** Fetches user and dialogs while in service, and tells what differs. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#fetchAgain().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #fetchAgain(): Promise<void> {
    const { link, stay } = this.#service;
    if (link === null) return;
    try {
      const fetched = await this.#synchronizer.fetch(this.#rest(link.node), {
        timeoutMs: refreshTimeoutMs,
        signal: link.signal,
        systemInfo: () => this.#directory.systemInfo(link.node),
      });
      if (this.#service.stay === stay) this.#synchronizer.commit(fetched);
    } finally {
      // Out of service in between: what is held stays held for the recovery.
      if (this.#service.stay === stay) this.#synchronizer.release();
    }
  }

  #rest(node: NodeId): FinesseRest {
    let rest = this.#rests.get(node);
    if (rest === undefined) {
      rest = new FinesseRest(this.#platform, node, this.#options);
      this.#rests.set(node, rest);
    }
    return rest;
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
    const { state } = this.#driver;
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

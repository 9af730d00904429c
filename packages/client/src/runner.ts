import type { Announcement, Command, FailoverState, NodeId } from '@finesse-ha/failover';
import { Driver, type Observation } from './driver.js';
import type { ClientEvent, NotificationItem } from './events.js';
import { type Link, Links } from './links.js';
import { NodeDirectory } from './node-directory.js';
import type { ResolvedOptions } from './options.js';
import type { Picture } from './picture.js';
import type { Platform } from './platform/types.js';
import { probeSystemInfo } from './probe.js';
import { type Recovery, recover } from './recovery.js';
import { FinesseRest } from './rest.js';
import { Service } from './service.js';
import type { Subscriptions } from './subscriptions.js';
import { type Fetched, Synchronizer } from './synchronizer.js';

/** How long a fetch outside of a recovery may take. */
const refreshTimeoutMs = 10_000;

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** What the runner tells the client, in the order in which it happens. */
export interface RunnerHandlers {
  emit(event: ClientEvent): void;
  onAnnouncement(announcement: Announcement): void;
  /** A notification was taken in, at its place among the events. */
  onTaken(item: NotificationItem): void;
  /** About to be in service on another node than before. */
  onMoved(leftNode: NodeId): void;
  /** A failure ended the time in service. */
  onInterrupted(why: string): void;
  /** The differences after a failure have been told. */
  onResynced(): void;
  /** Nothing more follows from what happened last, and the client is in service. */
  onSettled(): void;
}

/** Carries out the core's commands against one deployment and feeds it what comes of them. */
export class Runner {
  readonly #platform: Platform;
  readonly #options: ResolvedOptions;
  readonly #subscriptions: Subscriptions;
  readonly #handlers: RunnerHandlers;
  readonly #driver: Driver;
  readonly #directory: NodeDirectory;
  readonly #links: Links;
  readonly #synchronizer: Synchronizer;
  readonly #service: Service;
  readonly #rests = new Map<NodeId, FinesseRest>();
  readonly #probes = new Map<number, AbortController>();
  #refreshing: Promise<void> | null = null;
  /** The last fetch was of a node that is behind: another one is to be made. */
  #owesFetch = false;

  constructor(
    platform: Platform,
    options: ResolvedOptions,
    subscriptions: Subscriptions,
    handlers: RunnerHandlers,
  ) {
    this.#platform = platform;
    this.#options = options;
    this.#subscriptions = subscriptions;
    this.#handlers = handlers;
    this.#directory = new NodeDirectory(options);
    this.#driver = new Driver(platform, options.settings, options.nodes, (command) => this.#execute(command));
    this.#service = new Service(() => this.#driver.now());
    this.#links = new Links(platform, options, this.#directory, {
      onUp: (generation) => this.feed({ type: 'xmpp-up', generation }),
      onLost: (generation, loss) => this.feed({ type: 'xmpp-lost', generation, ...loss }),
      onPresence: (generation, available) => this.feed({ type: 'presence', generation, available }),
      onItem: (link, item) => this.#onItem(link, item),
      onReceived: (generation) => {
        this.#service.heard();
        this.feed({ type: 'received', generation });
      },
      onMalformed: (node, detail) => options.logger?.warn({ node, detail }, 'ignored what could not be read'),
    });
    this.#synchronizer = new Synchronizer(options.user, {
      emit: (event) => handlers.emit(event),
      onTaken: (item) => handlers.onTaken(item),
      // A failed look is made up for by the next recovery or notification.
      onStale: () => this.refresh().catch(() => undefined),
    });
  }

  get state(): FailoverState {
    return this.#driver.state;
  }

  get picture(): Picture {
    return this.#synchronizer.picture;
  }

  /** The connection in service; null while out of service. */
  get link(): Link | null {
    return this.#service.link;
  }

  now(): number {
    return this.#driver.now();
  }

  feed(observation: Observation): void {
    this.#driver.feed(observation);
  }

  /** REST of the node in service; null while out of service. */
  rest(): FinesseRest | null {
    return this.#service.link === null ? null : this.#restOf(this.#service.link.node);
  }

  /** Resolves when no XMPP socket or timer is left. */
  allClosed(): Promise<void> {
    return this.#links.allClosed();
  }

  /**
   * Fetches user and dialogs while in service, and tells what differs.
   * @throws {RestError}
   */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#fetchAgain().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #fetchAgain(): Promise<void> {
    const { link, stay } = this.#service;
    if (link === null) return;
    try {
      const fetched = await this.#synchronizer.fetch(this.#restOf(link.node), {
        timeoutMs: refreshTimeoutMs,
        signal: link.signal,
        systemInfo: () => this.#directory.systemInfo(link.node),
        caughtUp: () => link.xmpp.caughtUp(refreshTimeoutMs),
      });
      if (this.#service.stay === stay) this.#commit(link, fetched);
    } finally {
      // Out of service in between: what is held stays held for the recovery.
      if (this.#service.stay === stay) {
        this.#synchronizer.release();
        this.#handlers.onSettled();
      }
    }
  }

  #execute(command: Command): void {
    switch (command.type) {
      case 'probe':
        void this.#probe(command);
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

  async #probe({ node, probe, timeoutMs }: CommandOf<'probe'>): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#probes.set(probe, controller);
    const result = await probeSystemInfo(this.#platform, node, { timeoutMs, ca: this.#options.ca, signal });
    if (signal.aborted) return;
    this.#probes.delete(probe);
    this.feed({ type: 'system-info', node, probe, answer: this.#directory.learn(node, result) });
    if (result.systemInfo === null) return;
    this.#service.vouched(node, result.systemInfo);
    if (this.#service.link?.node !== node) return;
    this.#synchronizer.takeSystemInfo(result.systemInfo);
    // A failed one is made up for by the next poll.
    if (this.#owesFetch && !this.#service.mayBeBehind(node)) this.refresh().catch(() => undefined);
  }

  #onItem(link: Link, item: NotificationItem): void {
    const { data } = item.update;
    if (data.kind === 'systemInfo' && data.systemInfo.status !== '') {
      this.#directory.hear(link.node, data.systemInfo);
      const status = data.systemInfo.status === 'IN_SERVICE' ? 'in-service' : 'out-of-service';
      this.feed({ type: 'notification', generation: link.generation, status });
    }
    this.#synchronizer.take(item);
    if (this.#service.link !== null) this.#handlers.onSettled();
  }

  #announce(announcement: Announcement): void {
    const { status, kind, failure, why } = announcement;
    const wasInService = this.#service.link !== null;
    if (wasInService && status !== 'in-service') {
      this.#synchronizer.hold();
      this.#service.leave(failure);
      this.#handlers.onInterrupted(why);
    }
    if (!wasInService && status === 'in-service') {
      const link = this.#links.get(this.state.link?.generation ?? 0);
      if (link !== undefined) this.#service.enter(link);
    }
    if (kind === 'ended' || kind === 'closed') this.#service.end();
    this.#handlers.onAnnouncement(announcement);
    if (kind === 'in-service' || kind === 'recovered') {
      this.#synchronizer.release();
      this.#handlers.onSettled();
    }
  }

  async #resync(command: CommandOf<'resync'>): Promise<void> {
    const { generation, node, resync } = command;
    const link = this.#links.get(generation);
    if (link === undefined) return;
    const recovery = await recover(command, {
      link,
      rest: this.#restOf(node),
      synchronizer: this.#synchronizer,
      subscriptions: this.#subscriptions,
      fetchPicture: this.#options.resync === 'full',
      systemInfo: () => this.#directory.systemInfo(node),
    });
    // The conditions may have failed meanwhile: then this fetch is older than the recovery to come, and is not told.
    const core = this.state.link;
    if (core?.generation !== generation || core.resync !== 'running' || core.resyncId !== resync) return;
    switch (recovery.kind) {
      case 'denied':
        this.feed({ type: 'denied', cause: 'unauthorized', detail: recovery.detail });
        break;
      case 'failed': {
        const { detail, retryAfterMs } = recovery;
        this.feed({ type: 'resync-failed', generation, resync, detail, retryAfterMs });
        break;
      }
      case 'fetched':
        this.#tell(link, recovery);
        this.feed({ type: 'resynced', generation, resync });
        break;
      default:
        recovery satisfies never;
    }
  }

  #tell(link: Link, { fetched, refused }: Extract<Recovery, { kind: 'fetched' }>): void {
    const { lastNode } = this.#service;
    if (lastNode !== null && lastNode !== link.node) this.#handlers.onMoved(lastNode);
    for (const { node, condition } of refused) {
      this.#handlers.emit({ type: 'subscription-refused', node, condition });
    }
    if (fetched !== null) {
      const gap = this.#service.takeUnknownInterval(link.node);
      if (gap !== null) this.#handlers.emit(gap);
      this.#commit(link, fetched);
    }
    this.#handlers.onResynced();
  }

  #commit({ node }: Link, fetched: Fetched): void {
    this.#owesFetch = !this.#synchronizer.commit(fetched, this.#service.mayBeBehind(node));
  }

  #restOf(node: NodeId): FinesseRest {
    let rest = this.#rests.get(node);
    if (rest === undefined) {
      rest = new FinesseRest(this.#platform, node, this.#options);
      this.#rests.set(node, rest);
    }
    return rest;
  }
}

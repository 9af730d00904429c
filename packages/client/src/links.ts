import type { NodeId } from '@finesse-ha/failover';
import type { NotificationItem } from './events.js';
import type { NodeDirectory } from './node-directory.js';
import type { ResolvedOptions } from './options.js';
import type { Platform } from './platform/types.js';
import { XmppConnection, type XmppEndpoint } from './xmpp-connection.js';
import type { XmppLoss } from './xmpp-loss.js';

/** How long a server may keep a session whose connection died without a word (dev guide: 120 s), and then some. */
const ghostMs = 180_000;
/**
 * How late an attempt that was given up may still get its session: its packets may have been on the way for as long. The
 * server then ends the session that took its place.
 */
const lateLoginMs = 60_000;

/** An XMPP connection by its generation. `signal` aborts when it is lost or closed: work that depends on it ends. */
export interface Link {
  readonly generation: number;
  readonly node: NodeId;
  readonly xmpp: XmppConnection;
  readonly signal: AbortSignal;
}

export interface LinksHandlers {
  onUp(generation: number): void;
  onLost(generation: number, loss: XmppLoss): void;
  onPresence(generation: number, available: boolean): void;
  onItem(link: Link, item: NotificationItem): void;
  onReceived(generation: number): void;
  onMalformed(node: NodeId, detail: string): void;
}

/** Opens and closes XMPP connections as the core says. Each attempt gets a connection of its own. */
export class Links {
  readonly #platform: Platform;
  readonly #options: ResolvedOptions;
  readonly #directory: NodeDirectory;
  readonly #handlers: LinksHandlers;
  #open = new Map<number, { link: Link; controller: AbortController; wasUp: boolean }>();
  #closing = new Set<Promise<void>>();
  /** When the last attempt on each node ended. One that was given up may come to its session all the same, and late. */
  #endedAt = new Map<NodeId, number>();
  /** When the last attempt on each node was given up before it was up. */
  #givenUpAt = new Map<NodeId, number>();

  constructor(
    platform: Platform,
    options: ResolvedOptions,
    directory: NodeDirectory,
    handlers: LinksHandlers,
  ) {
    this.#platform = platform;
    this.#options = options;
    this.#directory = directory;
    this.#handlers = handlers;
  }

  open(node: NodeId, generation: number, timeoutMs: number): void {
    const endpoint = this.#directory.endpoint(node);
    if (endpoint === null) {
      const detail = 'SystemInfo has not told its XMPP domain';
      this.#handlers.onLost(generation, { cause: 'protocol', detail });
      return;
    }
    try {
      this.#connect(node, generation, endpoint, timeoutMs);
    } catch (error) {
      // An address that SystemInfo named and no socket takes, such as a port above 65535.
      const detail = error instanceof Error ? error.message : String(error);
      this.#handlers.onLost(generation, { cause: 'protocol', detail });
    }
  }

  #connect(node: NodeId, generation: number, endpoint: XmppEndpoint, timeoutMs: number): void {
    const controller = new AbortController();
    const xmpp = new XmppConnection(
      {
        platform: this.#platform,
        endpoint,
        username: this.#options.user,
        password: this.#options.password,
        resource: this.#options.resource,
        openTimeoutMs: timeoutMs,
        ownSessionMayLinger:
          this.#platform.now() - (this.#endedAt.get(node) ?? Number.NEGATIVE_INFINITY) < ghostMs,
        ownLoginMayBeLateUntil: (this.#givenUpAt.get(node) ?? Number.NEGATIVE_INFINITY) + lateLoginMs,
      },
      {
        onUp: () => {
          entry.wasUp = true;
          this.#directory.reached(node);
          this.#handlers.onUp(generation);
        },
        onLost: (loss) => {
          if (!entry.wasUp) this.#directory.notReached(node, loss.cause);
          this.#forget(generation);
          this.#handlers.onLost(generation, loss);
        },
        onPresence: (available) => this.#handlers.onPresence(generation, available),
        onItem: (item) => this.#handlers.onItem(link, item),
        onReceived: () => this.#handlers.onReceived(generation),
        onMalformed: (detail) => this.#handlers.onMalformed(node, detail),
      },
    );
    const link: Link = { generation, node, xmpp, signal: controller.signal };
    const entry = { link, controller, wasUp: false };
    this.#open.set(generation, entry);
    const closed: Promise<void> = xmpp.closed.then(() => {
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
  }

  get(generation: number): Link | undefined {
    return this.#open.get(generation)?.link;
  }

  close(generation: number): void {
    this.#forget(generation)?.xmpp.close();
  }

  /** Resolves when no socket or timer of any connection is left; at most about a second after the last one was closed. */
  async allClosed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  #forget(generation: number): Link | undefined {
    const entry = this.#open.get(generation);
    if (entry === undefined) return undefined;
    this.#open.delete(generation);
    const now = this.#platform.now();
    this.#endedAt.set(entry.link.node, now);
    if (!entry.wasUp) this.#givenUpAt.set(entry.link.node, now);
    entry.controller.abort();
    return entry.link;
  }
}

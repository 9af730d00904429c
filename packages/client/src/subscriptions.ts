import type { Link } from './links.js';
import { IqError } from './pending-iqs.js';
import { type RefusedSubscription, restoreSubscriptions, subscribeNode, unsubscribeNode } from './pubsub.js';

/** How long one subscription may take to be answered. */
const iqTimeoutMs = 5_000;
/** How long the farewell to the subscriptions may take when the client is closed. */
const farewellMs = 1_000;

/** The pubsub nodes that the application subscribed to itself, wherever it is connected. */
export class Subscriptions {
  #wanted = new Set<string>();
  /** What the server has may differ from what is wanted: the next recovery must look. */
  #inDoubt = false;

  /**
   * Subscribes on the present connection, and on every later one. Without a connection the next recovery does it.
   * @throws {IqError} with kind `error` when the service refuses; the node is then no longer wanted.
   */
  async subscribe(node: string, link: Link | undefined): Promise<void> {
    if (this.#wanted.has(node)) return;
    this.#wanted.add(node);
    await this.#change(
      link,
      async ({ xmpp }) => subscribeNode(xmpp, node, iqTimeoutMs),
      () => {
        this.#wanted.delete(node);
      },
    );
  }

  /** Unsubscribes on the present connection; without one the next recovery does it. */
  async unsubscribe(node: string, link: Link | undefined): Promise<void> {
    if (!this.#wanted.delete(node)) return;
    await this.#change(
      link,
      async ({ xmpp }) => unsubscribeNode(xmpp, node, iqTimeoutMs),
      () => undefined,
    );
  }

  /**
   * Makes the server's list that of the application, on a new connection or when in doubt.
   * @throws {IqError} or {SubscriptionError}
   */
  async restore(
    { xmpp }: Link,
    connection: 'new' | 'same',
    timeoutMs: number,
  ): Promise<readonly RefusedSubscription[]> {
    const trusted = connection === 'same' && !this.#inDoubt;
    // A client that never subscribed has a resource to which nothing can be subscribed.
    if (trusted || (this.#wanted.size === 0 && !this.#inDoubt)) return [];
    const refused = await restoreSubscriptions(xmpp, new Set(this.#wanted), timeoutMs);
    this.#inDoubt = false;
    return refused;
  }

  /** Takes leave before the connection is closed for good: what is left behind would persist (dev guide 12.5 p.346). */
  async removeAll({ xmpp }: Link): Promise<void> {
    await Promise.allSettled([...this.#wanted].map((node) => unsubscribeNode(xmpp, node, farewellMs)));
    this.#inDoubt = this.#wanted.size > 0;
  }

  async #change(
    link: Link | undefined,
    change: (link: Link) => Promise<void>,
    onRefused: () => void,
  ): Promise<void> {
    this.#inDoubt = true;
    if (link === undefined) return;
    try {
      await change(link);
      this.#inDoubt = false;
    } catch (error) {
      if (!(error instanceof IqError)) throw error;
      // Lost or unanswered: whatever the server made of it, the next recovery puts it right.
      if (error.kind !== 'error') return;
      this.#inDoubt = false;
      onRefused();
      throw error;
    }
  }
}

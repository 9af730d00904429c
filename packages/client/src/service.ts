import type { Failure, NodeId } from '@finesse-ha/failover';
import type { UnknownInterval } from './events.js';
import type { Link } from './links.js';

/** One stay in service, by its number: work begun in one is not finished in another. */
export class Service {
  readonly #now: () => number;
  #link: Link | null = null;
  #stay = 0;
  #lastNode: NodeId | null = null;
  #heardAt = 0;
  #vouchedAt = 0;
  #gap: { fromAt: number; why: string } | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The connection in service; null while out of service. */
  get link(): Link | null {
    return this.#link;
  }

  get stay(): number {
    return this.#stay;
  }

  /** The node last in service, even while out of service. */
  get lastNode(): NodeId | null {
    return this.#lastNode;
  }

  /** @param heartbeatAgeMs see `vouched` */
  enter(link: Link, heartbeatAgeMs: number): void {
    this.#link = link;
    this.#stay += 1;
    this.#lastNode = link.node;
    this.#gap = null;
    this.heard();
    this.vouched(heartbeatAgeMs);
  }

  /** Bytes came over the connection. */
  heard(): void {
    this.#heardAt = this.#now();
  }

  /**
   * SystemInfo was told.
   * @param heartbeatAgeMs how old the node's last CTI heartbeat was then: a frozen CTI connection is found by missed
   *   heartbeats only, and until then the node says IN_SERVICE while it hears nothing
   */
  vouched(heartbeatAgeMs: number): void {
    this.#vouchedAt = this.#now() - heartbeatAgeMs;
  }

  leave(failure: Failure | null): void {
    this.#link = null;
    this.#stay += 1;
    this.#gap ??= { fromAt: this.#lastKnownAt(failure), why: failure?.detail ?? 'asleep' };
  }

  /** The client ended or was closed: nothing is missed by one that is not meant to be in service. */
  end(): void {
    this.#link = null;
    this.#stay += 1;
    this.#lastNode = null;
    this.#gap = null;
  }

  /** The time of which the application knows too little, up to now; null if it was never in service before. Told once. */
  takeUnknownInterval(node: NodeId): UnknownInterval | null {
    const gap = this.#gap;
    if (gap === null) return null;
    const toAt = this.#now();
    this.#gap = { ...gap, fromAt: toAt };
    return { type: 'unknown-interval', ...gap, toAt, node };
  }

  /** A lost connection told everything up to its last byte; a failed web app or CTI link may have fallen silent before it was noticed. */
  #lastKnownAt(failure: Failure | null): number {
    const lostLink =
      failure === null ||
      failure.mechanism === 'xmpp-disconnected' ||
      failure.mechanism === 'ping-unanswered';
    return lostLink ? this.#heardAt : Math.min(this.#vouchedAt, failure.sinceAt);
  }
}

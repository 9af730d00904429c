import type { Failure, NodeId } from '@finesse-ha/failover';
import type { SystemInfo } from '@finesse-ha/protocol';
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
  /** When each node last heard from CTI, as far as it has told. */
  readonly #heartbeats = new Map<NodeId, number>();
  /** When service was last left: everything that the application was told from before it had happened by then. */
  #leftAt = Number.NEGATIVE_INFINITY;
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

  enter(link: Link): void {
    this.#link = link;
    this.#stay += 1;
    this.#lastNode = link.node;
    this.#gap = null;
    this.heard();
    this.#vouchedAt = this.#heartbeats.get(link.node) ?? this.#now();
  }

  /** Bytes came over the connection. */
  heard(): void {
    this.#heardAt = this.#now();
  }

  /**
   * A node answered with its SystemInfo; a notification of it, which may come late, vouches for nothing. How old its last CTI
   * heartbeat was then counts: a frozen CTI connection is found by missed heartbeats only, and until then the node says
   * IN_SERVICE while it hears nothing.
   */
  vouched(node: NodeId, systemInfo: SystemInfo): void {
    const heartbeatAt = this.#now() - heartbeatAgeMs(systemInfo);
    this.#heartbeats.set(node, heartbeatAt);
    if (this.#link?.node === node) this.#vouchedAt = heartbeatAt;
  }

  /**
   * Whether a node may know less than the application was told on another one: it has not heard from CTI since that one was
   * left. What it tells is believed where it is not older than what is known.
   */
  mayBeBehind(node: NodeId): boolean {
    return (this.#heartbeats.get(node) ?? Number.POSITIVE_INFINITY) < this.#leftAt;
  }

  leave(failure: Failure | null): void {
    this.#link = null;
    this.#stay += 1;
    this.#leftAt = this.#now();
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

  /**
   * Two things must both have worked for an update to come: the node heard CTI, for which its SystemInfo vouches (one that is cut
   * off, or whose web app is frozen, lets pings be answered), and its notification service passed on what it heard, for which
   * bytes on the connection vouch (with that one frozen, SystemInfo is answered).
   */
  #lastKnownAt(failure: Failure | null): number {
    return Math.min(this.#vouchedAt, this.#heardAt, failure?.sinceAt ?? this.#now());
  }
}

/** How long before a node told its SystemInfo its CTI connection last gave a sign of life; 0 where the release does not tell. */
function heartbeatAgeMs(info: SystemInfo): number {
  const { lastSuccessCTIHeartbeatTime: heartbeatAt = 0, currentTimestamp } = info;
  const age = Date.parse(currentTimestamp) - heartbeatAt;
  return heartbeatAt > 0 && age > 0 ? age : 0;
}

import type { Failure, NodeId } from '@finesse-ha/failover';
import type { SystemInfo } from '@finesse-ha/protocol';
import type { UnknownInterval } from './events.js';
import type { Link } from './links.js';

/** Of what the application knows too little. `heardUntilAt`: what came over the connection until then was taken in. */
interface Gap {
  readonly fromAt: number;
  readonly heardUntilAt: number;
  readonly why: string;
}

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
  #gap: Gap | null = null;

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
    const heartbeatAt = this.#now() - (heartbeatAgeMs(systemInfo) ?? 0);
    this.#heartbeats.set(node, heartbeatAt);
    if (this.#link?.node === node) this.#vouchedAt = heartbeatAt;
    else if (this.#gap !== null && this.#lastNode === node) this.#narrow(this.#gap, systemInfo, heartbeatAt);
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
    this.#gap ??= this.#gapSince(failure);
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
    if (this.#gap === null) return null;
    const { fromAt, why } = this.#gap;
    const toAt = this.#now();
    this.#gap = { fromAt: toAt, heardUntilAt: toAt, why };
    return { type: 'unknown-interval', fromAt, why, toAt, node };
  }

  /**
   * A lost connection told everything up to its last byte, as far as its node knew; a failed web app or CTI link may have
   * fallen silent before it was noticed. A node that was cut off from CTI itself still answers pings: only its SystemInfo vouches.
   */
  #gapSince(failure: Failure | null): Gap {
    const lostLink =
      failure === null ||
      failure.mechanism === 'xmpp-disconnected' ||
      failure.mechanism === 'ping-unanswered';
    const heardUntilAt = lostLink ? this.#heardAt : Math.min(this.#vouchedAt, failure.sinceAt);
    return {
      fromAt: Math.min(this.#vouchedAt, heardUntilAt),
      heardUntilAt,
      why: failure?.detail ?? 'asleep',
    };
  }

  /**
   * The node that was left has had one and the same CTI connection since before the gap, and a heartbeat on it since: it has
   * heard everything up to that heartbeat, and what was heard of it up to the last byte was all.
   */
  #narrow(gap: Gap, systemInfo: SystemInfo, heartbeatAt: number): void {
    if (heartbeatAgeMs(systemInfo) === null || systemInfo.status !== 'IN_SERVICE') return;
    const connectedMs = 1_000 * (systemInfo.ctiServers.find(({ active }) => active)?.connectedDuration ?? 0);
    if (this.#now() - connectedMs > gap.fromAt) return;
    const fromAt = Math.max(gap.fromAt, Math.min(gap.heardUntilAt, heartbeatAt));
    this.#gap = { ...gap, fromAt };
  }
}

/** How long before a node told its SystemInfo its CTI connection last gave a sign of life; null where the release does not tell. */
function heartbeatAgeMs(info: SystemInfo): number | null {
  const { lastSuccessCTIHeartbeatTime: heartbeatAt = 0, currentTimestamp } = info;
  const age = Date.parse(currentTimestamp) - heartbeatAt;
  return heartbeatAt > 0 && age >= 0 ? age : null;
}

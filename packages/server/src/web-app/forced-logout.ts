/**
 * Forced logout (developer.cisco.com, desktop-presence-and-forced-logout): an agent whose presence stays gone for a minute
 * is logged out through CTI, so that callers do not wait at a dead desktop. A presence that returns in time cancels it,
 * and so does an agent that has moved to the other node.
 *
 * A node judges only agents whose presence it has seen, and only while it sees: with the link to the notification service
 * down every presence is unknown, so all clocks stop and start afresh when the link is back.
 */

/** What the peer knows of an agent. */
export interface PeerSighting {
  /** The agent is present at the peer. */
  readonly present: boolean;
  /** For how long its presence has been gone there, while the peer is still to judge it; null otherwise. */
  readonly goneForMs: number | null;
}

/** What forced logout needs of the rest of the web app. */
export interface ForcedLogoutPorts {
  /** From the loss of presence to the logout. */
  readonly graceMs: number;
  /** By the notification service: any session of the agent is available. */
  isPresent(agentId: string): boolean;
  /** By CTI: the agent is in any state but logged out. */
  isSignedIn(agentId: string): boolean;
  /** The node is in service: it knows the agents' states and can change them. */
  canAct(): boolean;
  /**
   * Asks the other node, and settles within a short time. `unclear`: the peer may serve the agent, but did not tell; it is
   * asked again before the agent is judged without it.
   */
  askPeer(agentId: string): Promise<PeerSighting | 'unclear'>;
  /** How long to wait before an unclear answer is asked for again. */
  readonly askAgainMs: number;
  /** Logs the agent out (or makes it Not Ready, as the deployment has it). */
  force(agentId: string): void;
  /** Tells what was decided, for the log. */
  decided(
    agentId: string,
    decision: 'waiting' | 'forced' | 'returned' | 'at-peer' | 'not-signed-in' | 'deferred',
  ): void;
  /** A clock that never jumps, in ms. */
  now(): number;
}

/** An agent whose presence is gone. The object's identity tells whether a decision still is about the same absence. */
interface Absence {
  readonly goneAt: number;
  timer: NodeJS.Timeout | undefined;
  /** The grace is over, but the node could not act. */
  due: boolean;
  unclear: number;
}

/** Unclear answers of a peer after which an agent is judged without it. */
const UNCLEAR_LIMIT = 3;

/** Watches the presence of agents and forces logouts. */
export class ForcedLogout {
  readonly #ports: ForcedLogoutPorts;
  readonly #seen = new Set<string>();
  readonly #absences = new Map<string, Absence>();

  constructor(ports: ForcedLogoutPorts) {
    this.#ports = ports;
  }

  /** An agent's presence changed; call it after `isPresent` tells the new fact. */
  presenceChanged(agentId: string): void {
    if (this.#ports.isPresent(agentId)) {
      this.#seen.add(agentId);
      if (this.#drop(agentId)) this.#ports.decided(agentId, 'returned');
    } else if (this.#seen.has(agentId) && !this.#absences.has(agentId)) {
      this.#arm(agentId);
    }
  }

  /** The link to the notification service is down: nothing is known of any presence. */
  linkDown(): void {
    for (const agentId of [...this.#absences.keys()]) this.#drop(agentId);
  }

  /** The link is back. Whoever was seen before has the whole grace to show up again. */
  linkUp(): void {
    for (const agentId of this.#seen) {
      if (!this.#ports.isPresent(agentId) && !this.#absences.has(agentId)) this.#arm(agentId);
    }
  }

  /** The node may be able to act again: takes up what had to wait. */
  resume(): void {
    for (const [agentId, absence] of this.#absences) if (absence.due) void this.#judge(agentId, absence);
  }

  /** What to answer a peer that asks about an agent. */
  sighting(agentId: string): PeerSighting {
    const absence = this.#absences.get(agentId);
    const goneForMs = absence === undefined ? null : this.#ports.now() - absence.goneAt;
    return { present: this.#ports.isPresent(agentId), goneForMs };
  }

  /** Stops all clocks. */
  close(): void {
    this.linkDown();
    this.#seen.clear();
  }

  #arm(agentId: string): void {
    const absence: Absence = { goneAt: this.#ports.now(), timer: undefined, due: false, unclear: 0 };
    absence.timer = setTimeout(() => void this.#judge(agentId, absence), this.#ports.graceMs);
    this.#absences.set(agentId, absence);
    this.#ports.decided(agentId, 'waiting');
  }

  #drop(agentId: string): boolean {
    const absence = this.#absences.get(agentId);
    if (absence === undefined) return false;
    clearTimeout(absence.timer);
    return this.#absences.delete(agentId);
  }

  async #judge(agentId: string, absence: Absence): Promise<void> {
    // A process that was frozen finds its timers due before it reads what its sockets have to say.
    await new Promise(setImmediate);
    if (this.#absences.get(agentId) !== absence || !this.#ready(agentId, absence)) return;
    if (!this.#ports.isSignedIn(agentId)) return this.#settle(agentId, 'not-signed-in');
    const peer = await this.#ports.askPeer(agentId);
    // The presence may have come back, or the link gone, while the peer was asked.
    if (this.#absences.get(agentId) !== absence) return;
    if (peer === 'unclear' && ++absence.unclear < UNCLEAR_LIMIT) {
      absence.timer = setTimeout(() => void this.#judge(agentId, absence), this.#ports.askAgainMs);
      return;
    }
    if (peer !== 'unclear') {
      // The node that lost the agent last is the one to judge it: it may have a minute left there.
      const lostLater = peer.goneForMs !== null && peer.goneForMs < this.#ports.now() - absence.goneAt;
      if (peer.present || lostLater) return this.#settle(agentId, 'at-peer');
    }
    if (!this.#ready(agentId, absence)) return;
    this.#settle(agentId, 'forced');
    this.#ports.force(agentId);
  }

  /** True when the node can act; otherwise the judgement waits for `resume`. */
  #ready(agentId: string, absence: Absence): boolean {
    const ready = this.#ports.canAct();
    if (!ready && !absence.due) this.#ports.decided(agentId, 'deferred');
    absence.due = !ready;
    return ready;
  }

  #settle(agentId: string, decision: 'forced' | 'at-peer' | 'not-signed-in'): void {
    this.#drop(agentId);
    this.#seen.delete(agentId);
    this.#ports.decided(agentId, decision);
  }
}

/** How long a notification was under way, told by what it says itself. No I/O. */

/** A notification's way, as last measured. */
export interface Arrival {
  /** From the change of state, by the node's clock, to the arrival here. */
  ms: number;
  /** Epoch milliseconds by our clock. */
  at: number;
}

/** What a notification says of an agent. */
export interface AgentChange {
  loginId: string;
  /** ISO 8601, or empty (dev guide 12.5, User: stateChangeTime). */
  stateChangeTime?: string | undefined;
}

/**
 * Measures from an agent's change of state to the arrival of its notification. A state that is published again (a node
 * does so on its way into service) or that changed before this watch was there says nothing of the way.
 */
export class ArrivalMeter {
  /** The latest change of each agent; as many as there are in the teams that are watched. */
  readonly #changes = new Map<string, number>();
  #since = Number.POSITIVE_INFINITY;
  #last: Arrival | null = null;

  /** The node is in service from now on. @param at epoch milliseconds, by our clock */
  begin(at: number): void {
    this.#since = at;
    this.#last = null;
  }

  /** It is not any more: what comes until the next `begin` was late for another reason. */
  end(): void {
    this.#since = Number.POSITIVE_INFINITY;
    this.#last = null;
  }

  /**
   * A notification has come.
   * @param at epoch milliseconds, by our clock
   * @param clockSkewMs the node's clock minus ours
   */
  arrived({ loginId, stateChangeTime }: AgentChange, at: number, clockSkewMs: number): void {
    const changedAt = Date.parse(stateChangeTime ?? '');
    if (Number.isNaN(changedAt) || changedAt < this.#since + clockSkewMs) return;
    if (changedAt <= (this.#changes.get(loginId) ?? Number.NEGATIVE_INFINITY)) return;
    this.#changes.set(loginId, changedAt);
    // The skew is known to half a round trip: a way that is shorter than that may look negative.
    this.#last = { ms: Math.max(0, at + clockSkewMs - changedAt), at };
  }

  /** Null before the first one. */
  get last(): Arrival | null {
    return this.#last;
  }
}

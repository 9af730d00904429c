/**
 * Admission of requests to the web app: so many at once, so many more waiting, none waiting too long. Shedding early is
 * what keeps a surviving node alive when all agents arrive at once (DESIGN.md, "a failure noticed in the same instant").
 */

/** Bounds of the admission. */
export interface AdmissionLimits {
  readonly inFlight: number;
  readonly queued: number;
  readonly queueWaitMs: number;
}

/** A request that asks to be let in. */
export interface Ticket {
  /** Goes before all others that wait, and has room of its own: SystemInfo must be readable on a busy node. */
  readonly urgent: boolean;
  /** Called once when it is let in. */
  enter(): void;
  /** Called once, instead of `enter`, when it will not be. */
  shed(): void;
}

interface Waiting {
  readonly ticket: Ticket;
  readonly timer: NodeJS.Timeout;
}

/** Lets tickets in as others finish; each that `enter`s must be `finished` exactly once. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #inside = new Set<Ticket>();
  /** Insertion order is arrival order; a ticket leaves from the middle when its client goes. */
  readonly #urgent = new Map<Ticket, Waiting>();
  readonly #others = new Map<Ticket, Waiting>();

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** Lets the ticket in at once, lets it wait, or sheds it. */
  offer(ticket: Ticket): void {
    if (this.#inside.size < this.#limits.inFlight) {
      this.#inside.add(ticket);
      ticket.enter();
      return;
    }
    const line = ticket.urgent ? this.#urgent : this.#others;
    if (line.size >= this.#limits.queued) {
      ticket.shed();
      return;
    }
    const timer = setTimeout(() => {
      line.delete(ticket);
      ticket.shed();
    }, this.#limits.queueWaitMs);
    line.set(ticket, { ticket, timer });
  }

  /** The ticket needs nothing any more, wherever it stands: answered, or its client has gone. */
  finished(ticket: Ticket): void {
    for (const line of [this.#urgent, this.#others]) {
      const waiting = line.get(ticket);
      if (waiting !== undefined) {
        clearTimeout(waiting.timer);
        line.delete(ticket);
      }
    }
    if (this.#inside.delete(ticket)) this.#letIn();
  }

  /** Sheds all that wait and forgets all that are inside: the web app is gone. */
  clear(): void {
    const waiting = [...this.#urgent.values(), ...this.#others.values()];
    this.#urgent.clear();
    this.#others.clear();
    this.#inside.clear();
    for (const { ticket, timer } of waiting) {
      clearTimeout(timer);
      ticket.shed();
    }
  }

  #letIn(): void {
    while (this.#inside.size < this.#limits.inFlight) {
      const line = this.#urgent.size > 0 ? this.#urgent : this.#others;
      const next = line.values().next().value;
      if (next === undefined) return;
      clearTimeout(next.timer);
      line.delete(next.ticket);
      this.#inside.add(next.ticket);
      next.ticket.enter();
    }
  }
}

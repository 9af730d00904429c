/** Over how long logins are counted before the pace is what they say. */
const windowMs = 1_000;

/** How many a queue lets through each second while somebody waits in it: a queue that is empty says nothing of what it could. */
export class Pace {
  /** Null until it was measured. */
  perSecond: number | null = null;
  #sinceAt: number | null = null;
  #served = 0;

  /** Somebody waits: what is let through from here on counts. */
  busy(now: number): void {
    this.#sinceAt ??= now;
  }

  /** One was let through. */
  served(now: number): void {
    if (this.#sinceAt === null) return;
    this.#served += 1;
    const elapsedMs = now - this.#sinceAt;
    if (elapsedMs < windowMs) return;
    const measured = (this.#served / elapsedMs) * 1_000;
    // Half of what was known stays: a collection of garbage is no change of pace.
    this.perSecond = this.perSecond === null ? measured : (this.perSecond + measured) / 2;
    this.#sinceAt = now;
    this.#served = 0;
  }

  /** Nobody waits any more. */
  idle(): void {
    this.#sinceAt = null;
    this.#served = 0;
  }
}

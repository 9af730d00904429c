interface Entry {
  at: number;
  order: number;
  run: () => void;
}

/** Virtual time and what is due in it: entries of one instant run in the order in which they were made. */
export class Agenda {
  #now = 0;
  #made = 0;
  #entries: Entry[] = [];

  get now(): number {
    return this.#now;
  }

  /** When the next entry is due; null when there is none. */
  get nextAt(): number | null {
    return this.#entries[0]?.at ?? null;
  }

  after(delayMs: number, run: () => void): void {
    const entry = { at: this.#now + delayMs, order: this.#made++, run };
    const place = this.#entries.findIndex((other) => other.at > entry.at);
    this.#entries.splice(place === -1 ? this.#entries.length : place, 0, entry);
  }

  /** Lets time pass up to an instant without running anything. */
  passTo(at: number): void {
    this.#now = Math.max(this.#now, at);
  }

  /** Runs the next entry if it is due. */
  runNext(): boolean {
    const [entry] = this.#entries;
    if (entry === undefined || entry.at > this.#now) return false;
    this.#entries.shift();
    entry.run();
    return true;
  }
}

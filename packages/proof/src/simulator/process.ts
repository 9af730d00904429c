import type { Happening, VirtualClock } from './clock.js';

export type ProcessState = 'up' | 'frozen' | 'down';

/**
 * A process of a node. Frozen it keeps its sockets and timers and does what came meanwhile once it goes on; killed it
 * loses all of that.
 */
export class SimProcess {
  readonly #clock: VirtualClock;
  #state: ProcessState = 'down';
  #timers = new Set<Happening>();
  #waiting: (() => void)[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  get state(): ProcessState {
    return this.#state;
  }

  start(): void {
    this.#state = 'up';
  }

  freeze(): void {
    if (this.#state === 'up') this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'up';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) this.run(run);
  }

  kill(): void {
    this.#state = 'down';
    this.#waiting = [];
    for (const timer of this.#timers) timer.cancelled = true;
    this.#timers.clear();
  }

  /** Runs now, once it is thawed, or never. */
  run(what: () => void): void {
    if (this.#state === 'up') what();
    else if (this.#state === 'frozen') this.#waiting.push(what);
  }

  after(delayMs: number, what: () => void): Happening {
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer);
      this.run(() => {
        if (!timer.cancelled) what();
      });
    });
    this.#timers.add(timer);
    return timer;
  }

  cancel(timer: Happening | null): void {
    if (timer === null) return;
    timer.cancelled = true;
    this.#timers.delete(timer);
  }
}

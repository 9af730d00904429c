import type { VirtualClock } from './clock.js';
import type { SimProcess } from './process.js';
import type { Random } from './random.js';
import type { CtiEvent, Truth } from './truth.js';

const heartbeatMs = 5_000;
const missedHeartbeats = 3;

/** A CTI connection on which nothing came for longer is given up: heartbeats go out every 5 s, and the third counts. */
export const ctiPatienceMs = heartbeatMs * missedHeartbeats;

export type Side = 'A' | 'B';

/** The CTI servers: both sides hold the truth, and one of them must be up. */
export interface CtiSides {
  readonly truth: Truth;
  up: { A: boolean; B: boolean };
}

/** What a CTI connection tells the web app. */
export interface CtiLinkHandlers {
  /** What the way to the CTI servers is like. `frozen`: nothing passes, nothing is told. */
  path(): 'up' | 'down' | 'frozen';
  onOpen(): void;
  onEvent(event: CtiEvent): void;
  onLost(): void;
}

/** A web app's connection to one CTI side: side A where it is up, with heartbeats, opened again whenever it is lost. */
export class CtiLink {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #sides: CtiSides;
  readonly #app: SimProcess;
  readonly #handlers: CtiLinkHandlers;
  #side: Side | null = null;
  #unwatch: (() => void) | null = null;
  #held: CtiEvent[] = [];
  #missed = 0;
  #heartbeatAt = 0;

  constructor(
    clock: VirtualClock,
    random: Random,
    sides: CtiSides,
    app: SimProcess,
    handlers: CtiLinkHandlers,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#sides = sides;
    this.#app = app;
    this.#handlers = handlers;
  }

  get open(): boolean {
    return this.#side !== null;
  }

  get beating(): boolean {
    return this.open && this.#missed === 0;
  }

  /** Virtual time. */
  get heartbeatAt(): number {
    return this.#heartbeatAt;
  }

  connect(): void {
    const { up } = this.#sides;
    const side = up.A ? 'A' : up.B ? 'B' : null;
    const path = this.#handlers.path();
    const waitMs = path === 'frozen' ? heartbeatMs : this.#random.between(50, 500);
    this.#app.after(waitMs, () => {
      if (side === null || path !== 'up' || this.#handlers.path() !== 'up' || !up[side]) {
        this.#app.after(1_000, () => this.connect());
        return;
      }
      this.#side = side;
      this.#missed = 0;
      this.#heartbeatAt = this.#clock.now;
      this.#unwatch = this.#sides.truth.watch((event) => this.#send(event));
      this.#handlers.onOpen();
      this.#beat(side);
    });
  }

  /** A request to the CTI server; it gets lost where the connection is not what it seems. */
  command(run: () => void): void {
    if (!this.open || this.#handlers.path() !== 'up') return;
    this.#app.after(this.#random.between(5, 40), () => {
      if (this.open && this.#handlers.path() === 'up') run();
    });
  }

  /** A side died: the kernel ends its connections. */
  onSideDown(side: Side): void {
    if (this.#side === side) this.#app.run(() => this.lose());
  }

  /** The way to the CTI servers has become another. */
  onPath(now: 'up' | 'down' | 'frozen'): void {
    if (now === 'frozen') return;
    const held = this.#held;
    this.#held = [];
    this.#app.run(() => {
      if (now === 'down') this.lose();
      else if (this.open) for (const event of held) this.#handlers.onEvent(event);
    });
  }

  lose(): void {
    if (!this.open) return;
    this.leave();
    this.#handlers.onLost();
    this.connect();
  }

  /** Ends without a word to the web app. */
  leave(): void {
    this.#side = null;
    this.#held = [];
    this.#unwatch?.();
    this.#unwatch = null;
  }

  #send(event: CtiEvent): void {
    const side = this.#side;
    this.#app.after(10, () => {
      if (this.#side !== side || side === null) return;
      // In order: what is held is not overtaken.
      if (this.#handlers.path() === 'frozen' || this.#held.length > 0) this.#held.push(event);
      else this.#handlers.onEvent(event);
    });
  }

  #beat(side: Side): void {
    this.#app.after(heartbeatMs, () => {
      if (this.#side !== side) return;
      if (this.#handlers.path() === 'up') {
        this.#missed = 0;
        this.#heartbeatAt = this.#clock.now;
      } else this.#missed += 1;
      if (this.#missed >= missedHeartbeats) this.lose();
      else this.#beat(side);
    });
  }
}

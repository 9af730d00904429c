import type { VirtualClock } from './clock.js';
import type { Random } from './random.js';

/** Which way packets go: `up` from the client to the node. */
export type Direction = 'up' | 'down';

/** What a path does to packets. */
export interface PathQuality {
  latencyMs: number;
  jitterMs: number;
  /** The part of packets that is lost and sent again. */
  lossRate: number;
  bytesPerMs: number;
}

/** How long TCP waits before it sends a lost packet again, doubling each time (RFC 6298 has at least 1 s; Linux 200 ms). */
const retransmitMs = 200;
const longestRetransmitMs = 3_000;

/** The network between one client and one node. A direction that is cut swallows packets; TCP sends them again later. */
export class Path {
  readonly #quality: PathQuality;
  /** What makes it worse at present; the latest counts. */
  readonly #worse: PathQuality[] = [];
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #cuts = { up: 0, down: 0 };
  readonly #pipes = new Set<Pipe<never>>();

  constructor(clock: VirtualClock, random: Random, quality: PathQuality) {
    this.#clock = clock;
    this.#random = random;
    this.#quality = quality;
  }

  isCut(direction: Direction): boolean {
    return this.#cuts[direction] > 0;
  }

  /** Cuts may overlap: each is mended once. */
  cut(directions: readonly Direction[]): void {
    for (const direction of directions) this.#cuts[direction] += 1;
  }

  worsen(quality: PathQuality): void {
    this.#worse.push(quality);
  }

  relieve(quality: PathQuality): void {
    this.#worse.splice(this.#worse.indexOf(quality), 1);
  }

  mend(directions: readonly Direction[]): void {
    for (const direction of directions) this.#cuts[direction] -= 1;
    this.resume();
  }

  /** What was swallowed is sent again. */
  resume(): void {
    for (const pipe of [...this.#pipes]) pipe.resume();
  }

  open<T>(direction: Direction, receive: (item: T) => void, blocked: () => boolean): Pipe<T> {
    const pipe = new Pipe<T>(this.#clock, this, direction, receive, blocked);
    this.#pipes.add(pipe as unknown as Pipe<never>);
    return pipe;
  }

  forget(pipe: Pipe<never>): void {
    this.#pipes.delete(pipe);
  }

  /** How long a packet takes that gets through: with every loss it is sent again. */
  delayMs(bytes: number): number {
    const { latencyMs, jitterMs, lossRate, bytesPerMs } = this.#worse.at(-1) ?? this.#quality;
    let delay = latencyMs + this.#random.between(0, jitterMs) + bytes / bytesPerMs;
    for (let again = retransmitMs; this.#random.chance(lossRate); again *= 2) {
      delay += Math.min(again, longestRetransmitMs);
    }
    return delay;
  }

  /** How much later than the path is mended the sender tries again. */
  retryMs(): number {
    return this.#random.between(0, longestRetransmitMs);
  }
}

/** One direction of one connection: what is sent arrives in order, late, or not at all. */
export class Pipe<T> {
  readonly #clock: VirtualClock;
  readonly #path: Path;
  readonly #direction: Direction;
  readonly #receive: (item: T) => void;
  readonly #blocked: () => boolean;
  /** What was sent and has not arrived, in order, each with the time at which it may. */
  #under: { readonly item: T; at: number }[] = [];
  #closed = false;

  constructor(
    clock: VirtualClock,
    path: Path,
    direction: Direction,
    receive: (item: T) => void,
    blocked: () => boolean,
  ) {
    this.#clock = clock;
    this.#path = path;
    this.#direction = direction;
    this.#receive = receive;
    this.#blocked = blocked;
  }

  send(item: T, bytes: number): void {
    if (this.#closed) return;
    const at = Math.max(this.#under.at(-1)?.at ?? 0, this.#clock.now + this.#path.delayMs(bytes));
    this.#under.push({ item, at });
    this.#clock.at(at, () => this.#deliver());
  }

  /** The path is mended, or the receiving machine is awake: what was swallowed is sent again. */
  resume(): void {
    if (this.#under.length === 0) return;
    const from = this.#clock.now + this.#path.retryMs();
    for (const sent of this.#under) {
      sent.at = Math.max(sent.at, from);
      this.#clock.at(sent.at, () => this.#deliver());
    }
  }

  /** Nothing more arrives. */
  close(): void {
    this.#closed = true;
    this.#under = [];
    this.#path.forget(this as unknown as Pipe<never>);
  }

  #deliver(): void {
    for (let next = this.#under[0]; next !== undefined && next.at <= this.#clock.now; next = this.#under[0]) {
      if (this.#closed || this.#path.isCut(this.#direction) || this.#blocked()) return;
      this.#under.shift();
      this.#receive(next.item);
    }
  }
}

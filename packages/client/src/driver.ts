import {
  type Command,
  createState,
  type FailoverEvent,
  type FailoverState,
  type NodeId,
  nextDeadline,
  type Settings,
  step,
} from '@finesse-ha/failover';
import type { Platform, TimerHandle } from './platform/types.js';

/** What was observed, without the time: the driver adds it. */
export type Observation = WithoutTime<FailoverEvent>;
type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** The longest delay that timers everywhere take (2^31 - 1 ms). */
const maxDelayMs = 2_147_483_647;
/** The wall clock gaining this much on the monotonic one between two readings means that the machine slept. */
const sleepJumpMs = 5_000;

/**
 * Epoch milliseconds that never run backwards and go on during a sleep. The monotonic clock of some systems stands
 * still while the machine sleeps, which would hide the sleep from the core; the wall clock tells of it.
 */
class Clock {
  readonly #platform: Platform;
  #offset: number;
  #lastNow: number;
  #lastWall: number;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#lastNow = platform.now();
    this.#lastWall = platform.wallNow();
    this.#offset = this.#lastWall - this.#lastNow;
  }

  read(): number {
    const now = this.#platform.now();
    const wall = this.#platform.wallNow();
    const gained = wall - this.#lastWall - (now - this.#lastNow);
    if (gained > sleepJumpMs) this.#offset += gained;
    this.#lastNow = now;
    this.#lastWall = wall;
    return now + this.#offset;
  }
}

/**
 * Runs the failover core against the world: feeds it what is observed, in order and with its time, hands out its
 * commands, and keeps one timer for its next deadline.
 */
export class Driver {
  readonly #platform: Platform;
  readonly #execute: (command: Command) => void;
  readonly #clock: Clock;
  #state: FailoverState;
  #queue: FailoverEvent[] = [];
  #draining = false;
  #timer: { handle: TimerHandle; deadlineAt: number } | null = null;

  constructor(
    platform: Platform,
    settings: Settings,
    nodes: readonly NodeId[],
    execute: (command: Command) => void,
  ) {
    this.#platform = platform;
    this.#execute = execute;
    this.#clock = new Clock(platform);
    const seed = Math.floor(platform.random() * 0x1_0000_0000);
    this.#state = createState(settings, nodes, seed, this.#clock.read());
  }

  get state(): FailoverState {
    return this.#state;
  }

  /** Now, on the clock of all announcements: epoch milliseconds, near enough. */
  now(): number {
    return this.#clock.read();
  }

  /**
   * Takes in an observation. Called from within a command or a listener, it is taken in when the present one is done:
   * the core sees one event at a time.
   */
  feed(observation: Observation): void {
    this.#queue.push({ ...observation, at: this.#clock.read() } as FailoverEvent);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        const [state, commands] = step(this.#state, event);
        this.#state = state;
        for (const command of commands) this.#execute(command);
      }
    } finally {
      this.#draining = false;
      this.#arm();
    }
  }

  #arm(): void {
    const deadlineAt = nextDeadline(this.#state);
    if (this.#timer !== null) {
      if (this.#timer.deadlineAt === deadlineAt) return;
      this.#platform.clearTimer(this.#timer.handle);
      this.#timer = null;
    }
    if (deadlineAt === null) return;
    const delayMs = Math.min(maxDelayMs, Math.max(0, Math.ceil(deadlineAt - this.#clock.read())));
    const handle = this.#platform.setTimer(delayMs, () => {
      this.#timer = null;
      this.feed({ type: 'timer' });
    });
    this.#timer = { handle, deadlineAt };
  }
}

/** Heartbeats that may stay unanswered; with the third missed the session has failed (Session Management, "Heartbeats"). */
const missedLimit = 3;

/** What SystemInfo tells of heartbeats. `at`: epoch ms of the last answer. */
export interface HeartbeatState {
  status: 'success' | 'failure';
  at: number | undefined;
}

/**
 * The client's heartbeats: one each interval, each to be answered before the next one is due.
 */
export class Heartbeat {
  readonly #intervalMs: number;
  readonly #send: () => void;
  readonly #failed: (cause: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #unanswered = 0;
  #status: HeartbeatState['status'] = 'failure';
  #answeredAt: number | undefined;

  /** @param failed called once per `start`, when the third heartbeat in a row was missed */
  constructor(intervalMs: number, send: () => void, failed: (cause: string) => void) {
    this.#intervalMs = intervalMs;
    this.#send = send;
    this.#failed = failed;
  }

  get state(): HeartbeatState {
    return { status: this.#status, at: this.#answeredAt };
  }

  /** The session is open: OPEN_CONF counts as an answer. */
  start(): void {
    this.stop();
    this.answered();
    this.#timer = setInterval(() => this.#beat(), this.#intervalMs);
  }

  answered(): void {
    this.#unanswered = 0;
    this.#status = 'success';
    this.#answeredAt = Date.now();
  }

  /** The session is over. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#status = 'failure';
  }

  #beat(): void {
    if (this.#unanswered > 0) this.#status = 'failure';
    if (this.#unanswered >= missedLimit) {
      this.#failed(`${missedLimit} heartbeats unanswered`);
      return;
    }
    this.#unanswered += 1;
    this.#send();
  }
}

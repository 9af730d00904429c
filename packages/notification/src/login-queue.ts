import type { Session } from './session.js';

/** Logins begun in one turn of the event loop: the rest of the service goes on between the turns. */
const perTurn = 20;
/**
 * How long a login that its client does not go on with keeps its place among those in progress. It is not ended then, but
 * another one may begin: who begins many and finishes none must not keep the others out.
 */
const placeMs = 500;

/**
 * Logins that wait for their turn. Bounded: one too many is refused at once instead of being served when its client has
 * long given up. One whose connection has gone is dropped before its cost is paid.
 *
 * So many at once: of two thousand in lock-step each is done when all are, and where that takes longer than clients wait
 * nobody ever is; in turns the first are done at once, and all of them in the same time.
 */
export class LoginQueue {
  readonly #limit: number;
  readonly #atOnce: number;
  #waiting: { session: Session; begin: () => void }[] = [];
  /** When each began, the oldest first. */
  readonly #inProgress = new Map<Session, number>();
  #scheduled = false;
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param limit how many may wait
   * @param atOnce how many may be in progress
   */
  constructor(limit: number, atOnce: number) {
    this.#limit = limit;
    this.#atOnce = atOnce;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** False when there is no place left. */
  enter(session: Session, begin: () => void): boolean {
    if (this.#waiting.length >= this.#limit) {
      this.#waiting = this.#waiting.filter((one) => !one.session.over);
      if (this.#waiting.length >= this.#limit) return false;
    }
    this.#waiting.push({ session, begin });
    this.#schedule();
    return true;
  }

  /** Its login is done, or it has gone. */
  left(session: Session): void {
    if (this.#inProgress.delete(session)) this.#schedule();
  }

  /** Lets go of the timer; nothing begins any more by itself. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    const freeInMs = this.#freeInMs();
    if (freeInMs > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.#schedule();
      }, freeInMs);
      return;
    }
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#beginSome();
      this.#schedule();
    });
  }

  /** How long until there is a place among those in progress, at the latest. */
  #freeInMs(): number {
    const now = performance.now();
    for (const [session, beganAt] of this.#inProgress) {
      if (this.#inProgress.size < this.#atOnce) return 0;
      const left = beganAt + placeMs - now;
      if (left > 0) return left;
      this.#inProgress.delete(session);
    }
    return 0;
  }

  #beginSome(): void {
    let begun = 0;
    let next = 0;
    while (next < this.#waiting.length && begun < perTurn && this.#inProgress.size < this.#atOnce) {
      const one = this.#waiting[next++];
      if (one === undefined || one.session.over) continue;
      this.#inProgress.set(one.session, performance.now());
      one.begin();
      begun += 1;
    }
    this.#waiting.splice(0, next);
  }
}

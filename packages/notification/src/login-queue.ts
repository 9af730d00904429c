import type { NotificationLimits } from './config.js';
import { Pace } from './pace.js';
import type { Session } from './session.js';

/** Bounds of the queue, and how many logins may be in progress. */
export type LoginQueueLimits = Pick<
  NotificationLimits,
  'waitingLogins' | 'loginWaitMs' | 'loginsAtOnce' | 'retryAfterSeconds'
>;

/** Logins begun in one turn of the event loop: the rest of the service goes on between the turns. */
const perTurn = 20;
/**
 * How long a login that its client does not go on with keeps its place among those in progress. It is not ended then, but
 * another one may begin: who begins many and finishes none must not keep the others out.
 */
const placeMs = 500;

/**
 * Who is sent away comes back three times as fast as logins went at that moment, which was the worst one: whoever has to be
 * sent away once more costs little, but nobody can be called who was told too late.
 */
const hope = 3;
/**
 * The door is closed only when the times given away reach so many times the least one ahead. As long as few are sent away, who
 * comes in now may find a place by the time that its stream is open: of 2,000 at once 1,100 were sent away at the door, 200 without it.
 */
const crowd = 2;
/** Nobody is told to come back later than that, however many were told before. */
const maxRetryMs = 30_000;

/**
 * Logins that wait for their turn. Bounded by their number, and by the time that the last one would have to wait at the pace
 * at which they are let through: one too many is refused at once instead of being served when its client has long given up.
 * One whose connection has gone is dropped before its cost is paid.
 *
 * So many at once: of two thousand in lock-step each is done when all are, and where that takes longer than clients wait
 * nobody ever is; in turns the first are done at once, and all of them in the same time.
 */
export class LoginQueue {
  readonly #limits: LoginQueueLimits;
  #waiting: { session: Session; begin: () => void; ahead: boolean }[] = [];
  /** When each began, the oldest first. */
  readonly #inProgress = new Map<Session, number>();
  readonly #pace = new Pace();
  /** Until when the places are given away to those who were told to come back. */
  #promisedUntil = 0;
  #scheduled = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(limits: LoginQueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * @param ahead before all others: whom everybody waits for. One at a time: a name is quickly said.
   * @returns 0, or when there is no place left, in how many milliseconds to come back
   */
  enter(session: Session, begin: () => void, ahead = false): number {
    const [first] = this.#waiting;
    const goesFirst = ahead && (first?.ahead !== true || first.session.over);
    if (goesFirst) this.#waiting.unshift({ session, begin, ahead });
    else if (this.#isFull()) return this.refuse();
    else this.#waiting.push({ session, begin, ahead: false });
    this.#pace.busy(performance.now());
    this.#schedule();
    return 0;
  }

  /**
   * For somebody who has not come in yet.
   * @returns 0, or when so many are sent away that it would be too, in how many milliseconds to come back
   */
  atTheDoor(): number {
    const aheadMs = this.#promisedUntil - performance.now();
    const crowded = aheadMs > crowd * this.#limits.retryAfterSeconds * 1_000;
    return crowded && this.#isFull() ? this.refuse() : 0;
  }

  /**
   * Gives somebody who is sent away a time to come back, in milliseconds from now: one after another, as fast as logins are let
   * through. A time that is the same for all would bring them back together, and one that is too short again and again:
   * then those who are sent away cost what the others lack.
   */
  refuse(): number {
    const now = performance.now();
    const leastMs = this.#limits.retryAfterSeconds * 1_000;
    // Places that are not given back in time are free all the same, so that it is never less.
    const least = (this.#limits.loginsAtOnce * 1_000) / placeMs;
    const perSecond = Math.max(this.#pace.perSecond ?? 0, least);
    this.#promisedUntil = Math.max(this.#promisedUntil, now + leastMs) + 1_000 / (hope * perSecond);
    const retryMs = this.#promisedUntil - now;
    if (retryMs <= maxRetryMs) return retryMs;
    this.#promisedUntil = now + maxRetryMs;
    return maxRetryMs * (0.5 + Math.random() / 2);
  }

  /** Those who have gone meanwhile hold no place. */
  #isFull(): boolean {
    if (!this.#atBound) return false;
    this.#waiting = this.#waiting.filter((one) => !one.session.over);
    return this.#atBound;
  }

  get #atBound(): boolean {
    const { length } = this.#waiting;
    const { perSecond } = this.#pace;
    const { waitingLogins, loginWaitMs } = this.#limits;
    return length >= waitingLogins || (perSecond !== null && length >= (perSecond * loginWaitMs) / 1_000);
  }

  /** Its login is done, or it has gone. */
  left(session: Session): void {
    if (!this.#inProgress.delete(session)) return;
    this.#pace.served(performance.now());
    this.#schedule();
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
    const { loginsAtOnce } = this.#limits;
    for (const [session, beganAt] of this.#inProgress) {
      if (this.#inProgress.size < loginsAtOnce) return 0;
      const left = beganAt + placeMs - now;
      if (left > 0) return left;
      this.#inProgress.delete(session);
      this.#pace.served(now);
    }
    return 0;
  }

  #beginSome(): void {
    let begun = 0;
    let next = 0;
    const { loginsAtOnce } = this.#limits;
    while (next < this.#waiting.length && begun < perTurn && this.#inProgress.size < loginsAtOnce) {
      const one = this.#waiting[next++];
      if (one === undefined || one.session.over) continue;
      this.#inProgress.set(one.session, performance.now());
      one.begin();
      begun += 1;
    }
    this.#waiting.splice(0, next);
    if (this.#waiting.length === 0) this.#pace.idle();
  }
}

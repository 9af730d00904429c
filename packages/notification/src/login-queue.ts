import type { Session } from './session.js';

/** Logins begun in one turn of the event loop: the rest of the service goes on between the turns. */
const perTurn = 20;

/**
 * Logins that wait for their turn. Bounded: one too many is refused at once instead of being served when its client has
 * long given up. One whose connection has gone is dropped before its cost is paid.
 */
export class LoginQueue {
  readonly #limit: number;
  #waiting: { session: Session; begin: () => void }[] = [];
  #scheduled = false;

  constructor(limit: number) {
    this.#limit = limit;
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

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      let begun = 0;
      let next = 0;
      while (next < this.#waiting.length && begun < perTurn) {
        const one = this.#waiting[next++];
        if (one === undefined || one.session.over) continue;
        one.begin();
        begun += 1;
      }
      this.#waiting.splice(0, next);
      this.#schedule();
    });
  }
}

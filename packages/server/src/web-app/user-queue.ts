/** Finesse's internal queue per user: the next request is processed only after CTI answered the one before (dev guide 12.5 p.22). */

/** Runs tasks one after another per user, and users beside each other. */
export class UserQueue {
  readonly #limit: number;
  readonly #lines = new Map<string, (() => Promise<void>)[]>();

  /** @param limit how many tasks of one user may wait or run */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes a task for the user.
   * @param task must not reject
   * @returns false when the user has too many already
   */
  add(userId: string, task: () => Promise<void>): boolean {
    const line = this.#lines.get(userId);
    if (line === undefined) {
      this.#lines.set(userId, [task]);
      void this.#run(userId);
      return true;
    }
    if (line.length >= this.#limit) return false;
    line.push(task);
    return true;
  }

  async #run(userId: string): Promise<void> {
    const line = this.#lines.get(userId)!;
    for (let task = line[0]; task !== undefined; task = line[0]) {
      await task();
      line.shift();
    }
    this.#lines.delete(userId);
  }
}

/**
 * A timer of Node that fires when what had arrived by then has been read. Held up for seconds (a collection, a machine that gives
 * the process no time), Node would run what is due before it looks at its sockets, and call unanswered what only was not read
 * yet; asked anew, it is held up the longer.
 */
export class ReadFirstTimer {
  readonly #timeout: NodeJS.Timeout;
  #immediate: NodeJS.Immediate | undefined;

  constructor(delayMs: number, fire: () => void) {
    // Sockets are read between timers and immediates (Node documentation, "The Node.js event loop").
    this.#timeout = setTimeout(() => {
      this.#immediate = setImmediate(fire);
    }, delayMs);
  }

  clear(): void {
    clearTimeout(this.#timeout);
    clearImmediate(this.#immediate);
  }
}

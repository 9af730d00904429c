/** Something that is to happen; `cancelled` once it must not any more. */
export interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * Virtual time: nothing passes but by going to what happens next. What is due at the same instant happens in the order
 * in which it was arranged, so that a run repeats itself.
 */
export class VirtualClock {
  /** Milliseconds since the run began. */
  now = 0;
  #order = 0;
  /** A binary heap by time and order. */
  readonly #heap: Happening[] = [];

  after(delayMs: number, run: () => void): Happening {
    return this.at(this.now + Math.max(0, delayMs), run);
  }

  at(at: number, run: () => void): Happening {
    const happening: Happening = { at: Math.max(at, this.now), order: this.#order, run, cancelled: false };
    this.#order += 1;
    this.#push(happening);
    return happening;
  }

  /** Lets the next thing happen, unless it lies after `until`. Returns false when there is none. */
  step(until: number): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > until) {
        this.now = until;
        return false;
      }
      this.#pop();
      if (next.cancelled) continue;
      this.now = next.at;
      next.run();
      return true;
    }
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(happening);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above] as Happening;
      if (!before(happening, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = happening;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Happening;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let below = index * 2 + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && before(heap[below + 1] as Happening, heap[below] as Happening))
        below += 1;
      const child = heap[below] as Happening;
      if (!before(child, last)) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = last;
  }
}

function before(one: Happening, other: Happening): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/**
 * The states met so far, by their 64-bit fingerprints, each with the one it was first reached from and the choice that
 * led there. States are numbered in the order in which they are met. Open addressing over typed arrays: 16 bytes and a
 * slot per state, no object per state.
 */
export class Visited {
  #slots = new Int32Array(1 << 17).fill(-1);
  #high = new Int32Array(1 << 16);
  #low = new Int32Array(1 << 16);
  #parent = new Int32Array(1 << 16);
  #choice = new Uint16Array(1 << 16);
  size = 0;

  /** The number of a state, or -1. */
  find(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot] as number;
      if (index === -1) return -1;
      if (this.#low[index] === low && this.#high[index] === high) return index;
    }
  }

  /** Adds a state if it is new: its number, or -1 if it was known. */
  add(high: number, low: number, parent: number, choice: number): number {
    const mask = this.#slots.length - 1;
    let slot = low & mask;
    for (; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot] as number;
      if (index === -1) break;
      if (this.#low[index] === low && this.#high[index] === high) return -1;
    }
    const index = this.size;
    if (index === this.#high.length) this.#growStates();
    this.#high[index] = high;
    this.#low[index] = low;
    this.#parent[index] = parent;
    this.#choice[index] = choice;
    this.#slots[slot] = index;
    this.size += 1;
    if (this.size * 2 > this.#slots.length) this.#growSlots();
    return index;
  }

  parentOf(index: number): number {
    return this.#parent[index] as number;
  }

  choiceOf(index: number): number {
    return this.#choice[index] as number;
  }

  #growStates(): void {
    const length = this.#high.length * 2;
    const grow = (old: Int32Array<ArrayBuffer>) => {
      const next = new Int32Array(length);
      next.set(old);
      return next;
    };
    this.#high = grow(this.#high);
    this.#low = grow(this.#low);
    this.#parent = grow(this.#parent);
    const choice = new Uint16Array(length);
    choice.set(this.#choice);
    this.#choice = choice;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let index = 0; index < this.size; index += 1) {
      let slot = (this.#low[index] as number) & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = index;
    }
    this.#slots = slots;
  }
}

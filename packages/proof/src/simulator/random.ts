/** Random numbers that a seed repeats (sfc32). Each subject of a run draws from a stream of its own. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  /** @param stream tells the streams of one seed apart */
  constructor(seed: number, stream: number) {
    this.#a = Math.trunc(seed / 0x1_0000_0000) | 0;
    this.#b = seed | 0;
    this.#c = Math.imul(stream + 1, 0x9e3779b1);
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** A whole number from 0 up to and without `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    const index = this.below(from.length);
    if (index >= from.length) throw new RangeError('nothing to pick from');
    return from[index] as T;
  }
}

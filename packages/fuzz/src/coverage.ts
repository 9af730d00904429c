import { type Profiler, Session } from 'node:inspector';

/**
 * Which code has run, by V8's precise block coverage. Kept per function as one byte for each character of its source: V8
 * leaves out blocks that ran as often as what is around them, so that its ranges themselves cannot be compared.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #counts: (url: string) => boolean;
  readonly #reached = new Map<string, Uint8Array>();
  #characters = 0;

  /** @param counts the scripts whose code counts, by their URL */
  constructor(counts: (url: string) => boolean) {
    this.#counts = counts;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Characters of source that have run. */
  get characters(): number {
    return this.#characters;
  }

  /**
   * Whether code ran since the last call that never ran before.
   * @param keep false: it stays new
   */
  reachedNew(keep: boolean): boolean {
    let found = false;
    for (const { url, scriptId, functions } of this.#take()) {
      if (!this.#counts(url)) continue;
      for (const { ranges } of functions) found = this.#look(scriptId, ranges, keep) || found;
    }
    return found;
  }

  stop(): void {
    this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  #take(): Profiler.ScriptCoverage[] {
    let result: Profiler.ScriptCoverage[] = [];
    // A session in its own process answers before `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error !== null) throw error;
      result = taken.result;
    });
    return result;
  }

  #look(scriptId: string, ranges: Profiler.CoverageRange[], keep: boolean): boolean {
    const [whole] = ranges;
    if (whole === undefined || whole.count === 0) return false;
    const start = whole.startOffset;
    const ran = new Uint8Array(whole.endOffset - start);
    // Outer ranges come before the ranges inside them.
    for (const { startOffset, endOffset, count } of ranges)
      ran.fill(count > 0 ? 1 : 0, startOffset - start, endOffset - start);
    const key = `${scriptId}:${start}:${whole.endOffset}`;
    const known = this.#reached.get(key) ?? new Uint8Array(ran.length);
    let found = 0;
    for (let at = 0; at < ran.length; at += 1) {
      if (ran[at] === 0 || known[at] === 1) continue;
      found += 1;
      if (keep) known[at] = 1;
    }
    if (keep && found > 0) {
      this.#reached.set(key, known);
      this.#characters += found;
    }
    return found > 0;
  }
}

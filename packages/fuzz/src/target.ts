/** What is fuzzed, and what must be true of it for every input. */
export interface Target {
  readonly name: string;
  /** What its grammar is made of. */
  readonly words: readonly Buffer[];
  /** Longer inputs are not tried. */
  readonly maxBytes: number;
  /** Whether coverage of this script counts, by its URL. */
  covers(url: string): boolean;
  /**
   * Runs one input and checks what must be true.
   * @returns what came of it, in few words: an input that gives a new one is kept even when it reaches no new code
   * @throws {Violation} when a property does not hold; anything else that is thrown is a fault as well
   */
  run(input: Buffer): string | Promise<string>;
}

/** A property that does not hold. */
export class Violation extends Error {
  /** The property, in one word or two: two violations of one property count as the same fault. */
  readonly property: string;

  constructor(property: string, detail: string) {
    super(`${property}: ${detail}`);
    this.name = 'Violation';
    this.property = property;
  }
}

/** By what two faults are told apart: the property, or the error and the place in the code that threw it. */
export function signatureOf(error: unknown): string {
  if (error instanceof Violation) return error.property;
  if (!(error instanceof Error)) return String(error);
  return `${error.name} ${/\n\s+at ([^\n]*)/.exec(error.stack ?? '')?.[1] ?? ''}`;
}

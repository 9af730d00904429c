import type { ConformanceRow } from '@finesse-ha/testing/conformance';
import { painter, StatusLine, table } from './terminal.js';

/** What an examination is at, on standard error. */
export class ConformanceProgress {
  readonly #line = new StatusLine(process.stderr);
  readonly #faults: number;
  #done = 0;

  constructor(faults: number) {
    this.#faults = faults;
  }

  onProgress(fault: string, what: string): void {
    this.#line.show(`${this.#done}/${this.#faults}  ${fault}: ${what}`);
  }

  onRow({ fault, passed }: ConformanceRow): void {
    this.#done += 1;
    this.#line.clear();
    process.stderr.write(`${this.#done}/${this.#faults}  ${passed ? 'passed' : 'FAILED'}  ${fault}\n`);
  }

  end(): void {
    this.#line.clear();
  }
}

const words = { passed: 'passed', failed: 'FAILED', none: '-' } as const;

/** The whole examination for people. */
export function conformanceText(rows: readonly ConformanceRow[]): string {
  const paint = painter(process.stdout);
  const lines = rows.flatMap(({ fault, judgements }) =>
    judgements.map(({ rule, verdict, what }, index) => [
      index === 0 ? fault : '',
      rule,
      words[verdict],
      what,
    ]),
  );
  const text = table([['fault', 'rule', 'verdict', 'what the nodes saw'], ...lines], (cell, row, column) => {
    if (row === 0) return paint('bold', cell);
    return column === 2 ? paint(cell === 'FAILED' ? 'red' : 'green', cell) : cell;
  });
  const failed = rows.filter(({ passed }) => !passed).length;
  const verdict =
    failed === 0 ? paint('green', 'passed') : paint('red', `FAILED ${failed} of ${rows.length}`);
  return `${text}\n\n${verdict}\n`;
}

import type { RowPlan, RowResult } from '@finesse-ha/lab';
import { painter, StatusLine, table } from './terminal.js';

function nameOf({ scenario, variant, alternate }: RowPlan): string {
  return `${scenario}${variant === 'default' ? '' : ` ${variant}`}, alternate ${alternate}`;
}

/** What the drill is at, on standard error: one line that is written over, and one for each row that is done. */
export class DrillProgress {
  readonly #line = new StatusLine(process.stderr);
  readonly #running = new Map<string, string>();
  readonly #rows: number;
  #done = 0;

  constructor(rows: number) {
    this.#rows = rows;
  }

  onProgress(plan: RowPlan, what: string): void {
    this.#running.set(nameOf(plan), what);
    this.#show();
  }

  onRow(result: RowResult): void {
    this.#running.delete(nameOf(result));
    this.#done += 1;
    this.#line.clear();
    process.stderr.write(
      `${this.#done}/${this.#rows}  ${result.passed ? 'passed' : 'FAILED'}  ${nameOf(result)}\n`,
    );
    this.#show();
  }

  end(): void {
    this.#line.clear();
  }

  #show(): void {
    const now = [...this.#running].map(([name, what]) => `${name}: ${what}`).join(' | ');
    this.#line.show(`${this.#done}/${this.#rows}  ${now}`.slice(0, (process.stderr.columns ?? 120) - 1));
  }
}

const head = [
  'scenario',
  'variant',
  'alternate',
  'told by',
  'criterion',
  'told ms',
  'recovered ms',
  'on',
  'lost',
  'doubled',
  'calls lost',
  '',
];

/** The rows as a table, and what was wrong with those that failed. */
export function resultsText(results: readonly RowResult[]): string {
  const paint = painter(process.stdout);
  const text = (value: string | number | null) => (value === null ? '-' : String(value));
  const rows = results.map((row) => [
    row.scenario,
    row.variant,
    row.alternate,
    text(row.mechanism),
    text(row.criterion),
    text(row.detectedMs),
    text(row.recoveredMs),
    text(row.recoveredOn),
    text(row.lost),
    text(row.doubled),
    text(row.callsLost),
    row.passed ? 'passed' : 'FAILED',
  ]);
  const colour = (cell: string, row: number) => {
    if (row === 0) return paint('bold', cell);
    if (cell === 'passed') return paint('green', cell);
    return cell === 'FAILED' ? paint('red', cell) : cell;
  };
  const problems = results.flatMap((row) =>
    (row.problems ?? []).map((problem) => `${nameOf(row)}: ${problem}`),
  );
  const passed = results.filter((row) => row.passed).length;
  return [
    table([head, ...rows], colour),
    ...problems,
    '',
    `${passed} of ${results.length} rows passed`,
    '',
  ].join('\n');
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table } from '@finesse-ha/cli/terminal';
import { type Machine, thisMachine } from './machine.js';

/** A cell: a count, a time, a name; null where it could not be measured, which the notes explain. */
export type Cell = string | number | null;

/** One table of a benchmark. Every row has the same keys; units are in them (`cpuUs`, `rssKiB`). */
export interface Section {
  title: string;
  rows: readonly Readonly<Record<string, Cell>>[];
}

/** What a benchmark found, in the form that `--json` prints. */
export interface Findings {
  sections: readonly Section[];
  /** Targets and whether they are met, and what a reader must know. */
  notes: readonly string[];
  /** SVG pictures by file name, for `docs/images/`. */
  plots?: Readonly<Record<string, string>>;
}

export interface Report extends Omit<Findings, 'plots'> {
  bench: string;
  /** ISO 8601. */
  measuredAt: string;
  machine: Machine;
  options: Readonly<Record<string, unknown>>;
}

const images = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

/** Prints what was found, as a table or as JSON, and writes the plots. */
export function tell(
  bench: string,
  options: Readonly<Record<string, unknown>>,
  { plots = {}, ...findings }: Findings,
  json: boolean,
): void {
  const report: Report = {
    bench,
    measuredAt: new Date().toISOString(),
    machine: thisMachine(),
    options,
    ...findings,
  };
  mkdirSync(images, { recursive: true });
  for (const [name, svg] of Object.entries(plots)) writeFileSync(`${images}${name}.svg`, svg);
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
}

function textOf({ bench, measuredAt, machine, sections, notes }: Report): string {
  const { cpu, cores, memoryGiB, kernel, node } = machine;
  return [
    `${bench}, ${measuredAt}, ${cores} cores ${cpu}, ${memoryGiB} GiB, kernel ${kernel}, Node ${node}`,
    ...sections.flatMap(({ title, rows }) => ['', title, tableOf(rows)]),
    '',
    ...notes,
    '',
  ].join('\n');
}

function tableOf(rows: Section['rows']): string {
  const heads = Object.keys(rows[0] ?? {});
  return table([heads, ...rows.map((row) => heads.map((head) => cellText(row[head] ?? null)))]);
}

function cellText(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'string') return cell;
  return Number.isInteger(cell) || Math.abs(cell) >= 1_000
    ? Math.round(cell).toLocaleString('en-US')
    : String(Number(cell.toPrecision(3)));
}

/** The middle one of some figures; the mean of the two in the middle where their number is even. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

import type { Writable } from 'node:stream';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const codes: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };

/** Colour is for people: only on a terminal, and not where NO_COLOR asks for none (no-color.org). */
export function colourOn(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && (process.env.NO_COLOR ?? '') === '';
}

/** Styles text for a stream. */
export function painter(stream: { isTTY?: boolean }): (style: Style, text: string) => string {
  if (!colourOn(stream)) return (_style, text) => text;
  return (style, text) => `\u001b[${codes[style]}m${text}\u001b[0m`;
}

/** One line that is written over while work goes on; on anything but a terminal nothing is shown. */
export class StatusLine {
  readonly #stream: Writable & { isTTY?: boolean };
  #shown = false;

  constructor(stream: Writable & { isTTY?: boolean }) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (this.#stream.isTTY !== true) return;
    this.#stream.write(`\r\u001b[K${text}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#stream.write('\r\u001b[K');
    this.#shown = false;
  }
}

/** Aligns columns by their widest cell; the last one is left ragged. */
export function table(
  rows: readonly (readonly string[])[],
  paint?: (cell: string, row: number, column: number) => string,
): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows
    .map((row, index) =>
      row
        .map((cell, column) => {
          const padding = ' '.repeat(column === row.length - 1 ? 0 : (widths[column] ?? 0) - cell.length);
          return (paint?.(cell, index, column) ?? cell) + padding;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** 14:03:07.123 of the local day. */
export function clock(at = new Date()): string {
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`;
}

import { conditions } from './announce-text.js';
import type { NodeReport, WatchObserver } from './pair-watch.js';
import { clock, painter } from './terminal.js';

/** Shows a pair to people. */
export class WatchText implements WatchObserver {
  readonly #paint = painter(process.stdout);

  onReport({ node, kind, systemInfo, full, why }: NodeReport): void {
    const up = full === null ? systemInfo === 'in-service' : full.available;
    const [yes, no] = full === null ? ['IN SERVICE', 'NOT IN SERVICE'] : ['AVAILABLE', 'NOT AVAILABLE'];
    const word =
      kind === 'ended'
        ? this.#paint('red', 'NOT WATCHED')
        : up
          ? this.#paint('green', yes)
          : this.#paint('red', no);
    const details = [
      ...(full === null ? [] : [conditions({ systemInfo, ...full })]),
      ...(why === '' ? [] : [`(${why})`]),
    ];
    process.stdout.write(
      `${[this.#paint('dim', clock()), this.#paint('cyan', node), word, ...details].join('  ')}\n`,
    );
  }

  onNote(text: string): void {
    process.stderr.write(`finesse-ha: ${text}\n`);
  }
}

/** Shows a pair to programs: JSON lines on standard output, notes on standard error. */
export class WatchJson implements WatchObserver {
  onReport({ node, kind, systemInfo, full, why }: NodeReport): void {
    const line = { at: new Date().toISOString(), node, kind, systemInfo, ...full, why };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }

  onNote(text: string): void {
    process.stderr.write(`finesse-ha: ${text}\n`);
  }
}

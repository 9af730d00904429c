import type { NodeMeasures, PairPicture } from '@finesse-ha/monitor';
import { conditions } from './announce-text.js';
import type { NodeReport } from './pair-watch.js';
import { clock, painter } from './terminal.js';
import type { WatchView } from './watch-records.js';

/** Shows the changes of a pair to people, a line for each. */
export class WatchText implements WatchView {
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

  onMeasures(): void {}

  onNote(text: string): void {
    process.stderr.write(`finesse-ha: ${text}\n`);
  }

  close(): void {}
}

/** Shows a pair to programs: JSON lines on standard output, notes on standard error. */
export class WatchJson implements WatchView {
  onReport({ node, kind, systemInfo, full, why }: NodeReport): void {
    const line = { at: new Date().toISOString(), node, kind, systemInfo, ...full, why };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }

  onMeasures(measures: NodeMeasures, { state, nodes }: PairPicture): void {
    const { node, ...values } = measures;
    const own = nodes.find((one) => one.node === node);
    const line = {
      at: new Date().toISOString(),
      node,
      kind: 'measures',
      ...values,
      state: own?.state ?? null,
      pair: state,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }

  onNote(text: string): void {
    process.stderr.write(`finesse-ha: ${text}\n`);
  }

  close(): void {}
}

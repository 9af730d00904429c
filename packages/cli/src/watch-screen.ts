import { type Incident, PairPicture } from '@finesse-ha/monitor';
import type { NodeReport } from './pair-watch.js';
import { painter } from './terminal.js';
import { boardLines } from './watch-board.js';
import type { WatchView } from './watch-records.js';

const enterScreen = '\u001b[?1049h\u001b[?25l';
const leaveScreen = '\u001b[?25h\u001b[?1049l';
const mostNotes = 3;

/** Shows a pair on a terminal of its own, drawn anew every second, and leaves the terminal as it was. */
export class WatchScreen implements WatchView {
  readonly #paint = painter(process.stdout);
  readonly #timer = setInterval(() => this.#draw(), 1_000);
  readonly #notes: string[] = [];
  #picture = new PairPicture();
  #incidents: readonly Incident[] = [];

  constructor() {
    process.stdout.write(enterScreen);
  }

  onReport(_report: NodeReport, picture: PairPicture, incidents: readonly Incident[]): void {
    this.#picture = picture;
    this.#incidents = incidents;
    this.#draw();
  }

  onMeasures(): void {
    this.#draw();
  }

  onNote(text: string): void {
    this.#notes.push(text);
    if (this.#notes.length > mostNotes) this.#notes.shift();
    this.#draw();
  }

  close(): void {
    clearInterval(this.#timer);
    process.stdout.write(leaveScreen);
  }

  #draw(): void {
    const lines = boardLines(this.#picture, this.#incidents, Date.now(), this.#paint);
    const notes = this.#notes.map((note) => this.#paint('dim', note));
    const shown = [...lines, '', ...notes].slice(0, process.stdout.rows);
    // Each line is cleared to its end, then what is below: nothing flickers. No wrapping, or lines would not be rows.
    process.stdout.write(
      `\u001b[?7l\u001b[H${shown.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J\u001b[?7h`,
    );
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { root } from '../samples/extract.js';

/** An example as a reader runs it. What it prints is waited for. */
export class Program {
  readonly #child: ChildProcess;
  readonly #news = new EventEmitter().setMaxListeners(0);
  #ended = false;
  output = '';
  /** Its exit code. */
  readonly ended: Promise<number | null>;

  constructor(file: string, env: Record<string, string>) {
    this.#child = spawn(process.execPath, [root + file], {
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data) => {
        this.output += data;
        this.#news.emit('any');
      });
    }
    this.ended = once(this.#child, 'close').then(([code]) => {
      this.#ended = true;
      this.#news.emit('any');
      return code;
    });
  }

  /** How much has been printed so far: a place to wait from. */
  get here(): number {
    return this.output.length;
  }

  /** Resolves with what was printed since `from` when it matches. @throws {Error} when it ends before */
  async prints(pattern: RegExp, from = 0): Promise<string> {
    while (!pattern.test(this.output.slice(from))) {
      if (this.#ended) throw new Error(`it ended without ${pattern}:\n${this.output}`);
      await once(this.#news, 'any');
    }
    return this.output.slice(from);
  }

  /** Ctrl-C; the exit code. */
  async interrupt(): Promise<number | null> {
    if (!this.#ended) this.#child.kill('SIGINT');
    return this.ended;
  }
}

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** There is no event for "the screen has changed". */
const lookEveryMs = 100;
const withinMs = 15_000;

/** A program on a screen of its own, under tmux. */
export class Terminal {
  readonly #socket = `finesse-ha-${randomUUID()}`;

  /** @param command as a shell takes it */
  async start(command: string): Promise<void> {
    await this.#tmux('new-session', '-d', '-x', '200', '-y', '60', '-s', 'screen', command);
  }

  /** Types a line, with Enter. */
  async type(line: string): Promise<void> {
    await this.#tmux('send-keys', '-t', 'screen', '-l', line);
    await this.#tmux('send-keys', '-t', 'screen', 'Enter');
  }

  /** Resolves when the text is to be read, wherever lines break. @throws {Error} with the screen, when it does not come */
  async shows(text: string): Promise<void> {
    const until = performance.now() + withinMs;
    for (;;) {
      const screen = await this.#tmux('capture-pane', '-p', '-t', 'screen');
      if (screen.replaceAll(/\s+/g, '').includes(text.replaceAll(/\s+/g, ''))) return;
      if (performance.now() > until)
        throw new Error(`the screen does not show "${text}":\n${screen.trimEnd()}`);
      await delay(lookEveryMs);
    }
  }

  async stop(): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined);
  }

  async #tmux(...args: string[]): Promise<string> {
    return (await run('tmux', ['-L', this.#socket, ...args])).stdout;
  }
}

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(import.meta.resolve('@finesse-ha/lab/guard-main'));

/** Sees to it that a lab killed from one moment to the next leaves nothing behind: a process that outlives it briefly. */
export class Guard {
  #child: ChildProcess | null;

  constructor() {
    const child = fork(entry, { stdio: 'ignore', detached: true });
    const gone = () => {
      this.#child = null;
    };
    child.once('exit', gone);
    child.once('error', gone);
    // It waits for the lab, not the lab for it.
    child.unref();
    child.channel?.unref();
    this.#child = child;
  }

  /** The whole of what would be left now: process ids, files, directories. */
  tell(pids: readonly number[], paths: readonly string[]): void {
    if (this.#child?.connected === true) this.#child.send({ type: 'guard', pids, paths });
  }

  /** To be called when nothing is left. */
  stop(): void {
    this.#child?.kill('SIGKILL');
  }
}

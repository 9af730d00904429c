import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Account, SubjectName } from './subject.js';
import type { JournalEntry, SubjectAnswer, SubjectRequest, Usage } from './subject-main.js';

const entry = fileURLToPath(new URL('subject-main.js', import.meta.url));

/** A process of one library's clients, seen from a benchmark. */
export class SubjectProcess {
  readonly #child: ChildProcess;

  /**
   * @param options.execArgv what Node is started with beside its own
   * @param options.from the address that its connections come from; null for whichever the system takes
   */
  constructor(
    name: SubjectName,
    { keepUpdates = false, execArgv = [] as readonly string[], from = null as string | null } = {},
  ) {
    const more = [...(keepUpdates ? ['updates'] : []), ...(from === null ? [] : [`from=${from}`])];
    this.#child = fork(entry, [name, ...more], {
      execArgv: ['--expose-gc', ...execArgv],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  /**
   * Resolves when all clients are in service.
   * @param parallel how many may be on their way at once
   * @throws Error with the library's words when a client cannot get in
   */
  async open(accounts: readonly Account[], parallel = 20): Promise<void> {
    const answer = await this.#ask({ type: 'open', accounts, parallel });
    if (answer.type === 'failed') throw new Error(answer.why);
  }

  /** Undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @param options.collect garbage first: for a figure of memory, not before or within one of CPU */
  async usage({ collect = false } = {}): Promise<Usage> {
    const answer = await this.#ask({ type: 'usage', collect });
    if (answer.type !== 'usage') throw new Error(`the subject answered with ${answer.type}`);
    return answer;
  }

  /** What happened since this was last asked. */
  async journal(): Promise<readonly JournalEntry[]> {
    const answer = await this.#ask({ type: 'journal' });
    if (answer.type !== 'journal') throw new Error(`the subject answered with ${answer.type}`);
    return answer.entries;
  }

  /** Stops its every step, as a laptop that is closed, or lets it go on. Nothing can be asked of it meanwhile. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  #ask(request: SubjectRequest): Promise<SubjectAnswer> {
    return new Promise((resolve, reject) => {
      const onMessage = (answer: SubjectAnswer) => {
        this.#child.off('exit', onExit);
        resolve(answer);
      };
      const onExit = (code: number | null, signal: string | null) => {
        this.#child.off('message', onMessage);
        reject(new Error(`the subject ended: ${signal ?? code}`));
      };
      this.#child.once('message', onMessage);
      this.#child.once('exit', onExit);
      this.#child.send(request);
    });
  }
}

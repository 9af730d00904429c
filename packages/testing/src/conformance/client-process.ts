import { type ChildProcess, spawn } from 'node:child_process';
import { LabError } from '@finesse-ha/lab';

/** How long a client may take to end in good order. */
const endsWithinMs = 3_000;

/** The command under examination is not there, or may not be run. */
export class ClientStartError extends LabError {
  constructor(message: string) {
    super(message);
    this.name = 'ClientStartError';
  }
}

/** The command under examination, with everything that it starts. */
export class ClientProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #gone = new AbortController();
  #how: string | null = null;

  /** @param onOutput gets what it prints, as it comes */
  private constructor(child: ChildProcess, onOutput: (text: string) => void) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => onOutput(text));
    }
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#how = signal ?? `exit code ${code}`;
        this.#gone.abort();
        resolve();
      });
    });
  }

  /** @throws {ClientStartError} when the command cannot be started */
  static async start(
    command: readonly string[],
    env: Record<string, string>,
    onOutput: (text: string) => void,
  ): Promise<ClientProcess> {
    const [file = '', ...args] = command;
    // A group of its own, so that what it starts ends with it.
    const child = spawn(file, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const client = new ClientProcess(child, onOutput);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new ClientStartError(`cannot start ${file}: ${error.message}`)));
    });
    return client;
  }

  /** Aborted when it ends by itself or otherwise. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** How it ended; null while it runs. */
  get how(): string | null {
    return this.#how;
  }

  /** SIGTERM, and SIGKILL for what has not followed in time. */
  async stop(): Promise<void> {
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), endsWithinMs);
    await this.#ended;
    clearTimeout(timer);
    // What it started itself and did not end.
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, signal);
    } catch {
      // Nothing of it is left.
    }
  }
}

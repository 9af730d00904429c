import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LabError } from './deployment.js';

/** What one process does, as it does it. */
export interface ProcessObserver {
  /** A line of its log: a JSON object where it is one, else text. */
  onLog(name: string, line: string): void;
  /** It runs, or runs no more: its pid is another than before. */
  onPid(): void;
  /** It is ready. */
  onReady(name: string): void;
  /** It ended; `expected` when the lab ended it. */
  onExit(name: string, how: string, expected: boolean): void;
}

/** How long a process may take to be ready. An external notification service takes seconds of processor time. */
const readyWithinMs = 60_000;

/** One process of the lab. It is not restarted by itself: a fault stays until it is healed. */
export class LabProcess {
  readonly name: string;
  readonly #entry: string;
  readonly #configFile: string;
  readonly #observer: ProcessObserver;
  readonly #preload: readonly string[];
  #child: ChildProcess | null = null;
  #ending = false;
  #stopped = false;
  #exited: Promise<void> = Promise.resolve();
  #lastLines: string[] = [];
  /** The last message of each type. */
  readonly #said = new Map<unknown, Record<string, unknown>>();

  /** @param preload modules that the process loads before its own, by URL */
  constructor(
    name: string,
    entry: string,
    configFile: string,
    observer: ProcessObserver,
    preload: readonly string[] = [],
  ) {
    this.name = name;
    this.#entry = entry;
    this.#configFile = configFile;
    this.#observer = observer;
    this.#preload = preload;
  }

  /** `stopped`: frozen by the lab. */
  get state(): 'running' | 'stopped' | 'down' {
    return this.#child === null ? 'down' : this.#stopped ? 'stopped' : 'running';
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when the process says that it is ready. @throws {LabError} with its last words when it does not get there */
  async start(): Promise<void> {
    if (this.#child !== null) return;
    this.#ending = false;
    this.#stopped = false;
    this.#lastLines = [];
    this.#said.clear();
    // A group of its own: Ctrl-C is for the lab, which ends its processes in order.
    const child = fork(this.#entry, [this.#configFile], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
      execArgv: [...process.execArgv, ...this.#preload.flatMap((url) => ['--import', url])],
    });
    this.#child = child;
    this.#observer.onPid();
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lastLines = [...this.#lastLines.slice(-4), line];
        this.#observer.onLog(this.name, line);
      });
    }
    child.on('message', (message: Record<string, unknown>) => this.#said.set(message.type, message));
    let ready = false;
    this.#exited = new Promise((resolve) => {
      const gone = (how: string) => {
        this.#child = null;
        this.#observer.onPid();
        if (ready) this.#observer.onExit(this.name, how, this.#ending);
        resolve();
      };
      child.once('exit', (code, signal) => gone(signal ?? `exit code ${code}`));
      // Where nothing could be started, nothing exits either.
      child.once('error', (error) => {
        if (child.pid === undefined) gone(error.message);
      });
    });
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) =>
        reject(new LabError(`${this.name}: ${why}. Its last words: ${this.#lastLines.join(' | ')}`));
      const timer = setTimeout(() => fail(`not ready within ${readyWithinMs} ms`), readyWithinMs);
      child.on('message', (message: { type?: unknown }) => {
        if (message.type !== 'ready') return;
        ready = true;
        clearTimeout(timer);
        this.#observer.onReady(this.name);
        resolve();
      });
      // Unlike `exit`, `close` comes after the last line of its log.
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        fail(`ended before it was ready (${signal ?? `exit code ${code}`})`);
      });
      child.once('error', (error) => fail(error.message));
    });
  }

  /** SIGKILL, and its end awaited. Does nothing when it is down already. */
  async kill(): Promise<void> {
    this.#ending = true;
    this.#signal('SIGKILL');
    await this.#exited;
  }

  /** SIGTERM, and SIGKILL for what does not follow in time. */
  async stop(withinMs = 2_000): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#ending = true;
    if (this.#stopped) this.#signal('SIGKILL');
    else child.kill('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), withinMs);
    await this.#exited;
    clearTimeout(timer);
  }

  /** SIGSTOP: it lives, its sockets stay open, nothing answers. @throws {LabError} when it is down */
  freeze(): void {
    if (!this.#signal('SIGSTOP')) throw new LabError(`${this.name} is not running`);
    this.#stopped = true;
  }

  /** SIGCONT. */
  thaw(): void {
    this.#signal('SIGCONT');
    this.#stopped = false;
  }

  /** To the process and to what it started (an external notification service): they are one group. */
  #signal(signal: NodeJS.Signals): boolean {
    const pid = this.#child?.pid;
    if (pid === undefined) return false;
    try {
      return process.kill(-pid, signal);
    } catch {
      return false;
    }
  }

  /** The last message of a type that it sent since it was started. */
  said(type: string): Readonly<Record<string, unknown>> | undefined {
    return this.#said.get(type);
  }

  /** Sends a command and waits for the answer that fits. @throws {LabError} when it does not come in time */
  async ask(
    command: object,
    isAnswer: (message: Record<string, unknown>) => boolean,
    withinMs = 10_000,
  ): Promise<void> {
    const child = this.#child;
    if (child === null) throw new LabError(`${this.name} is not running`);
    await new Promise<void>((resolve, reject) => {
      const done = (error?: LabError) => {
        clearTimeout(timer);
        child.off('message', listener);
        if (error === undefined) resolve();
        else reject(error);
      };
      const listener = (message: unknown) => {
        if (isAnswer(message as Record<string, unknown>)) done();
      };
      const timer = setTimeout(
        () => done(new LabError(`${this.name} did not answer ${JSON.stringify(command)}`)),
        withinMs,
      );
      child.on('message', listener);
      child.send(command, (error) => {
        if (error !== null) done(new LabError(`${this.name} cannot be reached: ${error.message}`));
      });
    });
  }
}

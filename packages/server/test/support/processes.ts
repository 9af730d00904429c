/** Real processes for tests: started from their built entries, ready when they say so, never outliving the test. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../..', import.meta.url));

/** The entries of the processes of a deployment. */
export const ENTRIES = {
  cti: `${packages}cti/dist/server-main.js`,
  notification: `${packages}notification/dist/service-main.js`,
  webHost: `${packages}server/dist/web-host-main.js`,
} as const;

/** A message over IPC, as the processes send them. */
export interface ProcessMessage {
  readonly type: string;
  readonly state?: string;
  readonly [key: string]: unknown;
}

/** One process under test. */
export class TestProcess {
  readonly name: string;
  readonly child: ChildProcess;
  readonly #messages: ProcessMessage[] = [];
  readonly #listeners = new Set<() => void>();
  #output = '';
  readonly exited: Promise<number | null>;

  constructor(entry: string, config: unknown) {
    this.name = entry.slice(packages.length);
    const file = join(mkdtempSync(join(tmpdir(), 'fha-server-')), 'config.json');
    writeFileSync(file, JSON.stringify(config));
    this.child = fork(entry, [file], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.child.stdout?.on('data', (chunk: Buffer) => this.#keep(chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => this.#keep(chunk));
    this.child.on('message', (message: ProcessMessage) => {
      this.#messages.push(message);
      for (const listener of [...this.#listeners]) listener();
    });
    this.exited = new Promise((resolve) => {
      this.child.on('exit', (code) => {
        resolve(code);
        for (const listener of [...this.#listeners]) listener();
      });
    });
  }

  /** What it wrote so far, for the message of a failed test. */
  get output(): string {
    return this.#output;
  }

  /** The first message from number `from` on that fits, past or to come; rejects when the process ends before. */
  message(fits: (message: ProcessMessage) => boolean, from = 0): Promise<ProcessMessage> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.#messages.slice(from).find(fits);
        if (found === undefined && this.child.exitCode === null && this.child.signalCode === null) return;
        this.#listeners.delete(look);
        if (found !== undefined) resolve(found);
        else reject(new Error(`${this.name} ended before it said so; its output:\n${this.#output}`));
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** Really ready, by its own word. */
  ready(): Promise<ProcessMessage> {
    return this.message((message) => message.type === 'ready');
  }

  /** Asks the web host to kill or start its web app and waits until it is so. */
  async webApp(action: 'kill' | 'start'): Promise<void> {
    const from = this.#messages.length;
    this.child.send({ type: 'web-app', action });
    const state = action === 'kill' ? 'down' : 'up';
    await this.message((message) => message.type === 'web-app' && message.state === state, from);
  }

  /** Ends it by a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.exited;
  }

  /** Waits until it has written a log line that matches. */
  logged(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.test(this.#output);
        if (!found && this.child.exitCode === null && this.child.signalCode === null) return;
        this.#listeners.delete(look);
        if (found) resolve();
        else
          reject(new Error(`${this.name} ended before it logged ${pattern}; its output:\n${this.#output}`));
      };
      this.#listeners.add(look);
      look();
    });
  }

  #keep(chunk: Buffer): void {
    this.#output = (this.#output + chunk.toString('utf8')).slice(-20_000);
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Runs the processes of a deployment that belong to this machine, and starts again what dies. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessPlan } from '../configs.js';
import { LabProcess } from '../process.js';

/** What is told of the processes. */
export interface SupervisorObserver {
  /** A line of a process's log. */
  onLog(process: string, line: string): void;
  /** A process listens. */
  onReady(process: string): void;
  /** One ended that was not to; it is started again after `againInMs`. */
  onDied(process: string, how: string, againInMs: number): void;
}

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** One that ran so long has proved itself: its next death is the first. */
const provedMs = 60_000;
/** Longer than a web host takes over its requests in progress and its goodbyes. */
const stopWithinMs = 10_000;

/** The processes of this machine. Their configurations hold secrets and lie in a directory of the user's own meanwhile. */
export class Supervisor {
  readonly #observer: SupervisorObserver;
  readonly #directory: string;
  readonly #processes: readonly LabProcess[];
  readonly #secured: ReadonlySet<string>;
  readonly #deaths = new Map<string, number>();
  readonly #startedAt = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopping = false;

  constructor(plans: readonly ProcessPlan[], observer: SupervisorObserver) {
    this.#observer = observer;
    this.#directory = mkdtempSync(join(tmpdir(), 'finesse-ha-serve-'));
    this.#secured = new Set(plans.filter(({ config }) => 'tls' in config).map(({ name }) => name));
    this.#processes = plans.map(({ name, entry, config }) => {
      const file = join(this.#directory, `${name}.json`);
      writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
      return new LabProcess(name, fileURLToPath(import.meta.resolve(entry)), file, {
        onPid: () => undefined,
        onLog: (process, line) => observer.onLog(process, line),
        onReady: (process) => observer.onReady(process),
        onExit: (_process, how, expected) => {
          if (!expected) this.#died(name, how);
        },
      });
    });
  }

  /** Starts all and resolves when all are ready. @throws {LabError} with the last words of the first that is not; nothing is left running */
  async start(): Promise<void> {
    try {
      await Promise.all(this.#processes.map((process) => this.#startOne(process)));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Passes a SIGHUP on to those that have a certificate to read again; the others would die of it. */
  hangUp(): void {
    for (const { name, pid } of this.#processes) {
      if (pid !== undefined && this.#secured.has(name)) process.kill(pid, 'SIGHUP');
    }
  }

  /** Ends all in good order; what does not follow in ten seconds is killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#processes.map((process) => process.stop(stopWithinMs)));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #startOne(process: LabProcess): Promise<void> {
    this.#startedAt.set(process.name, performance.now());
    await process.start();
  }

  #died(name: string, how: string): void {
    if (this.#stopping) return;
    const ranMs = performance.now() - (this.#startedAt.get(name) ?? 0);
    const deaths = ranMs > provedMs ? 0 : (this.#deaths.get(name) ?? 0);
    this.#deaths.set(name, deaths + 1);
    const againInMs = Math.min(longestDelayMs, firstDelayMs * 2 ** deaths);
    this.#observer.onDied(name, how, againInMs);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const process = this.#processes.find((one) => one.name === name);
      if (process === undefined || this.#stopping) return;
      this.#startOne(process).catch((error: unknown) =>
        this.#died(name, error instanceof Error ? error.message : String(error)),
      );
    }, againInMs);
    this.#timers.add(timer);
  }
}

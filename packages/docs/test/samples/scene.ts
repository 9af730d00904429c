/** Where samples are run: one lab, in which the documentation's hosts, users and files have what stands for them. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Control } from '@finesse-ha/lab';
import { startLab, type TestLab } from '@finesse-ha/testing';
import { environmentOf } from '@finesse-ha/testing/conformance';
import { root } from './extract.js';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  env?: Record<string, string>;
  /** Ended with SIGINT as soon as this is printed: for commands that go on until Ctrl-C. */
  until?: RegExp;
  timeoutMs?: number;
}

const bin = `${root}packages/cli/bin/finesse-ha.js`;

export class Scene {
  readonly lab: TestLab;
  readonly folder: string;
  readonly #control: Control;
  readonly #agents: string[];

  private constructor(lab: TestLab, folder: string, control: Control) {
    this.lab = lab;
    this.folder = folder;
    this.#control = control;
    this.#agents = [...lab.agentIds];
  }

  /** @param agents as many as there are samples: each signs in as one of its own */
  static async open(agents: number): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), 'finesse-ha-docs-'));
    // `finesse-ha fault` finds the lab by this file; that of a lab which the reader runs stays out of it.
    process.env.FINESSE_HA_CONTROL_FILE = join(folder, 'control.json');
    const lab = await startLab({ agents, tls: true });
    const control = new Control(lab.lab);
    await control.start();
    for (const sub of ['var', 'etc']) mkdirSync(join(folder, sub));
    writeFileSync(join(folder, 'etc', 'ca.pem'), lab.ca);
    return new Scene(lab, folder, control);
  }

  async close(): Promise<void> {
    this.#control.stop();
    await this.lab.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * The documentation's names turned into the lab's: hosts, files, the monitor's user, and the port of the WebSocket,
   * which a lab has on 7443 and not on the REST port.
   */
  adapt(text: string): string {
    const { primary, secondary } = this.lab.nodes;
    return (
      text
        .replace(/fin-a\.example(\.com)?/g, primary.domain)
        .replace(/fin-b\.example(\.com)?/g, secondary.domain)
        .replaceAll('/var/lib/finesse-ha/', `${this.folder}/var/`)
        .replaceAll('/etc/finesse-ha/', `${this.folder}/etc/`)
        // Where `finesse-ha lab` is.
        .replaceAll('http://127.0.0.1:8445', primary.restUrl)
        .replaceAll('http://127.0.0.2:8445', secondary.restUrl)
        .replace(/\bmonitor1\b/g, this.#agents.at(-1) ?? '')
    );
  }

  /** As `adapt`, for a program: it signs in as an agent whom no other sample has. */
  adaptProgram(text: string, index: number): string {
    // It brings a lab and its agents with it.
    if (/\bstartLab\(/.test(text)) return text;
    const webSocket = new URL(this.lab.nodes.primary.webSocketUrl).port;
    return this.adapt(text)
      .replace(/\b1001\d{3}\b/g, this.#agents[index] ?? '')
      .replace(/\bnodes(: \[[^\]]*\])?,/g, `nodes$1, notification: { webSocket: { port: ${webSocket} } },`);
  }

  /** What a program is told by its environment, with the names of `finesse-ha conformance`. */
  environment(index: number): Record<string, string> {
    const agent = this.lab.agent(this.#agents[index] ?? '');
    return environmentOf(agent, '1', join(this.folder, 'etc', 'ca.pem'));
  }

  /** Runs Node on a program, in an empty folder of its own. */
  node(args: readonly string[], { env = {}, until, timeoutMs = 90_000 }: RunOptions = {}): Promise<Outcome> {
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: {
        ...process.env,
        FINESSE_PASSWORD: 'finesse',
        NODE_EXTRA_CA_CERTS: join(this.folder, 'etc', 'ca.pem'),
        // A child that is told it is a test of vitest's behaves like one.
        VITEST: '',
        NODE_OPTIONS: '',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const heard = { stdout: '', stderr: '' };
    let interrupted = false;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (data) => {
        heard[name] += data;
        // Once: a second Ctrl-C would not wait for a good end.
        if (interrupted || !until?.test(heard.stdout)) return;
        interrupted = true;
        child.kill('SIGINT');
      });
    }
    const late = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    return new Promise((resolve) => {
      child.once('close', (code) => {
        clearTimeout(late);
        resolve({ code, ...heard });
      });
    });
  }

  /** Runs the command `finesse-ha`. */
  finesseHa(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.node([bin, ...args], options);
  }
}

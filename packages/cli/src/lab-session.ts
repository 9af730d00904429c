import { setTimeout as delay } from 'node:timers/promises';
import { FinesseClient } from '@finesse-ha/client';
import { Control, type Fault, Lab, LabError, type LabOptions, type NodeName } from '@finesse-ha/lab';
import type { User } from '@finesse-ha/protocol';
import { announcementText } from './announce-text.js';
import { CommandError, sentenceOf } from './exit.js';
import { clock } from './terminal.js';

/** Something that happened in the lab. `detail` is for machines. */
export interface LabEvent {
  source: string;
  kind: string;
  text: string;
  detail?: object;
}

/** Who shows what happens. */
export interface LabObserver {
  onEvent(event: LabEvent): void;
  /** What is being waited for; null = nothing any more. */
  onProgress(what: string | null): void;
  /** Both nodes are IN_SERVICE and the agents signed in. */
  onUp(lab: Lab): void;
}

const signedIn = 2;
const lookEveryMs = 500;
const connectWithinMs = 20_000;

/** The lab with two agents in it, from start to stop. */
export class LabSession {
  readonly #options: LabOptions;
  readonly #observer: LabObserver;
  readonly #clients: FinesseClient[] = [];
  readonly #stopping = new AbortController();
  #lab: Lab | null = null;
  #control: Control | null = null;

  constructor(options: LabOptions, observer: LabObserver) {
    this.#options = options;
    this.#observer = observer;
  }

  /**
   * Starts everything, and stops everything when `ended` resolves, whenever that is.
   * @throws {CommandError} in a sentence when it does not come up
   */
  async run(ended: Promise<void>): Promise<void> {
    const starting = this.#start();
    // Ended while it was starting: what the start says then is of no interest.
    starting.catch(() => undefined);
    try {
      await Promise.race([starting.then(() => ended), ended]);
    } catch (error) {
      if (error instanceof LabError) throw new CommandError(error.message);
      throw error;
    } finally {
      await this.#stop();
    }
  }

  async #start(): Promise<void> {
    const { signal } = this.#stopping;
    const lab = await Lab.prepare(this.#options);
    this.#lab = lab;
    if (signal.aborted) return lab.stop();
    this.#control = new Control(lab);
    lab.on('fault', ({ fault, heal }) => this.#onFault(fault, heal));
    await this.#control.start();
    lab.on('progress', (text) => this.#observer.onProgress(text));
    lab.on('exit', ({ process, how, expected }) => {
      const text = `ended by ${how}${expected ? '' : ', not by the lab'}`;
      this.#tell({ source: process, kind: 'exit', text });
    });
    lab.on('log', ({ process, line }) => this.#tell({ source: process, kind: 'log', text: line }));
    await lab.start();
    lab.on('ready', ({ process }) => this.#tell({ source: process, kind: 'ready', text: 'started' }));
    this.#observer.onProgress('signing agents in');
    await Promise.all(lab.deployment.agents.slice(0, signedIn).map(({ id }) => this.#signIn(lab, id)));
    signal.throwIfAborted();
    this.#observer.onProgress(null);
    for (const { name } of lab.nodes) void this.#follow(lab, name);
    this.#observer.onUp(lab);
  }

  async #signIn(lab: Lab, id: string): Promise<void> {
    const { signal } = this.#stopping;
    const client = new FinesseClient(lab.clientOptions(id));
    this.#clients.push(client);
    const source = `agent ${id}`;
    client.on('availability', ({ announcement }) => {
      const { kind, node, failure, nodes } = announcement;
      this.#tell({ source, kind, text: announcementText(announcement), detail: { node, failure, nodes } });
    });
    client.on('update', (update) => {
      if (update.kind !== 'user') return;
      const { state, reasonCode, stateChangeTime } = update.current;
      const text = `${describe(update.current)}${update.origin === 'resync' ? ', found by asking' : ''}`;
      const detail = { state, reasonCode: reasonCode?.code, stateChangeTime, origin: update.origin };
      this.#tell({ source, kind: 'update', text, detail });
    });
    client.on('unknown-interval', ({ fromAt, toAt, why }) => {
      const text = `nobody can know what happened from ${clock(new Date(fromAt))} to ${clock(new Date(toAt))}: ${why}`;
      this.#tell({ source, kind: 'unknown-interval', text, detail: { fromAt, toAt } });
    });
    client.on('logged-out-late', ({ outcome }) => {
      const text = `logged out late by the node that was left: ${outcome}`;
      this.#tell({ source, kind: 'logged-out-late', text });
    });
    const tooLate = AbortSignal.timeout(connectWithinMs);
    await client.connect({ signal: AbortSignal.any([signal, tooLate]) }).catch((error: unknown) => {
      if (!tooLate.aborted) throw error;
      throw new CommandError(
        `agent ${id} is not connected after ${connectWithinMs} ms: ${client.availability.why}`,
      );
    });
    await client.signIn({ signal });
    await client.setState('READY', { signal });
  }

  /** Tells when a node's own SystemInfo changes, whoever is on it. Ends with the session. */
  async #follow(lab: Lab, node: NodeName): Promise<void> {
    const { signal } = this.#stopping;
    for (let last = 'IN_SERVICE'; !signal.aborted; ) {
      await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
      const status = await lab.nodeStatus(node);
      if (status !== last) this.#tell({ source: node, kind: 'status', text: status });
      last = status;
    }
  }

  #onFault({ scenario, node, variant }: Fault, heal: boolean): void {
    const text = heal
      ? `healing ${scenario} of ${node}`
      : `breaking ${scenario} of ${node}${variant === 'default' ? '' : `, ${variant}`}`;
    this.#tell({ source: 'lab', kind: heal ? 'heal' : 'fault', text, detail: { scenario, node, variant } });
  }

  #tell(event: LabEvent): void {
    if (!this.#stopping.signal.aborted) this.#observer.onEvent(event);
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#observer.onProgress('stopping');
    this.#control?.stop();
    for (const result of await Promise.allSettled(this.#clients.map((client) => client.close()))) {
      if (result.status === 'rejected') process.stderr.write(`${sentenceOf(result.reason)}\n`);
    }
    await this.#lab?.stop();
    this.#observer.onProgress(null);
  }
}

function describe({ state, reasonCode }: User): string {
  return reasonCode === undefined ? state : `${state} (${reasonCode.label})`;
}

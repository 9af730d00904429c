/** The place of the web app in its host: the worker thread that it lives in, and the way of requests to it and back. */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { NodeConfig } from '../web-app/config.js';
import { Admission, type Ticket } from './admission.js';
import type { AppRequest, AppResponse, FromApp, ToApp, WebAppState } from './messages.js';

/**
 * What became of a request. `missing`: there is no web app. `shed`: the node is overloaded. `late`: no answer in time.
 * `lost`: the web app died over it, and whether it did what was asked is unknown.
 */
export type Outcome =
  | { readonly kind: 'answered'; readonly response: AppResponse }
  | { readonly kind: 'missing' | 'shed' | 'late' | 'lost' };

/** What the web app gets of a request. */
export type RequestContent = Pick<AppRequest, 'method' | 'url' | 'headers' | 'body'>;

/** What the web app's worker is started with. */
export interface WebAppStart {
  readonly config: NodeConfig;
  readonly port: MessagePort;
}

/** Receives the slot's news: each change of state, and the error that a web app died of. */
export interface SlotObserver {
  onState(state: WebAppState): void;
  onCrash(error: Error): void;
  /** What the web app says of its service: `IN_SERVICE` or not, and why. */
  onService(status: string, reason: string): void;
}

interface Running {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly inFlight: Map<number, (outcome: Outcome) => void>;
}

/** How long a web app may take to leave in good order. */
const STOP_MS = 3_000;

/** At most one web app. Nothing is restarted by itself: a web app that died stays away until `start`. */
export class WebAppSlot {
  readonly #config: NodeConfig;
  readonly #observer: SlotObserver;
  readonly #admission: Admission;
  #running: Running | undefined;
  #state: WebAppState = 'down';
  #nextId = 1;
  #terminated: Promise<unknown> = Promise.resolve();
  /** Counts starts and kills, so that a start that a kill overtook is not carried out. */
  #starts = 0;

  constructor(config: NodeConfig, observer: SlotObserver) {
    this.#config = config;
    this.#observer = observer;
    this.#admission = new Admission(config.limits);
  }

  /** The web app's state. */
  get state(): WebAppState {
    return this.#state;
  }

  /** Starts a web app; does nothing when there is one. */
  async start(): Promise<void> {
    if (this.#state !== 'down') return;
    this.#setState('starting');
    const start = ++this.#starts;
    // The dead one's sockets must be closed first: both log in as the same XMPP user.
    await this.#terminated;
    if (start === this.#starts) this.#launch();
  }

  #launch(): void {
    const { port1, port2 } = new MessageChannel();
    const start: WebAppStart = { config: this.#config, port: port2 };
    const worker = new Worker(new URL('../web-app-worker.js', import.meta.url), {
      workerData: start,
      transferList: [port2],
    });
    const running: Running = { worker, port: port1, inFlight: new Map() };
    this.#running = running;
    port1.on('message', (message: FromApp) => this.#receive(running, message));
    worker.on('error', (error) => this.#observer.onCrash(asError(error)));
    worker.on('exit', () => this.#gone(running));
  }

  /** Ends the web app as a crash would: nothing is said goodbye to, its sockets close. */
  async kill(): Promise<void> {
    const running = this.#running;
    this.#starts += 1;
    if (running === undefined) {
      this.#setState('down');
      return;
    }
    this.#terminated = running.worker.terminate();
    this.#gone(running);
    await this.#terminated;
  }

  /** Ends the web app in good order: its sessions are closed; what hangs is killed. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return this.kill();
    const stopped = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, STOP_MS);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      running.worker.once('exit', done);
      running.port.on('message', (message: FromApp) => {
        if (message.type === 'stopped') done();
      });
    });
    this.#post(running, { type: 'stop' });
    await stopped;
    await this.kill();
  }

  /**
   * Gives a request to the web app.
   * @param urgent goes first where requests wait
   * @param settle called once with what became of it
   * @returns a function to call when its client has gone; after it `settle` is not called any more
   */
  handle(content: RequestContent, urgent: boolean, settle: (outcome: Outcome) => void): () => void {
    if (this.#state !== 'up' || this.#running === undefined) {
      settle({ kind: 'missing' });
      return () => undefined;
    }
    const running = this.#running;
    const id = this.#nextId++;
    let settled = false;
    let timer: NodeJS.Timeout | undefined;
    const finish = (outcome: Outcome | undefined) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      running.inFlight.delete(id);
      this.#admission.finished(ticket);
      if (outcome !== undefined) settle(outcome);
    };
    const ticket: Ticket = {
      urgent,
      enter: () => {
        running.inFlight.set(id, finish);
        timer = setTimeout(() => {
          this.#post(running, { type: 'abandoned', id });
          finish({ kind: 'late' });
        }, this.#config.limits.answerMs);
        this.#post(running, { type: 'request', id, ...content });
      },
      shed: () => finish({ kind: this.#running === running ? 'shed' : 'missing' }),
    };
    this.#admission.offer(ticket);
    return () => {
      if (settled) return;
      if (running.inFlight.has(id)) this.#post(running, { type: 'abandoned', id });
      finish(undefined);
    };
  }

  #post(running: Running, message: ToApp): void {
    running.port.postMessage(message);
  }

  #receive(running: Running, message: FromApp): void {
    if (this.#running !== running) return;
    if (message.type === 'up') this.#setState('up');
    if (message.type === 'service') this.#observer.onService(message.status, message.reason);
    if (message.type === 'response')
      running.inFlight.get(message.id)?.({ kind: 'answered', response: message });
  }

  #gone(running: Running): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    running.port.close();
    const lost = [...running.inFlight.values()];
    this.#setState('down');
    this.#admission.clear();
    for (const finish of lost) finish({ kind: 'lost' });
  }

  #setState(state: WebAppState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#observer.onState(state);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

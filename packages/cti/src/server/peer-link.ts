import { EventEmitter } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { SideName } from '../session.js';
import type { ChangeRequest, ChangeResult, ModelSnapshot } from './agent-model.js';

/** What the sides say to each other, one JSON object a line. */
export type PeerMessage =
  /** First of all, with everything that this side holds. `serving`: it has clients, so it did not just start. */
  | { type: 'hello'; side: SideName; serving: boolean; snapshot: ModelSnapshot }
  /** B asks A, who orders requests while both live. */
  | { type: 'order'; order: number; request: ChangeRequest }
  /** A has applied it, and B is to do the same; `order` answers B's own. */
  | { type: 'apply'; sequence: number; at: number; request: ChangeRequest; order: number | null }
  | { type: 'alive' };

export type Applied = { result: ChangeResult; at: number };

const aliveEveryMs = 300;
/** A side that says nothing for so long is frozen: the other goes on alone. */
const silentForMs = 1_500;
const redialMs = 100;

/**
 * The link between the two sides. B dials A. Either side's silence or end is told as `down`; a new one begins with both
 * saying hello.
 */
export class PeerLink extends EventEmitter<{ message: [PeerMessage]; up: []; down: [] }> {
  readonly #side: SideName;
  readonly #hello: () => PeerMessage;
  #server: Server | null = null;
  #socket: Socket | null = null;
  #lastHeardAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #redial: NodeJS.Timeout | undefined;
  #stopped = false;
  /** The last attempt of B to reach A failed. */
  #refused = false;

  constructor(side: SideName, hello: () => PeerMessage) {
    super();
    this.#side = side;
    this.#hello = hello;
  }

  get up(): boolean {
    return this.#socket !== null;
  }

  /** A listens, B dials. Resolves when A listens, or at once. */
  async start(
    own: { host: string; port: number },
    peer: { host: string; port: number } | undefined,
  ): Promise<void> {
    this.#timer = setInterval(() => this.#watch(), aliveEveryMs);
    if (this.#side === 'A') {
      const server = createServer((socket) => this.#take(socket));
      this.#server = server;
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(own.port, own.host, resolve);
      });
    } else if (peer !== undefined) this.#dial(peer);
  }

  /** Resolves when the link is up, the other side is known to be absent (B's dial refused), or the time is over. */
  async settled(withinMs: number): Promise<void> {
    if (this.up || this.#refused) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.off('up', done);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      this.once('up', done);
    });
  }

  send(message: PeerMessage): void {
    this.#socket?.write(`${JSON.stringify(message)}\n`);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#redial);
    this.#server?.close();
    this.#socket?.destroy();
  }

  #dial(peer: { host: string; port: number }): void {
    if (this.#stopped) return;
    const socket = connect(peer);
    socket.once('connect', () => {
      this.#refused = false;
      this.#take(socket);
    });
    socket.on('error', () => {
      this.#refused = true;
    });
    socket.once('close', () => {
      if (!this.#stopped) this.#redial = setTimeout(() => this.#dial(peer), redialMs);
    });
  }

  #take(socket: Socket): void {
    this.#socket?.destroy();
    this.#drop();
    this.#socket = socket;
    this.#lastHeardAt = performance.now();
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    let pending = '';
    socket.on('data', (text: string) => {
      this.#lastHeardAt = performance.now();
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) if (this.#socket === socket) this.#receive(line);
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (this.#socket === socket) this.#drop();
    });
    this.send(this.#hello());
  }

  #receive(line: string): void {
    let message: PeerMessage;
    try {
      message = JSON.parse(line) as PeerMessage;
    } catch {
      this.#socket?.destroy();
      return;
    }
    if (message.type === 'alive') return;
    this.emit('message', message);
    if (message.type === 'hello') this.emit('up');
  }

  #watch(): void {
    if (this.#socket === null) return;
    if (performance.now() - this.#lastHeardAt > silentForMs) {
      this.#socket.destroy();
      this.#drop();
    } else this.send({ type: 'alive' });
  }

  #drop(): void {
    if (this.#socket === null) return;
    this.#socket = null;
    this.emit('down');
  }
}

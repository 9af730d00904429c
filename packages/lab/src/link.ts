import { connect, createServer, type Server, type Socket } from 'node:net';

/** `pass` relays; `reset` cuts: RST for what is open and for what comes; `silence` swallows everything and keeps sockets open. */
export type LinkMode = 'pass' | 'reset' | 'silence';

export interface LinkListener {
  host: string;
  port: number;
  toHost: string;
  toPort: number;
}

interface Pair {
  client: Socket;
  upstream: Socket | null;
  /** It was silenced once: bytes are missing in it, so it can never be healed. */
  silenced: boolean;
}

/** A TCP relay that can be cut: the network between two parts of the lab. */
export class Link {
  readonly #listeners: readonly LinkListener[];
  readonly #servers: Server[] = [];
  readonly #pairs = new Set<Pair>();
  #mode: LinkMode = 'pass';

  constructor(listeners: readonly LinkListener[]) {
    this.#listeners = listeners;
  }

  /** Rejects with the listen error. */
  async start(): Promise<void> {
    for (const listener of this.#listeners) {
      const server = createServer((socket) => this.#accept(socket, listener));
      this.#servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(listener.port, listener.host, resolve);
      });
    }
  }

  get mode(): LinkMode {
    return this.#mode;
  }

  setMode(mode: LinkMode): void {
    this.#mode = mode;
    for (const pair of [...this.#pairs]) {
      if (mode === 'silence') pair.silenced = true;
      // Bytes are missing in a silenced connection: healed, it is reset, as a peer that gave it up would do.
      else if (mode === 'reset' || pair.silenced) this.#cut(pair);
    }
  }

  stop(): void {
    for (const server of this.#servers) server.close();
    for (const pair of [...this.#pairs]) this.#cut(pair);
  }

  #accept(client: Socket, { toHost, toPort }: LinkListener): void {
    if (this.#mode === 'reset') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const pair: Pair = { client, upstream: null, silenced: this.#mode === 'silence' };
    this.#pairs.add(pair);
    this.#watch(client, pair);
    if (pair.silenced) {
      client.resume();
      return;
    }
    const upstream = connect({ host: toHost, port: toPort });
    pair.upstream = upstream;
    this.#watch(upstream, pair);
    this.#relay(client, upstream, pair);
    this.#relay(upstream, client, pair);
  }

  #relay(from: Socket, to: Socket, pair: Pair): void {
    from.setNoDelay(true);
    from.on('data', (data) => {
      if (pair.silenced) return;
      if (!to.write(data)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    from.on('end', () => {
      if (!pair.silenced) to.end();
    });
  }

  #watch(socket: Socket, pair: Pair): void {
    socket.on('error', () => {
      // A refused or reset upstream is passed on as what it is.
      if (!pair.silenced) this.#cut(pair);
    });
    socket.on('close', () => {
      if (pair.silenced && socket === pair.upstream) return;
      if (pair.silenced || pair.client.destroyed || pair.upstream?.destroyed === true) this.#finish(pair);
    });
  }

  /** Both directions have said all they had to say. */
  #finish(pair: Pair): void {
    this.#pairs.delete(pair);
    if (!pair.client.destroyed) pair.client.end();
    if (pair.upstream !== null && !pair.upstream.destroyed) pair.upstream.end();
  }

  #cut(pair: Pair): void {
    this.#pairs.delete(pair);
    for (const socket of [pair.client, pair.upstream]) {
      if (socket === null || socket.destroyed) continue;
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    }
  }
}

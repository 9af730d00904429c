import { connect, createServer, type Server, type Socket } from 'node:net';

/** `pass` relays; `reset` cuts: RST for what is open and for what comes; `silence` swallows everything and keeps sockets open. */
export type LinkMode = 'pass' | 'reset' | 'silence';

export interface LinkListener {
  host: string;
  port: number;
  toHost: string;
  /** Other hosts that serve the same: connections go to all of them in turn, and to another where one refuses. */
  alsoTo?: readonly string[] | undefined;
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
  readonly #onConnection: (listener: LinkListener) => void;
  readonly #servers: Server[] = [];
  readonly #pairs = new Set<Pair>();
  #mode: LinkMode = 'pass';
  #accepted = 0;

  /** @param onConnection told of every connection that a client opens, also of those that are cut at once */
  constructor(
    listeners: readonly LinkListener[],
    onConnection: (listener: LinkListener) => void = () => undefined,
  ) {
    this.#listeners = listeners;
    this.#onConnection = onConnection;
  }

  /** Rejects with the listen error. */
  async start(): Promise<void> {
    for (const listener of this.#listeners) {
      const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket, listener));
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
      if (mode === 'silence') this.#silence(pair);
      // Bytes are missing in a silenced connection: healed, it is reset, as a peer that gave it up would do.
      else if (mode === 'reset' || pair.silenced) this.#cut(pair);
    }
  }

  stop(): void {
    for (const server of this.#servers) server.close();
    for (const pair of [...this.#pairs]) this.#cut(pair);
  }

  #accept(client: Socket, listener: LinkListener): void {
    this.#onConnection(listener);
    if (this.#mode === 'reset') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const pair: Pair = { client, upstream: null, silenced: this.#mode === 'silence' };
    this.#pairs.add(pair);
    client.on('error', () => {
      if (!pair.silenced) this.#cut(pair);
    });
    if (pair.silenced) {
      this.#take(client, null, pair);
      return;
    }
    const hosts = [listener.toHost, ...(listener.alsoTo ?? [])];
    const first = this.#accepted++ % hosts.length;
    this.#reach(pair, [...hosts.slice(first), ...hosts.slice(0, first)], listener.toPort);
  }

  /** Joins the client to the first of the hosts that takes a connection. */
  #reach(pair: Pair, [host, ...others]: readonly string[], port: number): void {
    const upstream = connect({ host: host as string, port, allowHalfOpen: true });
    pair.upstream = upstream;
    if (others.length === 0) {
      this.#take(pair.client, upstream, pair);
      this.#take(upstream, pair.client, pair);
      return;
    }
    const onError = () => {
      if (this.#pairs.has(pair) && !pair.silenced) this.#reach(pair, others, port);
    };
    upstream.once('error', onError);
    upstream.once('connect', () => {
      upstream.off('error', onError);
      this.#take(pair.client, upstream, pair);
      this.#take(upstream, pair.client, pair);
    });
  }

  /** Passes on what one end says, bytes and goodbyes alike. Silence swallows both: the other end notices nothing. */
  #take(from: Socket, to: Socket | null, pair: Pair): void {
    from.setNoDelay(true);
    from.on('data', (data) => {
      if (pair.silenced || to === null || to.write(data)) return;
      from.pause();
      to.once('drain', () => from.resume());
    });
    from.on('end', () => {
      if (pair.silenced || to === null) from.destroy();
      else to.end();
    });
    // A refused or reset end is passed on as what it is.
    from.on('error', () => {
      if (!pair.silenced) this.#cut(pair);
    });
    from.on('close', () => {
      if (!pair.silenced) this.#finish(pair);
      else if (pair.client.destroyed && pair.upstream?.destroyed !== false) this.#pairs.delete(pair);
    });
  }

  /** Both directions have said all they had to say. */
  #finish(pair: Pair): void {
    this.#pairs.delete(pair);
    if (!pair.client.destroyed) pair.client.end();
    if (pair.upstream !== null && !pair.upstream.destroyed) pair.upstream.end();
  }

  #silence(pair: Pair): void {
    pair.silenced = true;
    // Who waited for the other end to read is read from again, into nothing.
    pair.client.resume();
    pair.upstream?.resume();
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

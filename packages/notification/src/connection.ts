import { isAscii } from 'node:buffer';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { Element } from '@finesse-ha/protocol';
import type { RawData, WebSocket } from 'ws';

/** What a connection tells its stream. `onClose` comes once. */
export interface ConnectionHandlers {
  onText(text: string): void;
  /** What came is no UTF-8. */
  onUndecodable(): void;
  /** Where elements come whole and parsed already. */
  onElement(element: Element): void;
  onClose(cause: string): void;
}

/** One client's connection, whatever carries it. */
export interface ServerConnection {
  readonly framing: 'tcp' | 'websocket';
  readonly secure: boolean;
  readonly remote: string;
  /** Bytes that the client has not taken yet. */
  readonly unread: number;
  listen(handlers: ConnectionHandlers): void;
  send(text: string): void;
  /** Sends what is queued, then closes; drops the connection if that takes too long. */
  end(): void;
  /** Drops the connection and all that is queued, at once. */
  destroy(): void;
  /** Puts TLS on a plain TCP connection. */
  startTls?(context: SecureContext): void;
}

/** How long a connection may take to send its last words. */
const lingerMs = 2_000;

/** XMPP over TCP, with or without TLS from the start. */
export class TcpServerConnection implements ServerConnection {
  readonly framing = 'tcp';
  readonly remote: string;
  #socket: Socket;
  #handlers: ConnectionHandlers | null = null;
  /** From the first byte that is no ASCII on: most clients never send one, and a decoder for each is 0.6 KiB (measured). */
  #decoder: InstanceType<typeof TextDecoder> | null = null;
  /** What this turn of the event loop has for the client: it leaves in one write. */
  #unsent = '';
  #closed = false;
  #cause = 'the client closed the connection';

  constructor(socket: Socket) {
    this.#socket = socket;
    this.remote = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#attach(socket);
  }

  get secure(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  get unread(): number {
    return this.#socket.writableLength + this.#unsent.length;
  }

  listen(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }

  send(text: string): void {
    if (this.#closed) return;
    // Not corked: a socket with several writes under its cork makes objects of each before it joins them.
    if (this.#unsent === '') process.nextTick(TcpServerConnection.#flushOf, this);
    this.#unsent += text;
  }

  end(): void {
    if (this.#closed) return;
    this.#flush();
    const socket = this.#socket;
    socket.end();
    const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  startTls(context: SecureContext): void {
    this.#flush();
    const plain = this.#socket;
    plain.removeAllListeners('data');
    plain.removeAllListeners('close');
    this.#decoder = null;
    this.#socket = new TLSSocket(plain, { isServer: true, secureContext: context });
    this.#attach(this.#socket);
  }

  static #flushOf(connection: TcpServerConnection): void {
    connection.#flush();
  }

  #flush(): void {
    const text = this.#unsent;
    this.#unsent = '';
    if (text !== '' && !this.#closed) this.#socket.write(text);
  }

  #onData(data: Buffer): void {
    let text: string;
    try {
      text = this.#decoded(data);
    } catch {
      this.#handlers?.onUndecodable();
      return;
    }
    this.#handlers?.onText(text);
  }

  /** @throws TypeError for what is no UTF-8 */
  #decoded(data: Buffer): string {
    if (this.#decoder === null && isAscii(data)) return data.toString('latin1');
    this.#decoder ??= new TextDecoder('utf-8', { fatal: true });
    return this.#decoder.decode(data, { stream: true });
  }

  #attach(socket: Socket): void {
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => {
      if (socket === this.#socket && !this.#closed) this.#onData(data);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#cause = error.code ?? error.message;
    });
    socket.on('close', () => {
      if (this.#closed) return;
      this.#closed = true;
      this.#handlers?.onClose(this.#cause);
    });
  }
}

/** XMPP over WebSocket (RFC 7395): one frame, one element. */
export class WebSocketServerConnection implements ServerConnection {
  readonly framing = 'websocket';
  readonly secure: boolean;
  readonly remote: string;
  readonly #webSocket: WebSocket;
  #handlers: ConnectionHandlers | null = null;
  #closed = false;

  constructor(webSocket: WebSocket, secure: boolean, remote: string) {
    this.#webSocket = webSocket;
    this.secure = secure;
    this.remote = remote;
    let cause = 'the client closed the connection';
    webSocket.on('message', (data: RawData, binary: boolean) => {
      if (binary) this.#webSocket.close(1003, 'text frames only');
      else if (!this.#closed) this.#handlers?.onText(data.toString());
    });
    webSocket.on('error', (error) => {
      cause = error.message;
    });
    webSocket.on('close', () => {
      if (this.#closed) return;
      this.#closed = true;
      this.#handlers?.onClose(cause);
    });
  }

  get unread(): number {
    return this.#webSocket.bufferedAmount;
  }

  listen(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }

  send(text: string): void {
    if (!this.#closed) this.#webSocket.send(text);
  }

  end(): void {
    if (this.#closed) return;
    this.#webSocket.close(1000);
    const timer = setTimeout(() => this.#webSocket.terminate(), lingerMs).unref();
    this.#webSocket.once('close', () => clearTimeout(timer));
  }

  destroy(): void {
    this.#webSocket.terminate();
  }
}

import type { Socket } from 'node:net';
import { type DecodeError, decodeBody, encodeMessage, FrameReader } from './codec.js';
import type { CtiMessage } from './schema.js';

export interface ConnectionHandlers {
  onMessage(message: CtiMessage): void;
  /** A body that cannot be read; the connection lives on unless the handler resets it. */
  onBadMessage(error: DecodeError): void;
  /** Once, whatever ended it. */
  onClose(cause: string): void;
}

/** One GED-188 connection over a socket, used by both ends. TCP_NODELAY as the guide asks (Session Management). */
export class CtiConnection {
  /** Until OPEN_REQ tells, the server reads with its own version: OPEN_REQ's fixed part is the same in all of them. */
  version: number;
  readonly #socket: Socket;
  readonly #handlers: ConnectionHandlers;
  readonly #reader = new FrameReader();
  #closed = false;
  #cause = 'the peer closed the connection';

  constructor(socket: Socket, version: number, handlers: ConnectionHandlers) {
    this.#socket = socket;
    this.version = version;
    this.#handlers = handlers;
    socket.setNoDelay(true);
    socket.on('data', (data) => this.#onData(data));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#cause = error.code ?? error.message;
    });
    socket.on('close', () => {
      if (this.#closed) return;
      this.#closed = true;
      handlers.onClose(this.#cause);
    });
    socket.on('end', () => socket.destroy());
  }

  send(message: CtiMessage): void {
    if (!this.#closed) this.#socket.write(encodeMessage(message, this.version));
  }

  /** Bytes that the peer has not taken yet. */
  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  /** Resets the connection, as the guide has a failed session end. `onClose` tells the cause. */
  reset(cause: string): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#socket.connecting) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
    this.#handlers.onClose(cause);
  }

  /** Ends it without telling anybody. */
  drop(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  /** Lets what was written go out, then closes. */
  end(): void {
    this.#socket.end();
  }

  #onData(data: Buffer): void {
    const frames = this.#reader.push(data);
    if (frames === null) {
      this.reset('a message longer than the protocol allows');
      return;
    }
    for (const { id, body } of frames) {
      if (this.#closed) return;
      const result = decodeBody(id, body, this.version);
      if (result.ok) this.#handlers.onMessage(result.message);
      else this.#handlers.onBadMessage(result.error);
    }
  }
}

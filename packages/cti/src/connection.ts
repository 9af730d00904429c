import type { Socket } from 'node:net';
import { type DecodeError, decodeBody, encodeMessage } from './codec.js';
import { FrameReader } from './frames.js';
import type { CtiMessage } from './schema.js';

export interface ConnectionHandlers {
  onMessage(message: CtiMessage): void;
  /** A body that cannot be read; the connection lives on unless the handler ends it. */
  onBadMessage(error: DecodeError): void;
  /** Once, whatever ended it. */
  onClose(cause: string): void;
}

/** What was said last gets so long to go out before the socket is destroyed. */
const endWithinMs = 1_000;

/** One GED-188 connection over a socket, used by both ends. TCP_NODELAY as the guide asks (Session Management). */
export class CtiConnection {
  /** In which both write and read; the server learns it from OPEN_REQ. */
  version: number;
  readonly #socket: Socket;
  readonly #handlers: ConnectionHandlers;
  readonly #reader = new FrameReader();
  #closed = false;
  #ending: NodeJS.Timeout | undefined;
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
    socket.on('close', () => this.#close(this.#cause));
    socket.on('end', () => socket.destroy());
  }

  /** Writes a message; nothing once the connection is ending. @throws {RangeError} as `encodeMessage` does */
  send(message: CtiMessage): void {
    const bytes = encodeMessage(message, this.version);
    if (!this.#closed && this.#ending === undefined) this.#socket.write(bytes);
  }

  /** Bytes that the peer has not taken yet. */
  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  /** Resets the connection, as the guide has a failed session end. `onClose` tells the cause. */
  reset(cause: string): void {
    if (this.#closed) return;
    if (this.#socket.connecting) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
    this.#close(cause);
  }

  /** Ends it without telling anybody. */
  drop(): void {
    this.#closed = true;
    clearTimeout(this.#ending);
    this.#socket.destroy();
  }

  /** Lets what was written go out, hears nothing more, then closes. `onClose` tells the cause. */
  end(cause: string): void {
    if (this.#closed || this.#ending !== undefined) return;
    this.#cause = cause;
    this.#ending = setTimeout(() => this.#socket.destroy(), endWithinMs);
    this.#socket.end();
  }

  #close(cause: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#ending);
    this.#handlers.onClose(cause);
  }

  #onData(data: Buffer): void {
    const { frames, error } = this.#reader.push(data);
    for (const { id, body } of frames) {
      if (this.#closed || this.#ending !== undefined) return;
      const result = decodeBody(id, body, this.version);
      if (result.ok) this.#handlers.onMessage(result.message);
      else this.#handlers.onBadMessage(result.error);
    }
    if (error !== null)
      this.reset(`message ${error.messageId} of ${error.bodyBytes} bytes is longer than the protocol allows`);
  }
}

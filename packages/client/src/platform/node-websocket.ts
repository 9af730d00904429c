import { WebSocket } from 'ws';
import { fromNodeError } from './node-errors.js';
import { parseRetryAfter, TransportError } from './transport-error.js';
import type { Connection, ConnectionHandlers } from './types.js';

/** A frame larger than this is refused before it is read: far above what the XML parser takes. */
const maxFrameBytes = 1024 * 1024;

/** XMPP over WebSocket (RFC 7395) in Node. */
export class NodeWebSocket implements Connection {
  readonly #socket: WebSocket;
  readonly #where: string;
  #handlers: ConnectionHandlers | null;

  constructor(target: { url: string; ca?: string | undefined }, handlers: ConnectionHandlers) {
    this.#where = new URL(target.url).host;
    this.#handlers = handlers;
    this.#socket = new WebSocket(target.url, 'xmpp', {
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      followRedirects: false,
      ...(target.ca === undefined ? {} : { ca: target.ca }),
    });
    this.#listen();
  }

  startTls(): void {
    throw new TypeError('a WebSocket is secured by its URL (wss), not by STARTTLS (RFC 7395 3.9)');
  }

  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  end(): void {
    this.#socket.close(1000);
  }

  destroy(): void {
    this.#handlers = null;
    this.#socket.terminate();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('open', () => this.#handlers?.onOpen());
    socket.on('message', (data, isBinary) => {
      if (isBinary) {
        this.#finish((handlers) => {
          handlers.onError(new TransportError('protocol', `a binary frame (${this.#where})`));
        });
      } else this.#handlers?.onText(data.toString());
    });
    socket.on('unexpected-response', (request, response) => {
      const status = response.statusCode ?? 0;
      const retryAfterMs = parseRetryAfter(response.headers['retry-after'], Date.now());
      const refusal = `HTTP ${status} instead of a WebSocket (${this.#where})`;
      this.#finish((handlers) =>
        handlers.onError(new TransportError('http', refusal, { status, retryAfterMs })),
      );
      // Whoever listens to this event has to end the exchange too.
      request.destroy();
    });
    // Always listened to: terminating a socket that is still connecting makes ws emit an error.
    socket.on('error', (error) => {
      this.#finish((handlers) => handlers.onError(fromNodeError(error, this.#where)));
    });
    socket.on('close', (code) => {
      this.#finish((handlers) => {
        // 1006: the TCP connection ended without a close frame (RFC 6455 7.1.5).
        if (code === 1006)
          handlers.onError(new TransportError('closed', `the connection broke off (${this.#where})`));
        else handlers.onClose(`the server closed the WebSocket (code ${code})`);
      });
    });
  }

  #finish(tell: (handlers: ConnectionHandlers) => void): void {
    const handlers = this.#handlers;
    this.#handlers = null;
    this.#socket.terminate();
    if (handlers !== null) tell(handlers);
  }
}

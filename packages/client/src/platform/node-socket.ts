import net from 'node:net';
import tls from 'node:tls';
import { fromNodeError } from './node-errors.js';
import { TransportError } from './transport-error.js';
import type { Connection, ConnectionHandlers } from './types.js';

/** XMPP over TCP: plain, to be secured by STARTTLS later, or TLS from the first byte. */
export class NodeSocket implements Connection {
  #socket: net.Socket;
  #handlers: ConnectionHandlers | null;
  #decoder = new TextDecoder();
  readonly #target: { host: string; port: number; ca?: string | undefined };

  constructor(
    target: { kind: 'tcp' | 'tls'; host: string; port: number; ca?: string | undefined },
    handlers: ConnectionHandlers,
  ) {
    this.#target = target;
    this.#handlers = handlers;
    if (target.kind === 'tls') {
      this.#socket = tls.connect({ ...this.#tlsOptions(), host: target.host, port: target.port });
      this.#listen('secureConnect', () => this.#handlers?.onOpen());
    } else {
      this.#socket = net.connect({ host: target.host, port: target.port });
      this.#listen('connect', () => this.#handlers?.onOpen());
    }
  }

  startTls(): void {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    this.#decoder = new TextDecoder();
    this.#socket = tls.connect({ ...this.#tlsOptions(), host: this.#target.host, socket: plain });
    this.#listen('secureConnect', () => this.#handlers?.onSecured());
  }

  send(text: string): void {
    if (this.#handlers !== null) this.#socket.write(text);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#handlers = null;
    this.#socket.destroy();
  }

  #tlsOptions(): tls.ConnectionOptions {
    const { host, ca } = this.#target;
    // SNI carries names only (RFC 6066 3); the certificate is checked against `host` in both cases.
    const servername = net.isIP(host) === 0 ? host : '';
    return { servername, ...(ca === undefined ? {} : { ca }) };
  }

  #listen(ready: 'connect' | 'secureConnect', onReady: () => void): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on(ready, onReady);
    socket.on('data', (bytes: Uint8Array) => {
      const text = this.#decoder.decode(bytes, { stream: true });
      if (text !== '') this.#handlers?.onText(text);
    });
    socket.on('end', () => socket.end());
    // After STARTTLS the plain socket goes on reporting, but the TLS socket over it says more.
    socket.on('error', (error) => {
      if (socket !== this.#socket) return;
      this.#finish((handlers) => handlers.onError(fromNodeError(error, this.#where)));
    });
    socket.on('close', () => {
      if (socket !== this.#socket) return;
      this.#finish((handlers) => {
        if (socket.readableEnded) handlers.onClose('the server closed the connection');
        else handlers.onError(new TransportError('closed', `the connection broke off (${this.#where})`));
      });
    });
  }

  get #where(): string {
    return `${this.#target.host}:${this.#target.port}`;
  }

  #finish(tell: (handlers: ConnectionHandlers) => void): void {
    const handlers = this.#handlers;
    this.#handlers = null;
    this.#socket.destroy();
    if (handlers !== null) tell(handlers);
  }
}

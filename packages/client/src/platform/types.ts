/**
 * The client's only way to the world. Everything else in this package reaches time, chance, HTTP, sockets and the
 * operating system through a `Platform`, so that a simulator can run the client's own code under virtual time.
 */
import type { TransportError } from './transport-error.js';

/** A timer as its platform knows it; only ever handed back to `clearTimer`. */
export type TimerHandle = { readonly timer: unknown };

/** One HTTP request. Redirects are not followed: they would carry credentials elsewhere. */
export interface HttpRequest {
  method: 'GET' | 'PUT' | 'POST';
  /** Absolute, http or https. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
  /** From the call to the last byte of the body. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** PEM certificates to trust instead of the platform's own. Browsers have no such choice and ignore it. */
  ca?: string | undefined;
}

/** An answer of any status, with its body read to the end. */
export interface HttpResponse {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Where a notification connection goes. */
export type ConnectTarget =
  | { kind: 'tcp'; host: string; port: number; ca?: string | undefined }
  | { kind: 'tls'; host: string; port: number; ca?: string | undefined }
  /** RFC 7395: the subprotocol is always `xmpp`. */
  | {
      kind: 'websocket';
      url: string;
      ca?: string | undefined;
      /**
       * Somebody wants to know whether it is the node that is not there or only its WebSocket. A platform that is not told why a
       * WebSocket failed (a browser) asks by HTTP, and gives `http` where that is answered.
       */
      tellWhy?: boolean | undefined;
    }
  /** XEP-0124: an http or https URL. */
  | { kind: 'bosh'; url: string; ca?: string | undefined };

/**
 * What a connection tells. Never called from within `connect` or one of the connection's methods; after `onClose` or
 * `onError` (one of them, once) and after `destroy()` nothing more is called.
 */
export interface ConnectionHandlers {
  /** The connection stands; over `direct` TLS and `wss` it is secured. */
  onOpen(): void;
  /** TLS is in place after `startTls()`. */
  onSecured(): void;
  /** Decoded text: any piece of the stream over TCP, one whole message over WebSocket, one element or nothing over BOSH. */
  onText(text: string): void;
  /** The peer closed in an orderly way. */
  onClose(detail: string): void;
  /** The connection could not be made, or broke. */
  onError(error: TransportError): void;
}

/** One notification connection, used for one attempt and never again. */
export interface Connection {
  /** Turns a plain TCP connection into TLS (RFC 6120 5.4.3.3), checking the certificate against the host connected to. */
  startTls(): void;
  /** Queues a piece of the stream; over WebSocket one whole message. */
  send(text: string): void;
  /** Sends what is still queued, then closes; `onClose` or `onError` follows. */
  end(): void;
  /** Drops the connection at once, whatever is still queued. */
  destroy(): void;
}

/** What the surroundings say of the network. `wake`: the page or machine resumed, so time may have been lost. */
export type NetworkHint = { type: 'online' } | { type: 'offline' } | { type: 'wake' };

/** See the head of this file. All durations are in milliseconds. */
export interface Platform {
  /** Monotonic milliseconds from any origin. May stand still while the machine sleeps. */
  now(): number;
  /** Epoch milliseconds; may jump. */
  wallNow(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Calls `fire` once, after so long. */
  setTimer(delayMs: number, fire: () => void): TimerHandle;
  /** Forgets a timer; one that has fired does no harm. */
  clearTimer(handle: TimerHandle): void;
  /**
   * @throws {TransportError} when no complete answer came: refused, unreachable, reset, closed, timeout, certificate,
   * aborted (by `signal`), protocol.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Begins to open a connection, and tells the handlers what comes of it. */
  connect(target: ConnectTarget, handlers: ConnectionHandlers): Connection;
  /** Which notification transports exist here. */
  readonly transports: readonly ('websocket' | 'tcp' | 'bosh')[];
  /** Listens to hints about the network until the function returned is called. */
  watchNetwork(listener: (hint: NetworkHint) => void): () => void;
  /** Closes pooled connections. The platform can be used again afterwards. */
  close(): Promise<void>;
}

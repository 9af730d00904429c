import { BoshConnection } from './bosh.js';
import { bounded } from './bounded.js';
import { TransportError } from './transport-error.js';
import type {
  Connection,
  ConnectionHandlers,
  HttpRequest,
  HttpResponse,
  NetworkHint,
  Platform,
  TimerHandle,
} from './types.js';

/** More is no answer: the attempt itself is to fail soon. */
const answersHttpMs = 2_000;

/**
 * The real world as a browser offers it: fetch and WebSocket, whose failures do not say why they failed. A refused
 * certificate looks like a node that is not there, and is told as `unreachable`.
 */
export function createPlatform(): Platform {
  const platform: Platform = {
    now: () => performance.now(),
    wallNow: () => Date.now(),
    random: () => Math.random(),
    setTimer: (delayMs, fire): TimerHandle => ({ timer: setTimeout(fire, delayMs) }),
    clearTimer: (handle) => clearTimeout(handle.timer as number),
    request: browserRequest,
    connect(target, handlers) {
      if (target.kind === 'bosh') return new BoshConnection(platform, target, handlers);
      if (target.kind !== 'websocket')
        throw new TypeError('a browser has no TCP sockets: use websocket or bosh');
      try {
        return new BrowserWebSocket(target, handlers);
      } catch (error) {
        // A page may not open this URL at all, such as ws: from https:.
        return failedConnection(error, handlers);
      }
    },
    transports: ['websocket', 'bosh'],
    watchNetwork,
    close: async () => undefined,
  };
  return platform;
}

function browserRequest(request: HttpRequest): Promise<HttpResponse> {
  return bounded(
    request,
    async (signal, where) => {
      const response = await fetch(request.url, {
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
        redirect: 'manual',
        cache: 'no-store',
        // The Authorization header says who asks; cookies of another session must not.
        credentials: 'omit',
        signal,
      });
      if (response.type === 'opaqueredirect') {
        throw new TransportError('protocol', `redirected elsewhere, which is not followed (${where})`);
      }
      const body = await response.text();
      return { status: response.status, headers: Object.fromEntries(response.headers), body };
    },
    (error, where) =>
      error instanceof TransportError ? error : new TransportError('unreachable', `no answer (${where})`),
  );
}

function failedConnection(error: unknown, handlers: ConnectionHandlers): Connection {
  const detail = error instanceof Error ? error.message : String(error);
  const timer = setTimeout(() => handlers.onError(new TransportError('protocol', detail)), 0);
  const drop = () => clearTimeout(timer);
  return { startTls: drop, send: () => undefined, end: () => undefined, destroy: drop };
}

/** XMPP over the browser's WebSocket (RFC 7395). */
class BrowserWebSocket implements Connection {
  readonly #socket: WebSocket;
  readonly #controller = new AbortController();
  #handlers: ConnectionHandlers | null;

  constructor(
    { url, tellWhy = false }: { url: string; tellWhy?: boolean | undefined },
    handlers: ConnectionHandlers,
  ) {
    const where = new URL(url).host;
    this.#handlers = handlers;
    this.#socket = new WebSocket(url, 'xmpp');
    let opened = false;
    this.#socket.onopen = () => {
      opened = true;
      this.#handlers?.onOpen();
    };
    this.#socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') this.#handlers?.onText(data);
      else this.#finish((told) => told.onError(new TransportError('protocol', `a binary frame (${where})`)));
    };
    // An `error` event says nothing and is always followed by `close`.
    this.#socket.onclose = ({ code }) => {
      if (!opened && tellWhy) {
        void answersHttp(url, this.#controller).then((answers) => this.#notOpened(answers, where));
        return;
      }
      this.#finish((told) => {
        if (!opened) told.onError(new TransportError('unreachable', `no WebSocket (${where})`));
        else if (code === 1006)
          told.onError(new TransportError('closed', `the connection broke off (${where})`));
        else told.onClose(`the server closed the WebSocket (code ${code})`);
      });
    };
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
    this.#controller.abort();
    this.#socket.close();
  }

  #notOpened(answersHttp: boolean, where: string): void {
    const error = answersHttp
      ? new TransportError('http', `HTTP is answered, WebSocket is not (${where})`)
      : new TransportError('unreachable', `neither WebSocket nor HTTP is answered (${where})`);
    this.#finish((told) => told.onError(error));
  }

  #finish(tell: (handlers: ConnectionHandlers) => void): void {
    const handlers = this.#handlers;
    this.#handlers = null;
    this.#socket.close();
    if (handlers !== null) tell(handlers);
  }
}

/** Whether anything answers HTTP where a WebSocket was to be. What it answers a page may not see, and need not. */
async function answersHttp(url: string, controller: AbortController): Promise<boolean> {
  const timer = setTimeout(() => controller.abort(), answersHttpMs);
  try {
    await fetch(url.replace(/^ws/, 'http'), {
      mode: 'no-cors',
      credentials: 'omit',
      cache: 'no-store',
      signal: controller.signal,
    });
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function watchNetwork(listener: (hint: NetworkHint) => void): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const scope: EventTarget = globalThis;
  scope.addEventListener('online', () => listener({ type: 'online' }), { signal });
  scope.addEventListener('offline', () => listener({ type: 'offline' }), { signal });
  scope.addEventListener('pageshow', () => listener({ type: 'wake' }), { signal });
  // A worker has no document.
  if (typeof document !== 'undefined') {
    const onVisible = () => {
      if (document.visibilityState === 'visible') listener({ type: 'wake' });
    };
    document.addEventListener('visibilitychange', onVisible, { signal });
    document.addEventListener('resume', () => listener({ type: 'wake' }), { signal });
  }
  return () => controller.abort();
}

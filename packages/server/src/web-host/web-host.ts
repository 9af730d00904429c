/** The web host: the HTTP(S) listener of a node. It knows nothing of Finesse but the path that the web app lives under, and the files of the desktop. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Certificate, readCertificate } from '@finesse-ha/ops';
import type { NodeConfig } from '../web-app/config.js';
import { corsHeaders, isForged, isPreflight, preflightHeaders } from './cors.js';
import { DesktopFiles } from './desktop-files.js';
import { errorPage } from './pages.js';
import type { Outcome, RequestContent, WebAppSlot } from './web-app-slot.js';

/** The web app's context path. */
const CONTEXT = '/finesse/';
/** Go first on a busy node: how clients learn whether to stay, and how the peer learns whom not to log out. */
const URGENT = /^\/finesse\/(?:api\/SystemInfo\/?(?:\?|$)|internal\/presence\/)/;
const METHODS = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS']);
/** Between the client and this host only (RFC 9110 7.6.1), and what the body's new form makes untrue. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);
/** How often slow clients are looked for. Node's own default, 30 s, would make every limit half a minute longer. */
const SLOW_CHECK_MS = 1_000;
/** Longer than any sensible poll interval of a client, so that its connection lives from poll to poll. */
const KEEP_ALIVE_MS = 65_000;
/** How long requests in progress may take once the host stops. */
const DRAIN_MS = 3_000;

/** A request that is over. */
export interface RequestTold {
  method: string;
  /** Without the query. */
  path: string;
  /** Of the answer; null where the connection ended before there was one. */
  status: number | null;
  /** Who the request says that it is from; its password is not told. */
  user: string | null;
}
export type RequestObserver = (request: RequestTold) => void;

/** Serves HTTP or HTTPS for one node and hands requests under `/finesse/` to the web app in its slot. */
export class WebHost {
  readonly #config: NodeConfig;
  readonly #slot: WebAppSlot;
  readonly #server: Server;
  readonly #secureServer: SecureServer | undefined;
  /** The certificate that it began with; undefined for plain HTTP. */
  readonly certificate: Certificate | undefined;
  readonly #onAnswer: (method: string, status: number) => void;
  readonly #desktop: DesktopFiles | undefined;
  readonly #onRequest: RequestObserver | undefined;
  #closing = false;
  #connections = 0;

  /** @throws Error that names the setting (`tls`, `desktop`) whose files cannot be read or used */
  constructor(
    config: NodeConfig,
    slot: WebAppSlot,
    onAnswer: (method: string, status: number) => void = () => undefined,
    onRequest?: RequestObserver,
  ) {
    this.#config = config;
    this.#onAnswer = onAnswer;
    this.#slot = slot;
    this.#onRequest = onRequest;
    const { desktop, tls } = config;
    this.#desktop = desktop === undefined ? undefined : settingUp('desktop', () => new DesktopFiles(desktop));
    const listener = (request: IncomingMessage, response: ServerResponse) => this.#serve(request, response);
    const { headersMs, requestMs } = config.limits;
    const options = {
      maxHeaderSize: 16_384,
      headersTimeout: Math.min(headersMs, requestMs),
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(SLOW_CHECK_MS, headersMs),
    };
    if (tls === undefined) this.#server = createServer(options, listener);
    else {
      const certificate = settingUp('tls', () => readCertificate(tls));
      this.certificate = certificate;
      this.#secureServer = createSecureServer({ ...options, ...certificate }, listener);
      this.#server = this.#secureServer;
    }
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.maxConnections = config.limits.connections;
    this.#server.on('connection', (socket) => {
      this.#connections += 1;
      socket.once('close', () => {
        this.#connections -= 1;
      });
    });
  }

  /**
   * Listens.
   * @returns the port, which matters where the configuration says 0
   * @throws the listener's error, e.g. with code EADDRINUSE
   */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#config.restPort, this.#config.host, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Connections begin with this certificate from now on; those that stand keep theirs. */
  renewCertificate(certificate: Certificate): void {
    this.#secureServer?.setSecureContext({ ...certificate });
  }

  /** Accepts nothing more, lets requests in progress end for a while, then closes every connection. */
  close(): Promise<void> {
    this.#closing = true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
      this.#server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    // A connection that breaks is its client's business; the request is abandoned below when the response closes.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    response.on('finish', () => this.#onAnswer(request.method ?? '', response.statusCode));
    response.once('close', () => this.#onRequest?.(told(request, response)));
    const cors = corsHeaders(request.headers.origin, this.#config.allowedOrigins);
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
    const url = request.url ?? '/';
    if (cors['access-control-allow-origin'] !== undefined && isPreflight(request.method, request.headers)) {
      response.writeHead(204, preflightHeaders()).end();
      request.resume();
    } else if (!METHODS.has(request.method ?? '')) {
      sendPage(request, response, 501, 'The request method is not supported.');
    } else if (isForged(request.method, request.headers, this.#config.allowedOrigins)) {
      sendPage(request, response, 403, 'Requests from this origin are not allowed.');
    } else if (!url.startsWith(CONTEXT)) {
      if (this.#desktop?.serve(request, response) === true) return;
      sendPage(request, response, 404, 'The requested resource is not available.');
    } else if (this.#slot.state !== 'up') {
      sendPage(request, response, 404, 'The web application is not deployed.');
    } else {
      this.#receiveBody(request, response, (body) => this.#forward(request, response, url, body));
    }
  }

  /** Ten thousand clients that fetch two things at once have twenty thousand connections and need half of them again. */
  #crowded(): boolean {
    return this.#connections > 0.75 * this.#config.limits.connections;
  }

  #receiveBody(
    request: IncomingMessage,
    response: ServerResponse,
    then: (body: Uint8Array | undefined) => void,
  ): void {
    const chunks: Buffer[] = [];
    let size = 0;
    const limit = this.#config.limits.bodyBytes;
    const refuse = () => {
      request.removeAllListeners('data').removeAllListeners('end');
      // What is still on its way is not read: the connection ends with this answer.
      response.setHeader('connection', 'close');
      sendPage(request, response, 413, `The request body is larger than ${limit} bytes.`);
    };
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      refuse();
      return;
    }
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) refuse();
      else chunks.push(chunk);
    });
    request.on('end', () => then(size === 0 ? undefined : new Uint8Array(Buffer.concat(chunks))));
  }

  #forward(
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
    body: Uint8Array | undefined,
  ): void {
    if (response.destroyed) return;
    const content: RequestContent = { method: request.method ?? 'GET', url, headers: flatten(request), body };
    const abandon = this.#slot.handle(content, URGENT.test(url), (outcome) =>
      this.#answer(request, response, outcome),
    );
    response.on('close', abandon);
  }

  #answer(request: IncomingMessage, response: ServerResponse, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'answered':
        // A connection that stayed open would hold up the end of the host, or keep out somebody who has none.
        if (this.#closing || this.#crowded()) response.setHeader('connection', 'close');
        response.writeHead(outcome.response.status, outcome.response.headers);
        response.end(request.method === 'HEAD' ? undefined : outcome.response.body);
        return;
      case 'missing':
        sendPage(request, response, 404, 'The web application is not deployed.');
        return;
      case 'lost':
        // Neither success nor refusal would be true: the client is told what it is, a connection that broke.
        response.destroy();
        return;
      case 'shed':
      case 'late':
        response.setHeader('retry-after', String(this.#config.retryAfterSeconds));
        sendPage(request, response, 503, 'The server is overloaded; try again later.');
        return;
    }
  }
}

function told({ method = '', url = '', headers }: IncomingMessage, response: ServerResponse): RequestTold {
  const [scheme, credentials] = headers.authorization?.split(' ') ?? [];
  const basic = scheme?.toLowerCase() === 'basic' && credentials !== undefined;
  return {
    method,
    path: url.split('?')[0] ?? '',
    status: response.headersSent ? response.statusCode : null,
    user: basic ? (Buffer.from(credentials, 'base64').toString().split(':')[0] ?? null) : null,
  };
}

function sendPage(request: IncomingMessage, response: ServerResponse, status: number, detail: string): void {
  request.resume();
  const page = errorPage(status, detail);
  response.writeHead(status, {
    'content-type': 'text/html;charset=utf-8',
    'content-length': Buffer.byteLength(page),
  });
  response.end(request.method === 'HEAD' ? undefined : page);
}

/** Joins repeated headers as RFC 9110 5.3 allows; node has already dropped what must not repeat. */
function flatten(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name))
      headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** What fails in here is told with the setting that it is about. */
function settingUp<T>(setting: string, create: () => T): T {
  try {
    return create();
  } catch (error) {
    throw new Error(`${setting}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

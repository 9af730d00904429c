import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Element, parseXml, XmlError } from '@finesse-ha/protocol';
import type { ServerConnection } from '../connection.js';
import { BoshServerConnection, httpBind, terminated } from './bosh-connection.js';

export interface BoshEndpointOptions {
  secure: boolean;
  /** Characters of one body; stanzas have their own limit. */
  maxBytes: number;
  maxDepth: number;
  /** A session without a request ends after so long (XEP-0124 10). */
  inactivityMs: number;
  accept(connection: ServerConnection): void;
}

/** No longer than proxies between wait for an answer. */
const longestWaitSeconds = 60;
const xmlType = 'text/xml; charset=utf-8';
/**
 * What a client may want its answers called (XEP-0124 7.1). Not text/html: what another site's page made a browser send
 * would then be shown as a page of ours.
 */
const contentTypes: readonly string[] = [
  xmlType,
  'application/xml; charset=utf-8',
  'text/plain; charset=utf-8',
];
/** Of the XEP: the highest version that is spoken here. */
const versionParts = [1, 6] as const;
/** XEP-0124 14.1: a number that can grow for as long as the session lasts. */
const highestRid = Number.MAX_SAFE_INTEGER - 1_000_000;

/** `/http-bind`: where BOSH sessions begin and their requests arrive (XEP-0124). Whatever is sent, it gets an answer. */
export class BoshEndpoint {
  readonly #options: BoshEndpointOptions;
  readonly #sessions = new Map<string, BoshServerConnection>();

  constructor(options: BoshEndpointOptions) {
    this.#options = options;
  }

  /** Answers one HTTP request to the path. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    // Desktops are served by either node and from elsewhere; no cookie counts here.
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    response.setHeader('access-control-allow-methods', 'POST, OPTIONS');
    response.setHeader('access-control-max-age', '86400');
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST, OPTIONS' }).end();
      return;
    }
    let size = 0;
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= this.#options.maxBytes) chunks.push(chunk);
      else if (!response.headersSent) {
        // XEP-0124 17.1: the body is answered, what still comes is not read.
        response.shouldKeepAlive = false;
        this.#answer(response, terminated('policy-violation'));
        response.once('finish', () => request.destroy());
      }
    });
    request.on('end', () => {
      if (size <= this.#options.maxBytes)
        this.#onBody(Buffer.concat(chunks).toString('utf8'), request, response);
    });
  }

  /** Tells nobody anything: the sessions have been told by their streams. */
  close(): void {
    for (const session of [...this.#sessions.values()]) session.destroy();
  }

  #answer(response: ServerResponse, text: string, contentType = xmlType): void {
    if (response.writableEnded || response.destroyed) return;
    response.writeHead(200, {
      'content-type': contentType,
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    });
    response.end(text);
  }

  #onBody(text: string, request: IncomingMessage, response: ServerResponse): void {
    const answer = (words: string, type?: string) => this.#answer(response, words, type);
    const body = this.#parse(text);
    const rid = Number(body?.attrs.rid);
    if (body === null || !Number.isSafeInteger(rid) || rid < 1 || rid > highestRid) {
      return answer(terminated('bad-request'));
    }
    const { sid } = body.attrs;
    if (sid !== undefined) {
      const session = this.#sessions.get(sid);
      if (session === undefined) answer(terminated('item-not-found'));
      else session.receive({ rid, body, answer: (words) => answer(words, session.contentType) });
      return;
    }
    const session = this.#open(body, rid, request);
    session.receive({ rid, body, answer: (words) => answer(words, session.contentType) });
  }

  #parse(text: string): Element | null {
    try {
      const body = parseXml(text, {
        maxBytes: this.#options.maxBytes,
        maxDepth: this.#options.maxDepth,
        comments: false,
      });
      return body.name === 'body' && body.getNS() === httpBind ? body : null;
    } catch (error) {
      if (error instanceof XmlError) return null;
      throw error;
    }
  }

  #open(body: Element, rid: number, request: IncomingMessage): BoshServerConnection {
    const sid = randomBytes(16).toString('base64url');
    const session = new BoshServerConnection({
      sid,
      rid,
      secure: this.#options.secure,
      remote: `${request.socket.remoteAddress}:${request.socket.remotePort}`,
      // Never more than the client asks for; with 0 it polls.
      waitMs: 1_000 * atMost(longestWaitSeconds, body.attrs.wait),
      hold: atMost(1, body.attrs.hold),
      version: lowerVersion(body.attrs.ver),
      contentType: contentTypes.find((type) => type === body.attrs.content) ?? xmlType,
      inactivityMs: this.#options.inactivityMs,
      onOver: () => this.#sessions.delete(sid),
    });
    this.#sessions.set(sid, session);
    this.#options.accept(session);
    return session;
  }
}

function atMost(most: number, wanted: string | undefined): number {
  return wanted !== undefined && /^\d{1,9}$/.test(wanted) ? Math.min(most, Number(wanted)) : most;
}

/** XEP-0124 7.1: numbers beside a dot, not a decimal fraction. */
function lowerVersion(wanted: string | undefined): string {
  const [major, minor] = versionParts;
  const parts = /^(\d{1,4})\.(\d{1,4})$/.exec(wanted ?? '');
  const isLower = parts !== null && (Number(parts[1]) - major || Number(parts[2]) - minor) < 0;
  return isLower ? parts[0] : versionParts.join('.');
}

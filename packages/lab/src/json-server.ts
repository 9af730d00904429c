import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** More than any command needs. */
const maxBodyBytes = 10_000;

/** What a handler makes of a request: a status other than 200, headers, and what is answered. */
export interface JsonAnswer {
  status?: number;
  headers?: OutgoingHttpHeaders;
  body: object;
}

export type JsonHandler = (request: IncomingMessage, body: () => Promise<unknown>) => Promise<JsonAnswer>;

/** A small HTTP server on loopback that speaks JSON. A handler that throws is answered 400 with the message. */
export class JsonServer {
  readonly #server: Server;

  constructor(handle: JsonHandler) {
    this.#server = createServer((request, response) => {
      const answer = ({ status = 200, headers = {}, body }: JsonAnswer) => {
        response
          .writeHead(status, { ...headers, 'content-type': 'application/json' })
          .end(JSON.stringify(body));
      };
      handle(request, () => readJson(request)).then(answer, (error: unknown) => {
        // Of a request that was not read to its end, the rest would be taken for the next one.
        if (!request.complete) response.destroy();
        else answer({ status: 400, body: { error: error instanceof Error ? error.message : String(error) } });
      });
    });
  }

  /** Listens on a free port. Resolves with the URL, without a slash at its end. */
  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** What the request brings; undefined where it is no JSON. @throws {Error} when there is too much of it, or it breaks off */
async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > maxBodyBytes) throw new Error(`more than ${maxBodyBytes} bytes`);
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Compares secrets in a time that tells nothing of where they differ. */
export function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

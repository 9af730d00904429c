import { Agent, type Dispatcher } from 'undici';
import { fromNodeError } from './node-errors.js';
import { ReadFirstTimer } from './read-first-timer.js';
import { TransportError } from './transport-error.js';
import type { HttpRequest, HttpResponse } from './types.js';

/** An answer larger than this is not Finesse's: a user's dialogs are a few kilobytes each. */
const maxBodyBytes = 4 * 1024 * 1024;

/** HTTP over undici, one pool of connections per set of trusted certificates. */
export class NodeHttp {
  #agents = new Map<string | undefined, Agent>();

  request(request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      new Exchange(request, resolve, reject).begin(this.#agent(request.ca));
    });
  }

  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    await Promise.all(agents.map((agent) => agent.destroy()));
  }

  #agent(ca: string | undefined): Agent {
    let agent = this.#agents.get(ca);
    if (agent === undefined) {
      agent = new Agent({ connect: ca === undefined ? {} : { ca }, connections: 8 });
      this.#agents.set(ca, agent);
    }
    return agent;
  }
}

/**
 * One exchange under its deadline and signal; neither a timer nor a listener is left behind. It is undici's own handler:
 * `undici.request` makes a stream, an abort controller and their listeners of every answer, which costs 113 us instead of
 * 57 (measured), and a client that moves makes eight of them at the very moment when all others do.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #url: URL;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: TransportError) => void;
  readonly #onAbort = () => this.#fail(new TransportError('aborted', this.#url.host));
  readonly #chunks: Buffer[] = [];
  #timer: ReadFirstTimer | undefined;
  #controller: Dispatcher.DispatchController | null = null;
  #over = false;
  #bytes = 0;
  #status = 0;
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};

  constructor(
    request: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (error: TransportError) => void,
  ) {
    this.#request = request;
    this.#url = new URL(request.url);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(agent: Agent): void {
    const { method, headers, body, timeoutMs, signal } = this.#request;
    if (signal?.aborted) return this.#onAbort();
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = new ReadFirstTimer(timeoutMs, () => {
      this.#fail(new TransportError('timeout', `no answer within ${timeoutMs} ms (${this.#url.host})`));
    });
    const { origin, pathname, search } = this.#url;
    agent.dispatch({ origin, path: pathname + search, method, headers, body: body ?? null }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It waited for a connection, and its time was over before there was one.
    if (this.#over) controller.abort(new TransportError('aborted', this.#url.host));
    else this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes <= maxBodyBytes) this.#chunks.push(chunk);
    else
      this.#fail(
        new TransportError('protocol', `an answer of over ${maxBodyBytes} bytes (${this.#url.host})`),
      );
  }

  onResponseEnd(): void {
    if (!this.#end()) return;
    const body = new TextDecoder().decode(Buffer.concat(this.#chunks));
    this.#resolve({ status: this.#status, headers: flatten(this.#headers), body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(fromNodeError(error, this.#url.host));
  }

  /** Ends the exchange from this side, and the connection with it unless that is what failed. */
  #fail(error: TransportError): void {
    if (!this.#end()) return;
    this.#controller?.abort(error);
    this.#reject(error);
  }

  /** True for the one call that ends the exchange. */
  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#timer?.clear();
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
    return true;
  }
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

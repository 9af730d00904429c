import {
  type ApiErrors,
  type Dialog,
  type Element,
  parseApiErrors,
  parseDialogs,
  parseUser,
  parseXml,
  type User,
  xml,
} from '@finesse-ha/protocol';
import { RestError } from './errors.js';
import { parseRetryAfter, toTransportError } from './platform/transport-error.js';
import type { HttpRequest, HttpResponse, Platform } from './platform/types.js';

/** How long one exchange may take, and what can end it sooner. */
export interface CallOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** A PUT of the agent's state (dev guide 12.5 p.29, p.47). */
export interface UserChange {
  state: 'LOGIN' | 'LOGOUT' | 'READY' | 'NOT_READY';
  extension?: string | undefined;
  reasonCodeId?: string | undefined;
}

/** The REST API of one node as one agent. */
export class FinesseRest {
  readonly #platform: Platform;
  readonly #origin: string;
  readonly #user: string;
  readonly #authorization: string;
  readonly #ca: string | undefined;

  constructor(
    platform: Platform,
    origin: string,
    credentials: { user: string; password: string; ca?: string | undefined },
  ) {
    this.#platform = platform;
    this.#origin = origin;
    this.#user = credentials.user;
    this.#ca = credentials.ca;
    this.#authorization = `Basic ${base64(`${credentials.user}:${credentials.password}`)}`;
  }

  /** @throws {RestError} */
  async user(options: CallOptions): Promise<User> {
    const { body } = await this.#call('GET', this.#userPath, options);
    return decode('User', () => parseUser(body));
  }

  /** @throws {RestError} */
  async dialogs(options: CallOptions): Promise<readonly Dialog[]> {
    const { body } = await this.#call('GET', `${this.#userPath}/Dialogs`, options);
    return decode('Dialogs', () => parseDialogs(body).dialogs);
  }

  /**
   * Asks for a change of the agent's state. Success means accepted: the outcome comes as a notification that carries
   * `requestId` (dev guide 12.5 p.7, p.22).
   * @throws {RestError}
   */
  async changeUser(change: UserChange, requestId: string, options: CallOptions): Promise<void> {
    const body = xml(
      'User',
      {},
      xml('state', {}, change.state),
      change.extension === undefined ? undefined : xml('extension', {}, change.extension),
      change.reasonCodeId === undefined ? undefined : xml('reasonCodeId', {}, change.reasonCodeId),
    ).toString();
    await this.#call('PUT', this.#userPath, options, { body, requestId });
  }

  /**
   * Any resource. @param path from `/finesse/` on
   * @throws {RestError}
   */
  async get(path: string, options: CallOptions): Promise<Element> {
    const { body } = await this.#call('GET', path, options);
    return decode(path, () => parseXml(body));
  }

  /**
   * Sends a request that Finesse answers with "accepted": the outcome, if any, is a notification with the `requestId`.
   * @param path from `/finesse/` on
   * @throws {RestError}
   */
  async send(
    method: 'PUT' | 'POST',
    path: string,
    body: Element,
    requestId: string,
    options: CallOptions,
  ): Promise<void> {
    await this.#call(method, path, options, { body: body.toString(), requestId });
  }

  get #userPath(): string {
    return `/finesse/api/User/${encodeURIComponent(this.#user)}`;
  }

  async #call(
    method: HttpRequest['method'],
    path: string,
    options: CallOptions,
    sent?: { body: string; requestId: string },
  ): Promise<HttpResponse> {
    const what = `${method} ${path}`;
    let response: HttpResponse;
    try {
      response = await this.#platform.request({
        method,
        url: `${this.#origin}${path}`,
        headers: {
          authorization: this.#authorization,
          accept: 'application/xml',
          ...(sent === undefined ? {} : { 'content-type': 'application/xml', requestId: sent.requestId }),
        },
        body: sent?.body,
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        ca: this.#ca,
      });
    } catch (thrown) {
      const error = toTransportError(thrown);
      // With these no connection came about, so the request cannot have reached anybody.
      const unsent = error.kind === 'refused' || error.kind === 'unreachable' || error.kind === 'certificate';
      throw new RestError('transport', `${what}: ${error.message}`, { unsent, cause: error });
    }
    if (response.status >= 200 && response.status < 300) return response;
    const apiErrors = readApiErrors(response.body);
    throw new RestError('http', `${what}: HTTP ${response.status}${sentence(apiErrors)}`, {
      status: response.status,
      apiErrors,
      retryAfterMs: parseRetryAfter(response.headers['retry-after'], this.#platform.wallNow()),
    });
  }
}

/** What REST or the CTI server objected to, in one clause; empty without a body that says so. */
export function sentence(errors: ApiErrors | undefined): string {
  const words = errors?.errors.map(({ errorType, errorMessage, errorData }) =>
    [errorType, errorMessage, errorData].filter((part) => part !== undefined && part !== '').join(' '),
  );
  return words === undefined || words.length === 0 ? '' : `: ${words.join('; ')}`;
}

function readApiErrors(body: string): ApiErrors | undefined {
  try {
    return parseApiErrors(body);
  } catch {
    // A servlet container's own error page is HTML, which says nothing more than the status does.
    return undefined;
  }
}

function decode<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new RestError('malformed', `${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function base64(value: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(value)));
}

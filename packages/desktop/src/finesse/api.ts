import { RestError } from '@finesse-ha/client';
import { type ApiErrors, type Element, parseApiErrors, parseXml, toBase64, utf8 } from '@finesse-ha/protocol';

/** How long one exchange may take. */
const timeoutMs = 10_000;

interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The REST API as one agent, for what the client has no method for. */
export class FinesseApi {
  readonly #authorization: string;

  constructor({ user, password }: Credentials) {
    this.#authorization = `Basic ${toBase64(utf8(`${user}:${password}`))}`;
  }

  /**
   * @param node origin of the node's REST URL
   * @throws {RestError}
   */
  async get(node: string, path: string): Promise<Element> {
    const text = await this.#call(node, path, 'GET');
    try {
      return parseXml(text);
    } catch (error) {
      throw new RestError('malformed', `${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /**
   * Sends a request that Finesse answers with "accepted"; its outcome is a notification.
   * @throws {RestError}
   */
  async send(
    node: string,
    method: 'PUT' | 'POST',
    path: string,
    body: Element,
    requestId: string,
  ): Promise<void> {
    await this.#call(node, path, method, { body: body.toString(), requestId });
  }

  async #call(
    node: string,
    path: string,
    method: string,
    sent?: { body: string; requestId: string },
  ): Promise<string> {
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${node}${path}`, {
        method,
        headers: {
          authorization: this.#authorization,
          accept: 'application/xml',
          ...(sent === undefined ? {} : { 'content-type': 'application/xml', requestId: sent.requestId }),
        },
        body: sent?.body ?? null,
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      throw new RestError('transport', `${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (status >= 200 && status < 300) return text;
    throw new RestError('http', `${path}: HTTP ${status}`, { status, apiErrors: apiErrorsOf(text) });
  }
}

function apiErrorsOf(text: string): ApiErrors | undefined {
  try {
    return parseApiErrors(text);
  } catch {
    // A servlet container's error page says nothing more than the status does.
    return undefined;
  }
}

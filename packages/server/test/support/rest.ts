/** A plain REST client for tests, over fetch. */

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export class RestClient {
  readonly base: string;

  constructor(base: string) {
    this.base = base;
  }

  async request(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.base + path, { signal: AbortSignal.timeout(10_000), ...init });
    return { status: response.status, headers: response.headers, body: await response.text() };
  }

  systemInfo(): Promise<Answer> {
    return this.request('/finesse/api/SystemInfo');
  }

  /** GET as a user with the lab's password. */
  get(path: string, user: string, password = `pw-${user}`): Promise<Answer> {
    return this.request(path, { headers: { authorization: basic(user, password) } });
  }

  /** PUT /User/{id} as a user. */
  putUser(id: string, body: string, options: { as?: string; requestId?: string } = {}): Promise<Answer> {
    const { as = id, requestId } = options;
    return this.send('PUT', `/finesse/api/User/${id}`, as, body, requestId);
  }

  /** A request with an XML body, as a user with the lab's password. */
  send(
    method: 'PUT' | 'POST' | 'DELETE',
    path: string,
    as: string,
    body?: string,
    requestId?: string,
  ): Promise<Answer> {
    const headers: Record<string, string> = { authorization: basic(as, `pw-${as}`) };
    if (body !== undefined) headers['content-type'] = 'application/xml';
    if (requestId !== undefined) headers.requestId = requestId;
    return this.request(path, { method, headers, ...(body === undefined ? {} : { body }) });
  }

  /** Asks SystemInfo until it says so. Requests that fail are asked again: the process may be on its way up or down. */
  async until(what: (answer: Answer) => boolean): Promise<Answer> {
    for (;;) {
      const answer = await this.systemInfo().catch(() => undefined);
      if (answer !== undefined && what(answer)) return answer;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  inService(): Promise<Answer> {
    return this.until((answer) => answer.body.includes('<status>IN_SERVICE</status>'));
  }

  outOfService(): Promise<Answer> {
    return this.until((answer) => answer.body.includes('<status>OUT_OF_SERVICE</status>'));
  }
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

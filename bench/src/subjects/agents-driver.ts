import { Agent, request } from 'node:http';
import type { Lab, NodeName } from '@finesse-ha/lab';

/** How often a request is made before the node is held to be out of service for good. */
const attempts = 10;

/** Makes agents change state over REST, as if each did so on a desktop elsewhere. */
export class AgentsDriver {
  readonly #lab: Lab;
  readonly #node: NodeName;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  /** @param node whose REST is used: a change shows on both */
  constructor(lab: Lab, node: NodeName = 'primary') {
    this.#lab = lab;
    this.#node = node;
  }

  async signIn(id: string): Promise<void> {
    const { extension } = this.#lab.credentials(id);
    await this.#put(id, `<User><state>LOGIN</state><extension>${extension}</extension></User>`);
  }

  async setState(id: string, state: 'READY' | 'NOT_READY'): Promise<void> {
    await this.#put(id, `<User><state>${state}</state></User>`);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** A node that is busy or out of service for a moment says when to come back, and is asked again then. */
  async #put(id: string, body: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { status, retryAfterMs } = await this.#send(id, body);
      if (status === 202) return;
      if (status !== 503 || attempt === attempts) throw new Error(`PUT of ${id}: HTTP ${status}`);
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  }

  #send(id: string, body: string): Promise<{ status: number | undefined; retryAfterMs: number }> {
    const { user, password } = this.#lab.credentials(id);
    return new Promise((resolve, reject) => {
      const put = request(
        `${this.#lab.url(this.#node)}/finesse/api/User/${id}`,
        {
          method: 'PUT',
          agent: this.#agent,
          auth: `${user}:${password}`,
          headers: { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          response.resume();
          const retryAfterMs = Number(response.headers['retry-after'] ?? 1) * 1_000;
          response.once('end', () => resolve({ status: response.statusCode, retryAfterMs }));
        },
      );
      put.once('error', reject);
      put.end(body);
    });
  }
}

import { Agent, request } from 'node:http';
import type { Lab, NodeName } from '@finesse-ha/lab';

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

  #put(id: string, body: string): Promise<void> {
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
          response.once('end', () =>
            response.statusCode === 202
              ? resolve()
              : reject(new Error(`PUT of ${id}: HTTP ${response.statusCode}`)),
          );
        },
      );
      put.once('error', reject);
      put.end(body);
    });
  }
}

import { Agent, request as undiciRequest } from 'undici';
import { bounded } from './bounded.js';
import { fromNodeError } from './node-errors.js';
import { TransportError } from './transport-error.js';
import type { HttpRequest, HttpResponse } from './types.js';

/** An answer larger than this is not Finesse's: a user's dialogs are a few kilobytes each. */
const maxBodyBytes = 4 * 1024 * 1024;

/** HTTP over undici, one pool of connections per set of trusted certificates. */
export class NodeHttp {
  #agents = new Map<string | undefined, Agent>();

  request(request: HttpRequest): Promise<HttpResponse> {
    return bounded(
      request,
      async (signal, where) => {
        const response = await undiciRequest(request.url, {
          method: request.method,
          headers: request.headers,
          body: request.body ?? null,
          dispatcher: this.#agent(request.ca),
          signal,
        });
        return {
          status: response.statusCode,
          headers: flatten(response.headers),
          body: await readBody(response.body, where),
        };
      },
      fromNodeError,
    );
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

async function readBody(body: AsyncIterable<Uint8Array>, where: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    // Leaving the loop destroys the body and with it the connection.
    if (bytes > maxBodyBytes)
      throw new TransportError('protocol', `an answer of over ${maxBodyBytes} bytes (${where})`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

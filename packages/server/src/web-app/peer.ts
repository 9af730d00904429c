/** The one question between the nodes: "is this agent present at yours?", asked over HTTP under a shared secret. */
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { NodeConfig } from './config.js';
import type { PeerSighting } from './forced-logout.js';

/** Header that carries the secret. */
export const PEER_SECRET_HEADER = 'finesse-ha-secret';
/** Path of the question; the agent's id follows. */
export const PEER_PRESENCE_PATH = '/finesse/internal/presence/';

/** A peer that takes longer is as good as gone: an agent could not be served there either. */
const DEADLINE_MS = 2_000;
const MAX_ANSWER_BYTES = 1_024;

/** Asks the configured peer. */
export class PeerNode {
  readonly #peer: NonNullable<NodeConfig['peer']>;
  readonly #ca: Buffer | undefined;

  /** @throws Error when the peer's certificate file cannot be read */
  constructor(peer: NonNullable<NodeConfig['peer']>) {
    this.#peer = peer;
    this.#ca = peer.caFile === undefined ? undefined : readFileSync(peer.caFile);
  }

  /**
   * What the peer knows of the agent.
   * @throws Error when there is no usable answer within two seconds
   */
  async ask(agentId: string): Promise<PeerSighting> {
    const url = new URL(PEER_PRESENCE_PATH + encodeURIComponent(agentId), this.#peer.url);
    const text = await this.#get(url);
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && 'present' in answer && 'goneForMs' in answer) {
      const { present, goneForMs } = answer;
      if (typeof present === 'boolean' && (goneForMs === null || typeof goneForMs === 'number')) {
        return { present, goneForMs };
      }
    }
    throw new Error('the answer has another shape than expected');
  }

  #get(url: URL): Promise<string> {
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:';
      const request = (secure ? httpsRequest : httpRequest)(url, {
        headers: { [PEER_SECRET_HEADER]: this.#peer.secret, accept: 'application/json' },
        signal: AbortSignal.timeout(DEADLINE_MS),
        agent: false,
        ...(secure && this.#ca !== undefined ? { ca: this.#ca } : {}),
      });
      request.on('error', reject);
      request.on('response', (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          reject(new Error(`the peer answered ${response.statusCode}`));
          return;
        }
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > MAX_ANSWER_BYTES) request.destroy(new Error('the answer is too long'));
        });
        response.on('error', reject);
        response.on('end', () => resolve(text));
      });
      request.end();
    });
  }
}

/** What the nodes say to each other, over HTTP under a shared secret: "is this agent present at yours?", team messages. */
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { parseSystemInfo } from '@finesse-ha/protocol';
import type { NodeConfig } from './config.js';
import type { PeerSighting } from './forced-logout.js';
import { SYSTEM_INFO_PATH } from './system-info.js';

/** Header that carries the secret. */
export const PEER_SECRET_HEADER = 'finesse-ha-secret';
/** Path of the question; the agent's id follows. */
export const PEER_PRESENCE_PATH = '/finesse/internal/presence/';

/** Questions at once: a node that lost its whole crowd must not ask about all of them in one instant. */
const CONCURRENT = 4;
const DEADLINE_MS = 2_000;
const MAX_SIGHTING_BYTES = 1_024;
const MAX_SYSTEM_INFO_BYTES = 16_384;
/**
 * No usable answer. `not-there`: nothing listens there, or a host without a web app, so nobody is served. `unclear`: the peer
 * may be busy or frozen, the way to it broken, or the secret another.
 */
export class PeerError extends Error {
  readonly kind: 'not-there' | 'unclear';

  constructor(kind: 'not-there' | 'unclear', message: string) {
    super(message);
    this.kind = kind;
  }
}

/** A request to the peer's internal resources. */
export interface PeerRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  /** Beyond it the answer counts as none. */
  readonly maxAnswerBytes: number;
}

/** Asks the configured peer. */
export class PeerNode {
  readonly #peer: NonNullable<NodeConfig['peer']>;
  readonly #deadlineMs: number;
  readonly #ca: Buffer | undefined;
  readonly #waiting: (() => void)[] = [];
  #asking = 0;

  /**
   * @param deadlineMs from the question to its answer
   * @throws Error when the peer's certificate file cannot be read
   */
  constructor(peer: NonNullable<NodeConfig['peer']>, deadlineMs = DEADLINE_MS) {
    this.#peer = peer;
    this.#deadlineMs = deadlineMs;
    this.#ca = peer.caFile === undefined ? undefined : readFileSync(peer.caFile);
  }

  /**
   * What the peer knows of the agent.
   * @throws PeerError
   */
  async ask(agentId: string): Promise<PeerSighting> {
    const path = PEER_PRESENCE_PATH + encodeURIComponent(agentId);
    return readSighting(await this.exchange({ method: 'GET', path, maxAnswerBytes: MAX_SIGHTING_BYTES }));
  }

  /** True when the peer's SystemInfo says that it serves agents and hears its CTI server. Never rejects. */
  async serves(): Promise<boolean> {
    try {
      const info = parseSystemInfo(
        await this.exchange({
          method: 'GET',
          path: SYSTEM_INFO_PATH,
          maxAnswerBytes: MAX_SYSTEM_INFO_BYTES,
        }),
      );
      return info.status === 'IN_SERVICE' && info.lastCTIHeartbeatStatus === 'success';
    } catch {
      // No answer, or none that can be read: it serves nobody that this node could send there.
      return false;
    }
  }

  /**
   * One request under the secret; resolves with the body of a 200 answer.
   * @param request `body` is sent as JSON
   * @throws PeerError
   */
  async exchange(request: PeerRequest): Promise<string> {
    if (this.#asking >= CONCURRENT) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#asking += 1;
    try {
      return await this.#send(request);
    } finally {
      this.#asking -= 1;
      this.#waiting.shift()?.();
    }
  }

  #send({ method, path, body, maxAnswerBytes }: PeerRequest): Promise<string> {
    return new Promise((resolve, reject) => {
      const secure = this.#peer.url.startsWith('https:');
      const request = (secure ? httpsRequest : httpRequest)(new URL(path, this.#peer.url), {
        method,
        // A connection of its own: one kept from before may lead to a peer that has died since.
        agent: false,
        headers: {
          [PEER_SECRET_HEADER]: this.#peer.secret,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        signal: AbortSignal.timeout(this.#deadlineMs),
        ...(secure && this.#ca !== undefined ? { ca: this.#ca } : {}),
      });
      const fail = (error: Error) => reject(asPeerError(error));
      request.on('error', fail);
      request.on('response', (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          // The host's own page: it has no web app. The web app's 404 is another: our secret is not the peer's.
          const html = response.headers['content-type']?.startsWith('text/html') === true;
          const kind = response.statusCode === 404 && html ? 'not-there' : 'unclear';
          reject(new PeerError(kind, `the peer answered ${response.statusCode}`));
          return;
        }
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length <= maxAnswerBytes) return;
          response.destroy();
          reject(new PeerError('unclear', 'the answer is too long'));
        });
        response.on('error', fail);
        response.on('end', () => resolve(text));
      });
      request.end(body);
    });
  }
}

function asPeerError(error: Error): PeerError {
  // Refused: the machine is there and nobody listens. Any other failure may be that of the way to it.
  const refused = 'code' in error && error.code === 'ECONNREFUSED';
  return new PeerError(refused ? 'not-there' : 'unclear', error.message);
}

function readSighting(text: string): PeerSighting {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new PeerError('unclear', 'the answer is no JSON');
  }
  if (typeof answer === 'object' && answer !== null && 'present' in answer && 'goneForMs' in answer) {
    const { present, goneForMs } = answer;
    if (typeof present === 'boolean' && (goneForMs === null || typeof goneForMs === 'number')) {
      return { present, goneForMs };
    }
  }
  throw new PeerError('unclear', 'the answer has another shape than expected');
}

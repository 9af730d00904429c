/**
 * Keeps the secondary's records equal to the primary's, where they are changed: told of a change, and after each start, the
 * secondary takes all of them over. What fails is tried again until it succeeds.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { NodeConfig } from '../config.js';
import type { PeerNode } from '../peer.js';
import { resource } from '../rest-api.js';
import type { AdminStore } from './admin-store.js';
import { phoneBookSchema, reasonCodeSchema, wrapUpReasonSchema } from './records.js';

const PATH = '/finesse/internal/admin';
/** Room for all contacts that there can be. */
const MAX_BYTES = 8 * 1_048_576;

const recordsSchema = z.strictObject({
  reasonCodes: z.array(reasonCodeSchema),
  wrapUpReasons: z.array(wrapUpReasonSchema),
  phoneBooks: z.array(phoneBookSchema),
});

/** What it needs of the rest of the web app. */
export interface AdminSyncPorts {
  readonly node: NodeConfig['node'];
  readonly store: AdminStore;
  /** Absent in a deployment of one node. */
  readonly peer: Pick<PeerNode, 'exchange'> | undefined;
  /** From a failure to the next attempt. */
  readonly retryMs: number;
  /** An attempt failed. */
  onFailure(error: unknown): void;
}

/** One node's part of it. */
export class AdminSync {
  readonly #ports: AdminSyncPorts;
  #timer: NodeJS.Timeout | undefined;
  #working = false;
  #again = false;
  #closed = false;

  constructor(ports: AdminSyncPorts) {
    this.#ports = ports;
  }

  /** The secondary catches up; the primary, whose records were changed or may have been, tells the secondary. */
  run(): void {
    if (this.#closed || this.#ports.peer === undefined) return;
    clearTimeout(this.#timer);
    this.#again = true;
    if (!this.#working) void this.#work(this.#ports.peer);
  }

  /** Stops. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** The resource that the peer uses. */
  addResource(api: FastifyInstance): void {
    const { store } = this.#ports;
    const handlers = {
      GET: () => JSON.stringify(store.records),
      POST: () => {
        if (this.#ports.node === 'secondary') this.run();
        return '';
      },
    };
    resource(api, PATH, handlers, 'peer');
  }

  async #work(peer: Pick<PeerNode, 'exchange'>): Promise<void> {
    this.#working = true;
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await (this.#ports.node === 'primary' ? tell(peer) : this.#takeOver(peer));
      }
    } catch (error) {
      if (this.#closed) return;
      this.#ports.onFailure(error);
      this.#timer = setTimeout(() => this.run(), this.#ports.retryMs);
    } finally {
      this.#working = false;
    }
  }

  async #takeOver(peer: Pick<PeerNode, 'exchange'>): Promise<void> {
    const text = await peer.exchange({ method: 'GET', path: PATH, maxAnswerBytes: MAX_BYTES });
    const records = recordsSchema.parse(JSON.parse(text));
    if (!this.#closed && JSON.stringify(records) !== JSON.stringify(this.#ports.store.records)) {
      this.#ports.store.change(records);
    }
  }
}

async function tell(peer: Pick<PeerNode, 'exchange'>): Promise<void> {
  await peer.exchange({ method: 'POST', path: PATH, body: '', maxAnswerBytes: 0 });
}

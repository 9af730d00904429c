import { CtiRequestError } from './errors.js';
import type { CtiMessage, KnownMessage } from './schema.js';
import { controlFailureName } from './values.js';

interface Pending {
  resolve(message: KnownMessage): void;
  reject(error: CtiRequestError): void;
  timer: NodeJS.Timeout;
}

/** Requests that wait for their answers, found by InvokeID (client application guidelines, protocol version 23). */
export class PendingRequests {
  readonly #timeoutMs: number;
  readonly #pending = new Map<number, Pending>();

  /** @param timeoutMs how long each may wait */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Waits for the answer to a request that has been sent. Rejects with a CtiRequestError. */
  wait(invokeId: number, name: string): Promise<KnownMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(invokeId);
        reject(new CtiRequestError('timeout', `${name} was not answered in ${this.#timeoutMs} ms`));
      }, this.#timeoutMs);
      this.#pending.set(invokeId, { resolve, reject, timer });
    });
  }

  /** Settles the request that a message answers. Returns false when it answers none. */
  settle(message: CtiMessage): boolean {
    if (message.type === 'UNKNOWN' || !('invokeId' in message)) return false;
    const pending = this.#pending.get(message.invokeId);
    if (pending === undefined) return false;
    this.#pending.delete(message.invokeId);
    clearTimeout(pending.timer);
    if (message.type === 'CONTROL_FAILURE_CONF') {
      const name = controlFailureName(message.failureCode);
      pending.reject(new CtiRequestError('control-failure', `CTI refused: ${name}`, message.failureCode));
    } else if (message.type === 'FAILURE_CONF') {
      // A status code is of another table than control failures, so it stands in the text only.
      pending.reject(
        new CtiRequestError('control-failure', `CTI refused: FAILURE_CONF, status ${message.status}`),
      );
    } else pending.resolve(message);
    return true;
  }

  /** The session is over: nobody will answer. */
  failAll(why: string): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject, timer } of pending) {
      clearTimeout(timer);
      reject(new CtiRequestError('lost', why));
    }
  }
}

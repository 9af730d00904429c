import type { Element } from '@finesse-ha/protocol';
import type { Platform, TimerHandle } from './platform/types.js';

/** An IQ that had no result. `condition` is the stanza error's (RFC 6120 8.3.3). */
export class IqError extends Error {
  readonly kind: 'error' | 'timeout' | 'lost';
  readonly condition: string | undefined;
  constructor(kind: 'error' | 'timeout' | 'lost', message: string, condition?: string) {
    super(message);
    this.name = 'IqError';
    this.kind = kind;
    this.condition = condition;
  }
}

interface Pending {
  resolve(result: Element): void;
  reject(error: IqError): void;
  timer: TimerHandle;
}

/** The IQs of one connection whose answers are awaited, each with its deadline. */
export class PendingIqs {
  readonly #platform: Platform;
  readonly #prefix: string;
  #pending = new Map<string, Pending>();
  #next = 1;

  constructor(platform: Platform) {
    this.#platform = platform;
    // Not to be guessed: an answer is recognised by its id.
    this.#prefix = Math.floor(platform.random() * 0x1_0000_0000).toString(36);
  }

  newId(): string {
    return `${this.#prefix}-${this.#next++}`;
  }

  /** Waits for the answer to the IQ of this id. @throws {IqError} */
  wait(id: string, to: string, timeoutMs: number): Promise<Element> {
    return new Promise((resolve, reject) => {
      const timer = this.#platform.setTimer(timeoutMs, () => {
        this.#pending.delete(id);
        reject(new IqError('timeout', `no answer from ${to} within ${timeoutMs} ms`));
      });
      this.#pending.set(id, { resolve, reject, timer });
    });
  }

  /** Takes in an answer: an IQ of type `result` or `error`. One that nobody waits for is dropped. */
  answer(stanza: Element): void {
    const { id = '', type, from = 'the server' } = stanza.attrs as Record<string, string | undefined>;
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    this.#platform.clearTimer(pending.timer);
    if (type === 'result') pending.resolve(stanza);
    else {
      const condition = stanza.getChild('error')?.getChildElements()[0]?.getName() ?? 'undefined-condition';
      pending.reject(new IqError('error', `${from} answered ${condition}`, condition));
    }
  }

  /** The connection is gone: no answer will come. */
  failAll(): void {
    for (const { reject, timer } of this.#pending.values()) {
      this.#platform.clearTimer(timer);
      reject(new IqError('lost', 'the XMPP connection was lost'));
    }
    this.#pending.clear();
  }
}

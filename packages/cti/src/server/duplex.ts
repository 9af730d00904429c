import type { SideName } from '../session.js';
import type { AgentModel, ChangeRequest, ChangeResult } from './agent-model.js';
import { PeerLink, type PeerMessage } from './peer-link.js';

/** An agent whose state is different now. */
export type OnChanged = (agentId: string) => void;

interface Ordered {
  request: ChangeRequest;
  answer: (result: ChangeResult) => void;
}

/**
 * Keeps the two sides of one CTI server equal. While both live A orders the requests: what clients ask of B goes to A,
 * and both apply it with A's sequence and time. A side that is alone orders by itself. When the sides meet (again), the
 * one that has applied more hands its state to the other: after a start that is the one that stayed, after a freeze
 * the one that went on.
 */
export class Duplex {
  readonly #side: SideName;
  readonly #model: AgentModel;
  readonly #onChanged: OnChanged;
  readonly link: PeerLink;
  #serving = false;
  /** The other side said hello on the present link. */
  #agreed = false;
  #nextOrder = 1;
  #orders = new Map<number, Ordered>();

  constructor(side: SideName, model: AgentModel, onChanged: OnChanged) {
    this.#side = side;
    this.#model = model;
    this.#onChanged = onChanged;
    this.link = new PeerLink(side, () => ({
      type: 'hello',
      side,
      serving: this.#serving,
      snapshot: model.snapshot(),
    }));
    this.link.on('message', (message) => this.#receive(message));
    this.link.on('down', () => this.#alone());
  }

  /** Clients are being served from here on. */
  serve(): void {
    this.#serving = true;
  }

  /** Carries a client's request out on both sides, then answers. */
  change(request: ChangeRequest, answer: (result: ChangeResult) => void): void {
    if (this.#side === 'B' && this.#agreed) {
      const order = this.#nextOrder++;
      this.#orders.set(order, { request, answer });
      this.link.send({ type: 'order', order, request });
      return;
    }
    answer(this.#apply(request, Date.now(), null));
  }

  #apply(request: ChangeRequest, at: number, order: number | null): ChangeResult {
    const result = this.#model.apply(request, at);
    // To the other side before the client hears of it: a side killed right after its answer has told the change.
    if (this.#agreed && this.#side === 'A') {
      this.link.send({ type: 'apply', sequence: this.#model.sequence, at, request, order });
    }
    if (result.ok && result.changed !== null) this.#onChanged(result.changed);
    return result;
  }

  #receive(message: PeerMessage): void {
    switch (message.type) {
      case 'hello':
        this.#meet(message);
        break;
      case 'order':
        this.#apply(message.request, Date.now(), message.order);
        break;
      case 'apply': {
        const result = this.#model.apply(message.request, message.at);
        if (result.ok && result.changed !== null) this.#onChanged(result.changed);
        if (message.order === null) break;
        this.#orders.get(message.order)?.answer(result);
        this.#orders.delete(message.order);
        break;
      }
      case 'alive':
        break;
    }
  }

  #meet(hello: Extract<PeerMessage, { type: 'hello' }>): void {
    const own = this.#model.sequence;
    const theirs = hello.snapshot.sequence;
    // With equal counts A's word stands, unless A has only just started beside a B that serves.
    const adopt =
      theirs > own ||
      (theirs === own &&
        (this.#side === 'B' ? hello.serving || !this.#serving : hello.serving && !this.#serving));
    this.#agreed = true;
    if (!adopt) return;
    for (const agentId of this.#model.adopt(hello.snapshot)) this.#onChanged(agentId);
  }

  /** The other side is gone: what was asked of it and not applied is applied here. */
  #alone(): void {
    this.#agreed = false;
    const orders = [...this.#orders.values()];
    this.#orders.clear();
    for (const { request, answer } of orders) answer(this.#apply(request, Date.now(), null));
  }
}

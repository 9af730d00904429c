import type { SideName } from '../session.js';
import type { LabModel, ModelEvent, ModelRequest, ModelResult } from './lab-model.js';
import { type Address, type DownCause, type PeerHandlers, PeerLink } from './peer-link.js';
import type { Apply, Order, Standing } from './peer-messages.js';

/** What is told to clients. */
export interface DuplexObserver {
  happened(event: ModelEvent): void;
  /** This side has taken over other calls than it held; no event tells a client what became of those. */
  callsReplaced(): void;
}

interface Waiting {
  request: ModelRequest;
  answer: (result: ModelResult) => void;
}

/** What clients are told of one request, in the order in which the requests were applied. */
interface Delivery {
  result: ModelResult;
  answer: ((result: ModelResult) => void) | undefined;
  /** The other side is sure to know it, or is gone. */
  ready: boolean;
}

/** How long a side that starts, or that was frozen, waits for the other one before it concludes that it is alone. */
const settleWithinMs = 1_000;
/** So many requests may wait for the other side; more are refused as busy (ControlFailureCode 33). */
const maxWaiting = 10_000;
const resourceBusy = 33;

/**
 * Keeps the two sides of one CTI server equal; README.md tells the rules and why they hold.
 *
 * - `settling`: does not know whether the other side lives, so requests wait: after a start and after a freeze.
 * - `meeting`: B has told A what it holds and waits for A's decision.
 * - `together`: A orders the requests of both, and both apply them.
 * - `alone`: the other side is dead or frozen; this one orders by itself.
 */
export class Duplex implements PeerHandlers {
  readonly #side: SideName;
  readonly #model: LabModel;
  readonly #observer: DuplexObserver;
  readonly #link: PeerLink;
  readonly #log: (message: string, fields: object) => void;
  #mode: 'settling' | 'meeting' | 'together' | 'alone' = 'settling';
  #term = 0;
  #settleTimer: NodeJS.Timeout | undefined;
  #onSettled: (() => void) | null = null;
  /** Requests that came while settling or meeting. */
  #held: Waiting[] = [];
  /** B: what A was asked for. */
  readonly #orders = new Map<number, Waiting>();
  #nextOrder = 1;
  readonly #deliveries: Delivery[] = [];

  constructor(
    side: SideName,
    model: LabModel,
    observer: DuplexObserver,
    log: (message: string, fields: object) => void,
  ) {
    this.#side = side;
    this.#model = model;
    this.#observer = observer;
    this.#log = log;
    this.#link = new PeerLink(side, this);
  }

  /** Resolves when this side has met the other, or knows to be alone. Rejects with the listen error. */
  async start(own: Address, peer: Address | undefined): Promise<void> {
    const settled = new Promise<void>((resolve) => {
      this.#onSettled = resolve;
    });
    await this.#link.start(own, peer);
    if (peer === undefined) this.#goAlone();
    else if (this.#mode === 'settling') this.#settle();
    await settled;
  }

  stop(): void {
    clearTimeout(this.#settleTimer);
    this.#link.stop();
    this.#onSettled?.();
  }

  /** Carries a client's request out on both sides, tells the clients what happened, then answers. */
  carryOut(request: ModelRequest, answer: (result: ModelResult) => void): void {
    this.#link.checkFrozen();
    if (this.#held.length + this.#orders.size + this.#deliveries.length >= maxWaiting)
      answer({ ok: false, failureCode: resourceBusy, events: [] });
    else this.#carryOut({ request, answer });
  }

  standing(): Standing {
    this.#mode = 'meeting';
    return { term: this.#term, snapshot: this.#model.snapshot() };
  }

  meet(theirs: Standing): Standing {
    const better =
      theirs.term > this.#term ||
      (theirs.term === this.#term && theirs.snapshot.sequence > this.#model.sequence);
    if (better) this.#adopt(theirs);
    this.#term = Math.max(this.#term, theirs.term) + 1;
    return { term: this.#term, snapshot: this.#model.snapshot() };
  }

  agreed(standing: Standing): void {
    this.#adopt(standing);
    this.#term = standing.term;
  }

  together(): void {
    this.#mode = 'together';
    this.#settled();
    this.#log('together with the other side', { term: this.#term, sequence: this.#model.sequence });
    this.#release();
  }

  receive(message: Order | Apply): void {
    if (message.type === 'order') {
      this.#apply(message.request, Date.now(), undefined, message.order);
      return;
    }
    const result = this.#model.apply(message.request, message.at);
    const answer = message.order === null ? undefined : this.#orders.get(message.order)?.answer;
    if (message.order !== null) this.#orders.delete(message.order);
    this.#deliver({ result, answer, ready: true });
  }

  down(cause: DownCause): void {
    for (const delivery of this.#deliveries) delivery.ready = true;
    this.#flush();
    // What A was asked for and has not told is asked for again; asking twice for one state changes nothing.
    this.#held = [...this.#orders.values(), ...this.#held];
    this.#orders.clear();
    if (cause === 'frozen') {
      this.#log('this side was frozen', {});
      this.#settle();
    } else if (this.#settleTimer !== undefined) this.#mode = 'settling';
    else this.#goAlone();
  }

  absent(): void {
    if (this.#mode === 'settling') this.#goAlone();
  }

  #settle(): void {
    this.#mode = 'settling';
    clearTimeout(this.#settleTimer);
    this.#settleTimer = setTimeout(() => {
      this.#settleTimer = undefined;
      if (this.#mode === 'settling') this.#goAlone();
    }, settleWithinMs);
  }

  #goAlone(): void {
    this.#mode = 'alone';
    this.#term += 1;
    this.#settled();
    this.#log('without the other side', { term: this.#term, sequence: this.#model.sequence });
    this.#release();
  }

  #settled(): void {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = undefined;
    this.#onSettled?.();
    this.#onSettled = null;
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const waiting of held) this.#carryOut(waiting);
  }

  #carryOut(waiting: Waiting): void {
    if (this.#mode === 'settling' || this.#mode === 'meeting') this.#held.push(waiting);
    else if (this.#mode === 'together' && this.#side === 'B') {
      const order = this.#nextOrder++;
      this.#orders.set(order, waiting);
      this.#link.send({ type: 'order', order, request: waiting.request });
    } else this.#apply(waiting.request, Date.now(), waiting.answer, null);
  }

  /** @param order of B's request, to be answered there */
  #apply(
    request: ModelRequest,
    at: number,
    answer: ((result: ModelResult) => void) | undefined,
    order: number | null,
  ): void {
    const result = this.#model.apply(request, at);
    const delivery = { result, answer, ready: this.#mode !== 'together' };
    if (this.#mode === 'together') {
      // A killed process keeps no promise but what its system has already taken: no client hears of a change before that.
      this.#link.send({ type: 'apply', at, request, order }, () => {
        delivery.ready = true;
        this.#flush();
      });
    }
    this.#deliver(delivery);
  }

  #adopt({ snapshot }: Standing): void {
    const { agents, calls } = this.#model.adopt(snapshot);
    const events = agents.map(([agentId, record]): ModelEvent => ({ kind: 'agent', agentId, record }));
    this.#deliver({ result: { ok: true, events }, answer: undefined, ready: true });
    if (calls) this.#observer.callsReplaced();
  }

  #deliver(delivery: Delivery): void {
    this.#deliveries.push(delivery);
    this.#flush();
  }

  #flush(): void {
    while (this.#deliveries[0]?.ready === true) {
      const { result, answer } = this.#deliveries.shift() as Delivery;
      for (const event of result.events) this.#observer.happened(event);
      answer?.(result);
    }
  }
}

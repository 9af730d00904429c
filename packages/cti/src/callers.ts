import { EventEmitter } from 'node:events';
import { CallTracker } from './call-tracker.js';
import { CtiRequestError } from './errors.js';
import { CtiSession, type CtiSide } from './session.js';

/** Who calls, where, how often, and how long they stay. */
export interface CallersOptions {
  sides: readonly CtiSide[];
  /** Numbers that are called in turn: queues, or extensions. */
  dialedNumbers: readonly string[];
  /** On average; calls arrive at random times. */
  perMinute: number;
  /** From the answer to the caller's goodbye, give or take half of it. */
  talkMs: number;
  /** A caller who is not answered for so long hangs up. */
  patienceMs: number;
}

/** What became of a call; `refused`: the CTI server did not take it. */
export type CallerEvent =
  | { kind: 'arrived'; callId: number; caller: string; dialedNumber: string }
  | { kind: 'answered'; callId: number; by: string }
  | { kind: 'abandoned' | 'ended'; callId: number }
  | { kind: 'refused'; caller: string; dialedNumber: string; problem: string };

/** What is told of the callers. */
export interface CallersEvents {
  call: [CallerEvent];
}

interface OpenCall {
  caller: string;
  answered: boolean;
  timer: NodeJS.Timeout;
}

/** Callers' numbers are none of an agent's. */
const firstCaller = 70_000_000;

/**
 * People outside who call a contact center: a client of the lab's CTI server that makes calls from numbers which are no
 * agent's, talks for a while when somebody answers, and hangs up. A CTI failover in between loses no call: those that have
 * ended in the gap are found out by asking.
 */
export class Callers extends EventEmitter<CallersEvents> {
  readonly #options: CallersOptions;
  readonly #session: CtiSession;
  readonly #tracker = new CallTracker();
  readonly #calls = new Map<number, OpenCall>();
  #next: NodeJS.Timeout | undefined;
  /** Requests for calls that are not answered yet. */
  readonly #calling = new Set<Promise<void>>();
  #count = 0;
  #open = false;

  /** @throws {RangeError} when nobody can be called, or a number is not positive */
  constructor(options: CallersOptions) {
    super();
    if (options.dialedNumbers.length === 0) throw new RangeError('there is no number to call');
    for (const name of ['perMinute', 'talkMs', 'patienceMs'] as const) {
      if (!(options[name] > 0)) throw new RangeError(`${name} must be more than 0`);
    }
    this.#options = options;
    this.#session = new CtiSession({ clientId: 'callers', sides: options.sides });
    this.#session.on('open', () => {
      this.#open = true;
      void this.#findCalls();
    });
    this.#session.on('lost', () => {
      this.#open = false;
      this.#tracker.gap();
    });
    this.#session.on('message', (message) => {
      for (const { type, call } of this.#tracker.apply(message)) this.#follow(call.callId, type === 'ended');
    });
  }

  /** Calls from now on. */
  start(): void {
    this.#session.start();
    this.#schedule();
  }

  /** Everybody hangs up. */
  async stop(): Promise<void> {
    clearTimeout(this.#next);
    // A call that comes about only now would be left in the queue with nobody on it.
    await Promise.all(this.#calling);
    const calls = [...this.#calls];
    for (const [, { timer }] of calls) clearTimeout(timer);
    if (this.#open) await Promise.all(calls.map(([callId, { caller }]) => this.#hangUp(callId, caller)));
    for (const callId of [...this.#calls.keys()]) this.#follow(callId, true);
    await this.#session.stop();
  }

  #schedule(): void {
    const meanMs = 60_000 / this.#options.perMinute;
    this.#next = setTimeout(
      () => {
        this.#schedule();
        const calling = this.#call().finally(() => this.#calling.delete(calling));
        this.#calling.add(calling);
      },
      -Math.log(1 - Math.random()) * meanMs,
    );
  }

  async #call(): Promise<void> {
    // While no side is there nobody gets through.
    if (!this.#open) return;
    const { dialedNumbers, patienceMs } = this.#options;
    const caller = String(firstCaller + this.#count);
    const dialedNumber = dialedNumbers[this.#count % dialedNumbers.length]!;
    this.#count += 1;
    try {
      const { callId } = await this.#session.makeCall({ extension: caller, dialedNumber });
      const timer = setTimeout(() => void this.#leave(callId, 'abandoned'), patienceMs);
      this.#calls.set(callId, { caller, answered: false, timer });
      this.emit('call', { kind: 'arrived', callId, caller, dialedNumber });
      // The answer to the request may be older than what was told of the call.
      this.#follow(callId, false);
    } catch (error) {
      if (!(error instanceof CtiRequestError)) throw error;
      this.emit('call', { kind: 'refused', caller, dialedNumber, problem: error.message });
    }
  }

  #follow(callId: number, ended: boolean): void {
    const open = this.#calls.get(callId);
    if (open === undefined) return;
    const call = this.#tracker.calls.get(callId);
    const parties = call?.parties ?? [];
    const own = parties.find(({ extension }) => extension === open.caller);
    // The agent's after-call work is no concern of the caller's, who is not listed any more.
    const gone = call !== undefined && (own === undefined || own.state === 'DROPPED');
    if (ended || gone) {
      clearTimeout(open.timer);
      this.#calls.delete(callId);
      this.emit('call', { kind: 'ended', callId });
      return;
    }
    const by = parties.find(({ extension, state }) => extension !== open.caller && state === 'ACTIVE');
    if (by === undefined || open.answered) return;
    open.answered = true;
    clearTimeout(open.timer);
    open.timer = setTimeout(
      () => void this.#leave(callId, undefined),
      this.#options.talkMs * (0.5 + Math.random()),
    );
    this.emit('call', { kind: 'answered', callId, by: by.extension });
  }

  async #leave(callId: number, kind: 'abandoned' | undefined): Promise<void> {
    const open = this.#calls.get(callId);
    if (open === undefined) return;
    if (kind !== undefined) this.emit('call', { kind, callId });
    await this.#hangUp(callId, open.caller);
  }

  async #hangUp(callId: number, extension: string): Promise<void> {
    try {
      await this.#session.clearConnection({ callId, extension });
    } catch (error) {
      if (!(error instanceof CtiRequestError)) throw error;
      // Refused: it is over. Lost: it is found out on the other side.
    }
  }

  async #findCalls(): Promise<void> {
    for (const callId of [...this.#calls.keys()]) {
      try {
        for (const change of this.#tracker.restore(callId, await this.#session.snapshotCall(callId))) {
          this.#follow(change.call.callId, false);
        }
      } catch (error) {
        if (!(error instanceof CtiRequestError)) throw error;
        if (error.kind === 'control-failure') this.#follow(callId, true);
        else return;
      }
    }
    this.#tracker.endUnconfirmed();
  }
}

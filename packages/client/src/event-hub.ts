import type { ClientEvent, ClientEventOf } from './events.js';

/** Events that an async iteration may fall behind by before it is given up. */
const maxBacklog = 10_000;

type Listener = (event: ClientEvent) => void;

/** Thrown into an iteration whose consumer fell behind so far that keeping its events would exhaust memory. */
export class BacklogError extends Error {
  readonly kind = 'backlog';
  constructor() {
    super(`an events() iteration fell ${maxBacklog} events behind and was ended`);
    this.name = 'BacklogError';
  }
}

/** Passes events on, in order, to listeners and to async iterations. A listener that throws harms no other. */
export class EventHub {
  /** Replaced and never changed, so that a listener may come or go while an event is being told. */
  #listeners = new Map<ClientEvent['type'] | '*', readonly Listener[]>();
  #onListenerError: (error: unknown) => void;
  #iterations = new Set<Iteration>();

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  on<T extends ClientEvent['type']>(type: T, listener: (event: ClientEventOf<T>) => void): () => void;
  on(type: '*', listener: (event: ClientEvent) => void): () => void;
  on(type: ClientEvent['type'] | '*', listener: (event: never) => void): () => void {
    // The overloads see to it that a listener only ever gets events of its type.
    const entry = listener as Listener;
    const present = () => this.#listeners.get(type) ?? [];
    if (!present().includes(entry)) this.#listeners.set(type, [...present(), entry]);
    return () => {
      this.#listeners.set(
        type,
        present().filter((other) => other !== entry),
      );
    };
  }

  emit(event: ClientEvent): void {
    const ofAll = this.#listeners.get('*');
    this.#tell(this.#listeners.get(event.type), event);
    this.#tell(ofAll, event);
    for (const iteration of this.#iterations) iteration.push(event);
  }

  #tell(listeners: readonly Listener[] | undefined, event: ClientEvent): void {
    if (listeners === undefined) return;
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  /** The events from now on, until `signal` aborts or the hub is ended. */
  iterate(signal?: AbortSignal): AsyncIterableIterator<ClientEvent> {
    const iteration = new Iteration(() => {
      this.#iterations.delete(iteration);
      signal?.removeEventListener('abort', stop);
    });
    const stop = () => iteration.end();
    this.#iterations.add(iteration);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
    return iteration;
  }

  /** Ends all iterations after what they still have to deliver. */
  endIterations(): void {
    for (const iteration of [...this.#iterations]) iteration.end();
  }
}

class Iteration implements AsyncIterableIterator<ClientEvent> {
  #queue: ClientEvent[] = [];
  #waiting: ((result: IteratorResult<ClientEvent>) => void)[] = [];
  #ended = false;
  #error: BacklogError | null = null;
  readonly #onEnd: () => void;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  push(event: ClientEvent): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting({ done: false, value: event });
    else if (this.#queue.length < maxBacklog) this.#queue.push(event);
    else {
      this.#queue = [];
      this.#error = new BacklogError();
      this.end();
    }
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<ClientEvent>> {
    const event = this.#queue.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (this.#error !== null) {
      const error = this.#error;
      this.#error = null;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<ClientEvent>> {
    this.#queue = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

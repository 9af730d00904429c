import {
  type Connection,
  type ConnectionHandlers,
  type ConnectTarget,
  type HttpRequest,
  type HttpResponse,
  type NetworkHint,
  type Platform,
  type TimerHandle,
  TransportError,
} from '@finesse-ha/client';
import type { Happening, VirtualClock } from './clock.js';
import { Exchange } from './exchange.js';
import type { Path } from './network.js';
import type { SimNode } from './node.js';
import type { Random } from './random.js';
import type { Fact } from './session.js';
import { epochMs } from './truth.js';
import { ServerWire } from './wire.js';

/** What the machine sees of its client's doings, for whoever holds the properties against them. */
export interface MachineWatch {
  /** A request for SystemInfo. `unanswered`: refused, broken, or given up when its time was over. */
  onProbe(origin: string, what: 'sent' | 'answered' | 'unanswered' | 'abandoned'): void;
  onFact(origin: string, fact: Fact, connection: SimConnection | null): void;
  onText(connection: SimConnection): void;
  onConnect(connection: SimConnection): void;
  /** The client let go of a connection: politely or not. */
  onLetGo(connection: SimConnection): void;
  onClosed(connection: SimConnection): void;
}

interface Timer {
  fire: () => void;
  happening: Happening | null;
  /** While the machine sleeps: how long it had still to go. */
  leftMs: number;
}

/** A client's machine: its clock, timers, chance and network. The client's own code runs on it unchanged. */
export class Machine implements Platform {
  readonly transports = ['websocket', 'tcp'] as const;
  /** When it last woke from a sleep, or had its clock set: virtual time. */
  lastJumpMs = Number.NEGATIVE_INFINITY;
  readonly timers = new Set<Timer>();
  readonly connections = new Set<SimConnection>();
  readonly exchanges = new Set<Exchange>();
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #nodes: ReadonlyMap<string, { node: SimNode; path: Path }>;
  readonly #watch: MachineWatch;
  readonly #listeners = new Set<(hint: NetworkHint) => void>();
  #skewMs = 0;
  #touched = true;
  /** How long the monotonic clock has stood still. */
  #stoodMs = 0;
  #sleep: { sinceAt: number; clockStands: boolean } | null = null;

  /** @param nodes by host name */
  constructor(
    clock: VirtualClock,
    random: Random,
    nodes: ReadonlyMap<string, { node: SimNode; path: Path }>,
    watch: MachineWatch,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#nodes = nodes;
    this.#watch = watch;
  }

  /** Whether the client's own code ran, or was told something, since this was last asked. */
  takeTouched(): boolean {
    const touched = this.#touched;
    this.#touched = false;
    return touched;
  }

  touch(): void {
    this.#touched = true;
  }

  get asleep(): boolean {
    return this.#sleep !== null;
  }

  now(): number {
    const stands = this.#sleep?.clockStands === true ? this.#clock.now - this.#sleep.sinceAt : 0;
    return this.#clock.now - this.#stoodMs - stands;
  }

  wallNow(): number {
    return epochMs + this.#clock.now + this.#skewMs;
  }

  random(): number {
    return this.#random.next();
  }

  /** Somebody sets the wall clock. */
  setClock(byMs: number): void {
    this.lastJumpMs = this.#clock.now;
    this.#skewMs += byMs;
  }

  setTimer(delayMs: number, fire: () => void): TimerHandle {
    const timer: Timer = { fire, happening: null, leftMs: delayMs };
    this.timers.add(timer);
    this.#arm(timer);
    return { timer };
  }

  clearTimer(handle: TimerHandle): void {
    const timer = handle.timer as Timer;
    if (timer.happening !== null) timer.happening.cancelled = true;
    this.timers.delete(timer);
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    const url = new URL(request.url);
    const { node, path } = this.#at(url.hostname);
    const probe = url.pathname.endsWith('/SystemInfo');
    return new Promise((resolve, reject) => {
      const sentAt = this.now();
      if (probe) this.#watch.onProbe(node.origin, 'sent');
      const finish = (how: 'answered' | 'unanswered' | 'abandoned', end: () => void) => {
        this.clearTimer(deadline);
        request.signal?.removeEventListener('abort', onAbort);
        this.exchanges.delete(exchange);
        exchange.abandon();
        this.touch();
        if (probe) this.#watch.onProbe(node.origin, how);
        end();
      };
      const onAbort = () => {
        // The core has a deadline of its own, for the same moment.
        const over = this.now() - sentAt >= request.timeoutMs;
        finish(over ? 'unanswered' : 'abandoned', () => reject(new TransportError('aborted', url.host)));
      };
      const deadline = this.setTimer(request.timeoutMs, () =>
        finish('unanswered', () =>
          reject(new TransportError('timeout', `no answer within ${request.timeoutMs} ms (${url.host})`)),
        ),
      );
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
      );
      const exchange: Exchange = new Exchange(
        path,
        node,
        { method: request.method, path: url.pathname, headers, body: request.body ?? '' },
        (ending) =>
          finish(ending.kind === 'answer' ? 'answered' : 'unanswered', () => {
            if (ending.kind === 'answer') {
              const fact = ending.fact ?? { kind: 'system-info', status: `HTTP ${ending.answer.status}` };
              if (probe) this.#watch.onFact(node.origin, fact, null);
              resolve({ ...ending.answer });
            } else reject(new TransportError(ending.kind, url.host));
          }),
        () => this.asleep,
      );
      this.exchanges.add(exchange);
      if (request.signal?.aborted) queueMicrotask(onAbort);
      else request.signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  connect(target: ConnectTarget, handlers: ConnectionHandlers): Connection {
    const host = 'url' in target ? new URL(target.url).hostname : target.host;
    const { node, path } = this.#at(host);
    const framing = target.kind === 'websocket' ? 'websocket' : 'tcp';
    const connection = new SimConnection(this, path, node, framing, handlers, this.#watch, this.#random);
    this.connections.add(connection);
    this.#watch.onConnect(connection);
    return connection;
  }

  watchNetwork(listener: (hint: NetworkHint) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  hint(hint: NetworkHint): void {
    this.touch();
    for (const listener of [...this.#listeners]) listener(hint);
  }

  /** The lid is shut. Timers stand still, and packets find nobody. @param clockStands the monotonic clock stops too */
  fallAsleep(clockStands: boolean): void {
    if (this.#sleep !== null) return;
    this.#sleep = { sinceAt: this.#clock.now, clockStands };
    for (const timer of this.timers) {
      if (timer.happening === null) continue;
      timer.leftMs = timer.happening.at - this.#clock.now;
      timer.happening.cancelled = true;
      timer.happening = null;
    }
  }

  wakeUp(): void {
    if (this.#sleep === null) return;
    const sleptMs = this.#clock.now - this.#sleep.sinceAt;
    const { clockStands } = this.#sleep;
    this.#sleep = null;
    this.lastJumpMs = this.#clock.now;
    if (clockStands) this.#stoodMs += sleptMs;
    for (const timer of this.timers) {
      if (!clockStands) timer.leftMs = Math.max(0, timer.leftMs - sleptMs);
      this.#arm(timer);
    }
    for (const { path } of this.#nodes.values()) path.resume();
  }

  #arm(timer: Timer): void {
    if (this.#sleep !== null) return;
    timer.happening = this.#clock.after(timer.leftMs, () => {
      this.timers.delete(timer);
      this.touch();
      timer.fire();
    });
  }

  #at(host: string): { node: SimNode; path: Path } {
    const found = this.#nodes.get(host);
    if (found === undefined) throw new TransportError('unreachable', `${host} cannot be resolved`);
    return found;
  }
}

/** The client's end of one notification connection. */
export class SimConnection implements Connection {
  readonly node: SimNode;
  /** `open` until the client or the other side ends it. */
  phase: 'open' | 'let-go' | 'closed' = 'open';
  readonly #machine: Machine;
  readonly #wire: ServerWire;
  readonly #handlers: ConnectionHandlers;
  readonly #watch: MachineWatch;
  readonly #random: Random;

  constructor(
    machine: Machine,
    path: Path,
    node: SimNode,
    framing: 'tcp' | 'websocket',
    handlers: ConnectionHandlers,
    watch: MachineWatch,
    random: Random,
  ) {
    this.#machine = machine;
    this.node = node;
    this.#handlers = handlers;
    this.#watch = watch;
    this.#random = random;
    this.#wire = new ServerWire(path, node, framing, {
      onOpen: () => {
        machine.touch();
        handlers.onOpen();
      },
      onText: (text, fact) => this.#onText(text, fact),
      onClosed: (how) => this.#onClosed(how),
      asleep: () => machine.asleep,
    });
  }

  startTls(): void {
    throw new TransportError('protocol', 'the simulated network has no TLS');
  }

  send(text: string): void {
    if (this.phase === 'open') this.#wire.clientSend(text);
  }

  end(): void {
    if (this.phase !== 'open') return;
    this.phase = 'let-go';
    this.#watch.onLetGo(this);
    this.#wire.clientEnd();
  }

  destroy(): void {
    if (this.phase === 'closed') return;
    const open = this.phase === 'open';
    this.phase = 'closed';
    if (open) this.#watch.onLetGo(this);
    this.#wire.clientDestroy();
    this.#machine.connections.delete(this);
  }

  /** Something in between forgets the connection: both ends are told so when they send next, or now. */
  breakDown(): void {
    this.#wire.reset();
  }

  #onText(text: string, fact: Fact | undefined): void {
    if (this.phase === 'closed') return;
    this.#machine.touch();
    this.#watch.onText(this);
    if (fact !== undefined) this.#watch.onFact(this.node.origin, fact, this);
    // TCP knows no messages: what was sent comes in any pieces.
    const cut =
      this.#wire.framing === 'tcp' && this.#random.chance(0.1) ? this.#random.below(text.length) : 0;
    if (cut > 0) this.#handlers.onText(text.slice(0, cut));
    if (this.#phaseNow !== 'closed') this.#handlers.onText(text.slice(cut));
  }

  get #phaseNow(): 'open' | 'let-go' | 'closed' {
    return this.phase;
  }

  #onClosed(how: 'refused' | 'fin' | 'rst'): void {
    if (this.phase === 'closed') return;
    this.phase = 'closed';
    this.#machine.touch();
    this.#machine.connections.delete(this);
    this.#watch.onClosed(this);
    if (how === 'fin') this.#handlers.onClose('the server closed the connection');
    else
      this.#handlers.onError(new TransportError(how === 'refused' ? 'refused' : 'reset', this.node.domain));
  }
}

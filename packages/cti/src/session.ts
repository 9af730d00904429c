import { EventEmitter } from 'node:events';
import { connect } from 'node:net';
import { CtiConnection } from './connection.js';
import { CtiRequestError } from './errors.js';
import type { CtiMessage, KnownMessage, MessageOf } from './schema.js';
import {
  type AgentStateName,
  agentStateValue,
  controlFailureName,
  defaultVersion,
  none32,
  services,
  statusCodes,
} from './values.js';

export type SideName = 'A' | 'B';

/** One side of the duplex CTI server. */
export interface CtiSide {
  name: SideName;
  host: string;
  port: number;
}

export interface CtiSessionOptions {
  /** One or two sides, tried in turn until one accepts. */
  sides: readonly CtiSide[];
  clientId: string;
  password?: string | undefined;
  /** Protocol version. Default 23 (UCCE 12.5). */
  version?: number | undefined;
  peripheralId?: number | undefined;
  /** Default 5 s, three missed end the session (Finesse admin guide 12.6: CTI failover). */
  heartbeatIntervalMs?: number | undefined;
  /** From the first packet to OPEN_CONF. Default 5 s: usual by the guide, which advises 30 s for servers with 500 clients. */
  openTimeoutMs?: number | undefined;
  /** Wait after both sides were tried in vain; grows to ten times that, with jitter. Default 500 ms. */
  retryDelayMs?: number | undefined;
  /** How long a request waits for its answer. Default 10 s: a reply can take that long by the guide. */
  requestTimeoutMs?: number | undefined;
}

export interface CtiSessionEvents {
  open: [{ side: SideName; openConf: MessageOf<'OPEN_CONF'> }];
  lost: [{ side: SideName; cause: string }];
  'attempt-failed': [{ side: SideName; cause: string }];
  /** Everything that is not the answer to a request or to a heartbeat. */
  message: [CtiMessage];
  /** A message of the server's that could not be read; it was skipped. */
  malformed: [{ side: SideName; detail: string }];
}

export interface SetAgentState {
  agentId: string;
  /** The agent's instrument, needed to log in. */
  extension?: string | undefined;
  password?: string | undefined;
  state: AgentStateName;
  /** For NOT_READY and LOGOUT. */
  reasonCode?: number | undefined;
  forced?: boolean | undefined;
}

interface Pending {
  resolve(message: KnownMessage): void;
  reject(error: CtiRequestError): void;
  timer: NodeJS.Timeout;
}

/** Heartbeats that may stay unanswered; the next one ends the session (Session Management, "Heartbeats"). */
const missedLimit = 3;

/**
 * A client session with a duplex CTI server: connects to one side, opens, sends heartbeats, and on any loss tries the
 * other side at once, then both in turn with growing delays, until one accepts. Events in a gap are lost; the one who
 * uses the session asks anew on `open`.
 */
export class CtiSession extends EventEmitter<CtiSessionEvents> {
  readonly #options: { [K in keyof CtiSessionOptions]-?: NonNullable<CtiSessionOptions[K]> };
  #connection: CtiConnection | null = null;
  #sideIndex = 0;
  #running = false;
  #open = false;
  #openSinceAt: number | undefined;
  #failures = 0;
  #invokeId = 1;
  #timer: NodeJS.Timeout | undefined;
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #unansweredHeartbeats = 0;
  #heartbeatAt: number | undefined;
  #heartbeatFailed = true;
  #pending = new Map<number, Pending>();
  #onClosed: (() => void) | null = null;

  constructor(options: CtiSessionOptions) {
    super();
    if (options.sides.length === 0) throw new RangeError('a CTI session needs at least one side');
    this.#options = {
      sides: options.sides,
      clientId: options.clientId,
      password: options.password ?? '',
      version: options.version ?? defaultVersion,
      peripheralId: options.peripheralId ?? none32,
      heartbeatIntervalMs: options.heartbeatIntervalMs ?? 5_000,
      openTimeoutMs: options.openTimeoutMs ?? 5_000,
      retryDelayMs: options.retryDelayMs ?? 500,
      requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
    };
  }

  /** What SystemInfo tells of the session. `at` and `openSinceAt` are epoch milliseconds. */
  get state(): {
    open: boolean;
    side: SideName | undefined;
    openSinceAt: number | undefined;
    lastHeartbeat: { status: 'success' | 'failure'; at: number | undefined };
  } {
    return {
      open: this.#open,
      side: this.#open ? this.#side.name : undefined,
      openSinceAt: this.#open ? this.#openSinceAt : undefined,
      lastHeartbeat: { status: this.#heartbeatFailed ? 'failure' : 'success', at: this.#heartbeatAt },
    };
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
  }

  /** Says CLOSE_REQ where there is somebody to hear it, waits shortly, and leaves no timer or socket. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    clearTimeout(this.#timer);
    this.#stopHeartbeats();
    this.#failPending('the CTI session was stopped');
    const connection = this.#connection;
    if (connection !== null && this.#open) {
      this.#open = false;
      connection.send({ type: 'CLOSE_REQ', invokeId: this.#invokeId++, status: statusCodes.noError });
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.#onClosed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    connection?.drop();
    this.#connection = null;
  }

  /** @throws {CtiRequestError} */
  async queryAgentState(agentId: string): Promise<MessageOf<'QUERY_AGENT_STATE_CONF'>> {
    const answer = await this.#request({
      type: 'QUERY_AGENT_STATE_REQ',
      invokeId: 0,
      peripheralId: this.#options.peripheralId,
      mrdId: 1,
      icmAgentId: none32,
      agentId,
    });
    if (answer.type !== 'QUERY_AGENT_STATE_CONF') throw unexpected(answer);
    return answer;
  }

  /** Resolves when the CTI server has confirmed the change. @throws {CtiRequestError} */
  async setAgentState(change: SetAgentState): Promise<void> {
    const answer = await this.#request({
      type: 'SET_AGENT_STATE_REQ',
      invokeId: 0,
      peripheralId: this.#options.peripheralId,
      agentState: agentStateValue(change.state),
      agentWorkMode: 0,
      numSkillGroups: 0,
      eventReasonCode: change.reasonCode ?? 0,
      forcedFlag: change.forced === true ? 1 : 0,
      agentServiceReq: 0,
      agentId: change.agentId,
      agentInstrument: change.extension,
      agentPassword: change.password,
    });
    if (answer.type !== 'SET_AGENT_STATE_CONF') throw unexpected(answer);
  }

  get #side(): CtiSide {
    return this.#options.sides[this.#sideIndex % this.#options.sides.length] as CtiSide;
  }

  #connect(): void {
    const side = this.#side;
    const { version, openTimeoutMs } = this.#options;
    const socket = connect({ host: side.host, port: side.port });
    const connection = new CtiConnection(socket, version, {
      onMessage: (message) => this.#onMessage(message),
      onBadMessage: ({ messageId, field, kind }) =>
        this.emit('malformed', { side: side.name, detail: `message ${messageId}: ${kind} at ${field}` }),
      onClose: (cause) => this.#onClose(side, cause),
    });
    this.#connection = connection;
    socket.once('connect', () => {
      connection.send({
        type: 'OPEN_REQ',
        invokeId: this.#invokeId++,
        versionNumber: version,
        // Four intervals, at least 20 s (Session Management, OPEN_REQ): the server drops a client silent for longer.
        idleTimeout: Math.max(20, Math.ceil((this.#options.heartbeatIntervalMs * 4) / 1_000)),
        peripheralId: this.#options.peripheralId,
        servicesRequested: services.clientControl | services.allEvents | services.supervisor,
        callMsgMask: 0xffff_ffff,
        agentStateMask: 0x3fff,
        configMsgMask: 0,
        reserved1: 0,
        reserved2: 0,
        reserved3: 0,
        clientId: this.#options.clientId,
        clientPassword: this.#options.password,
      });
    });
    this.#timer = setTimeout(() => connection.reset('no OPEN_CONF in time'), openTimeoutMs);
  }

  #onMessage(message: CtiMessage): void {
    switch (message.type) {
      case 'OPEN_CONF':
        this.#onOpen(message);
        return;
      case 'HEARTBEAT_CONF':
        this.#unansweredHeartbeats = 0;
        this.#heartbeatAt = Date.now();
        return;
      case 'CLOSE_CONF':
        this.#onClosed?.();
        return;
      case 'FAILURE_EVENT':
        this.#connection?.reset(`FAILURE_EVENT ${message.status}`);
        return;
      case 'FAILURE_CONF':
        // To OPEN_REQ a refusal, to a heartbeat the end of the session; a request of ours gets CONTROL_FAILURE_CONF.
        this.#connection?.reset(`FAILURE_CONF ${message.status}`);
        return;
    }
    const pending = 'invokeId' in message ? this.#pending.get(message.invokeId) : undefined;
    if (pending === undefined || message.type === 'UNKNOWN' || !('invokeId' in message)) {
      this.emit('message', message);
      return;
    }
    this.#pending.delete(message.invokeId);
    clearTimeout(pending.timer);
    if (message.type === 'CONTROL_FAILURE_CONF') {
      const name = controlFailureName(message.failureCode);
      pending.reject(new CtiRequestError('control-failure', `CTI refused: ${name}`, message.failureCode));
    } else pending.resolve(message);
  }

  #onOpen(openConf: MessageOf<'OPEN_CONF'>): void {
    if (this.#open || !this.#running) return;
    clearTimeout(this.#timer);
    this.#open = true;
    this.#openSinceAt = Date.now();
    this.#failures = 0;
    this.#unansweredHeartbeats = 0;
    this.#heartbeatFailed = false;
    this.#heartbeatAt = Date.now();
    this.#heartbeatTimer = setInterval(() => this.#beat(), this.#options.heartbeatIntervalMs);
    this.emit('open', { side: this.#side.name, openConf });
  }

  #beat(): void {
    if (this.#unansweredHeartbeats >= missedLimit) {
      this.#connection?.reset(`${missedLimit} heartbeats unanswered`);
      return;
    }
    this.#unansweredHeartbeats += 1;
    this.#connection?.send({ type: 'HEARTBEAT_REQ', invokeId: this.#invokeId++ });
  }

  #stopHeartbeats(): void {
    clearInterval(this.#heartbeatTimer);
    this.#heartbeatTimer = undefined;
  }

  #onClose(side: CtiSide, cause: string): void {
    clearTimeout(this.#timer);
    this.#stopHeartbeats();
    this.#connection = null;
    this.#onClosed?.();
    if (!this.#running) return;
    const wasOpen = this.#open;
    this.#open = false;
    this.#heartbeatFailed = true;
    this.#failures = wasOpen ? 0 : this.#failures + 1;
    this.#sideIndex += 1;
    // Before anybody is told: a listener that asks at once must find the session lost.
    this.#failPending(`the CTI session was lost: ${cause}`);
    this.emit(wasOpen ? 'lost' : 'attempt-failed', { side: side.name, cause });
    this.#timer = setTimeout(() => this.#connect(), this.#delayMs());
  }

  /** The other side at once; then a wait after each round, growing, with jitter so that nodes do not march in step. */
  #delayMs(): number {
    const { sides, retryDelayMs } = this.#options;
    const round = Math.floor(this.#failures / sides.length);
    if (round === 0 || this.#failures % sides.length !== 0) return 10;
    return retryDelayMs * Math.min(10, 2 ** (round - 1)) * (0.5 + Math.random() / 2);
  }

  #request(message: Extract<KnownMessage, { invokeId: number }>): Promise<KnownMessage> {
    const connection = this.#connection;
    if (!this.#open || connection === null) {
      return Promise.reject(new CtiRequestError('lost', 'the CTI session is not open'));
    }
    const invokeId = this.#invokeId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(invokeId);
        reject(new CtiRequestError('timeout', `${message.type} was not answered in time`));
      }, this.#options.requestTimeoutMs);
      this.#pending.set(invokeId, { resolve, reject, timer });
      connection.send({ ...message, invokeId });
    });
  }

  #failPending(why: string): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new CtiRequestError('lost', why));
    }
    this.#pending.clear();
  }
}

function unexpected(answer: KnownMessage): CtiRequestError {
  return new CtiRequestError('control-failure', `CTI answered with ${answer.type}`);
}

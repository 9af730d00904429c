import { connect } from 'node:net';
import { CallControl, type CtiRequest } from './call-control.js';
import { CtiConnection } from './connection.js';
import { CtiRequestError } from './errors.js';
import { Heartbeat, type HeartbeatState } from './heartbeat.js';
import { PendingRequests } from './requests.js';
import type { CtiMessage, KnownMessage, MessageOf } from './schema.js';
import {
  type AgentStateName,
  agentStateValue,
  defaultVersion,
  none32,
  services,
  statusCodes,
} from './values.js';

/** One of the two sides of the CTI server. */
export type SideName = 'A' | 'B';

/** One side of the duplex CTI server. */
export interface CtiSide {
  name: SideName;
  host: string;
  port: number;
}

/** Where the CTI sides are, who opens the session, and how patient it is. */
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
  /** Wait after all sides were tried in vain; grows to ten times that, with jitter. Default 500 ms. */
  retryDelayMs?: number | undefined;
  /** How long a request waits for its answer. Default 10 s: a reply can take that long by the guide. */
  requestTimeoutMs?: number | undefined;
}

/** What a session tells. */
export interface CtiSessionEvents {
  open: [{ side: SideName; openConf: MessageOf<'OPEN_CONF'> }];
  /** An open session has ended. Its events from now to the next `open` are lost. */
  lost: [{ side: SideName; cause: string }];
  /** No session came of it. */
  'attempt-failed': [{ side: SideName; cause: string }];
  /** Everything that is not the answer to a request that waits, or to a heartbeat. */
  message: [CtiMessage];
  /** A request was sent; emitted while its caller still runs, so that the caller's context is known. */
  sent: [{ side: SideName; type: CtiRequest['type']; invokeId: number }];
  /** A message of the server's that could not be read; it was skipped. */
  malformed: [{ side: SideName; detail: string }];
}

/** A change of an agent's state to ask for. */
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

/** Between the loss of one side and the attempt at the other: nothing to wait for, but never a tight loop. */
const otherSideDelayMs = 10;
/** CLOSE_CONF is waited for so long; the guide allows 5 s. */
const closeWithinMs = 1_000;
/** How far the wait between rounds of attempts grows, in times of `retryDelayMs`. */
const longestDelay = 10;

/**
 * A client session with a duplex CTI server: connects to one side, opens, sends heartbeats, and on any loss tries the
 * other side at once, then all in turn with growing delays, until one accepts. Events in a gap are lost; the one who
 * uses the session asks anew on `open`.
 */
export class CtiSession extends CallControl<CtiSessionEvents> {
  readonly #options: { [K in keyof CtiSessionOptions]-?: NonNullable<CtiSessionOptions[K]> };
  readonly #heartbeat: Heartbeat;
  readonly #requests: PendingRequests;
  #connection: CtiConnection | null = null;
  #sideIndex = 0;
  #running = false;
  #openSinceAt: number | null = null;
  /** Attempts since a session last proved itself. */
  #failures = 0;
  #invokeId = 0;
  #timer: NodeJS.Timeout | undefined;
  /** While stopping: the connection has ended, or CLOSE_CONF has come. */
  #onClosed: (() => void) | null = null;

  /** @throws {RangeError} when there is no side, or an interval is not a positive number */
  constructor(options: CtiSessionOptions) {
    super();
    if (options.sides.length === 0) throw new RangeError('a CTI session needs at least one side');
    this.#options = {
      sides: options.sides,
      clientId: options.clientId,
      password: options.password ?? '',
      version: options.version ?? defaultVersion,
      peripheralId: options.peripheralId ?? none32,
      heartbeatIntervalMs: positive('heartbeatIntervalMs', options.heartbeatIntervalMs ?? 5_000),
      openTimeoutMs: positive('openTimeoutMs', options.openTimeoutMs ?? 5_000),
      retryDelayMs: positive('retryDelayMs', options.retryDelayMs ?? 500),
      requestTimeoutMs: positive('requestTimeoutMs', options.requestTimeoutMs ?? 10_000),
    };
    this.#heartbeat = new Heartbeat(
      this.#options.heartbeatIntervalMs,
      () => this.#connection?.send({ type: 'HEARTBEAT_REQ', invokeId: this.#nextInvokeId() }),
      (cause) => this.#connection?.reset(cause),
    );
    this.#requests = new PendingRequests(this.#options.requestTimeoutMs);
  }

  /** What SystemInfo tells of the session. `openSinceAt` is epoch milliseconds. */
  get state(): {
    open: boolean;
    side: SideName | undefined;
    openSinceAt: number | undefined;
    lastHeartbeat: HeartbeatState;
  } {
    const open = this.#openSinceAt !== null;
    return {
      open,
      side: open ? this.#side.name : undefined,
      openSinceAt: this.#openSinceAt ?? undefined,
      lastHeartbeat: this.#heartbeat.state,
    };
  }

  /** Begins to open a session, and keeps one open from then on until `stop`. */
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
    this.#heartbeat.stop();
    this.#requests.failAll('the CTI session was stopped');
    const connection = this.#connection;
    if (connection !== null && this.#openSinceAt !== null) {
      this.#openSinceAt = null;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, closeWithinMs);
        this.#onClosed = () => {
          clearTimeout(timer);
          resolve();
        };
        connection.send({
          type: 'CLOSE_REQ',
          invokeId: this.#nextInvokeId(),
          status: statusCodes.noError,
        });
      });
      this.#onClosed = null;
    }
    connection?.drop();
    this.#connection = null;
  }

  /** @throws {CtiRequestError} */
  async queryAgentState(agentId: string): Promise<MessageOf<'QUERY_AGENT_STATE_CONF'>> {
    const answer = await this.request({
      type: 'QUERY_AGENT_STATE_REQ',
      peripheralId: this.#options.peripheralId,
      mrdId: 1,
      icmAgentId: none32,
      agentId,
    });
    if (answer.type !== 'QUERY_AGENT_STATE_CONF') throw unexpected(answer);
    return answer;
  }

  /**
   * Resolves when the CTI server has confirmed the change.
   * @throws {CtiRequestError}
   * @throws {RangeError} when a value does not fit its field, such as a reason code beyond 65535
   */
  async setAgentState(change: SetAgentState): Promise<void> {
    const answer = await this.request({
      type: 'SET_AGENT_STATE_REQ',
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

  /**
   * Sends a request and resolves with its answer, whatever type that has.
   * @throws {CtiRequestError}
   * @throws {RangeError} when a value does not fit its field
   */
  override async request(request: CtiRequest): Promise<KnownMessage> {
    const connection = this.#connection;
    if (this.#openSinceAt === null || connection === null) {
      throw new CtiRequestError('lost', 'the CTI session is not open');
    }
    const invokeId = this.#nextInvokeId();
    connection.send({ ...request, invokeId } as KnownMessage);
    this.emit('sent', { side: this.#side.name, type: request.type, invokeId });
    return this.#requests.wait(invokeId, request.type);
  }

  protected override get peripheralId(): number {
    return this.#options.peripheralId;
  }

  get #side(): CtiSide {
    return this.#options.sides[this.#sideIndex % this.#options.sides.length] as CtiSide;
  }

  /** UINT; a session of years begins anew. */
  #nextInvokeId(): number {
    this.#invokeId = (this.#invokeId % 0x7fff_ffff) + 1;
    return this.#invokeId;
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
    socket.once('connect', () => connection.send(this.#openRequest()));
    this.#timer = setTimeout(() => connection.reset('no OPEN_CONF in time'), openTimeoutMs);
  }

  #openRequest(): MessageOf<'OPEN_REQ'> {
    const { version, heartbeatIntervalMs, peripheralId, clientId, password } = this.#options;
    return {
      type: 'OPEN_REQ',
      invokeId: this.#nextInvokeId(),
      versionNumber: version,
      // Four intervals, at least 20 s (Session Management, OPEN_REQ): the server drops a client silent for longer.
      idleTimeout: Math.max(20, Math.ceil((heartbeatIntervalMs * 4) / 1_000)),
      peripheralId,
      servicesRequested: services.clientControl | services.allEvents | services.supervisor,
      callMsgMask: 0xffff_ffff,
      agentStateMask: 0x3fff,
      configMsgMask: 0,
      reserved1: 0,
      reserved2: 0,
      reserved3: 0,
      clientId,
      clientPassword: password,
    };
  }

  #onMessage(message: CtiMessage): void {
    switch (message.type) {
      case 'OPEN_CONF':
        this.#onOpen(message);
        return;
      case 'HEARTBEAT_CONF':
        this.#heartbeat.answered();
        return;
      case 'CLOSE_CONF':
        this.#onClosed?.();
        return;
      case 'FAILURE_EVENT':
        // Whatever its status, the server has ended the session; mostly 15, CTI_SERVER_OFFLINE.
        this.#connection?.reset(`FAILURE_EVENT ${message.status}`);
        return;
    }
    if (this.#requests.settle(message)) return;
    // To OPEN_REQ a refusal, to a heartbeat "offline" (Session Management): the end of it either way.
    if (message.type === 'FAILURE_CONF') this.#connection?.reset(`FAILURE_CONF ${message.status}`);
    else this.emit('message', message);
  }

  #onOpen(openConf: MessageOf<'OPEN_CONF'>): void {
    if (this.#openSinceAt !== null || !this.#running) return;
    clearTimeout(this.#timer);
    this.#openSinceAt = Date.now();
    this.#heartbeat.start();
    // A side that accepts and fails at once has not proved itself: its loss counts as a failed attempt.
    this.#timer = setTimeout(() => {
      this.#failures = 0;
    }, this.#options.heartbeatIntervalMs);
    this.emit('open', { side: this.#side.name, openConf });
  }

  #onClose(side: CtiSide, cause: string): void {
    clearTimeout(this.#timer);
    this.#heartbeat.stop();
    this.#connection = null;
    this.#onClosed?.();
    if (!this.#running) return;
    const wasOpen = this.#openSinceAt !== null;
    this.#openSinceAt = null;
    this.#failures += 1;
    this.#sideIndex += 1;
    this.#timer = setTimeout(() => this.#connect(), this.#delayMs());
    // Before anybody is told: a listener that asks at once must find the session lost.
    this.#requests.failAll(`the CTI session was lost: ${cause}`);
    this.emit(wasOpen ? 'lost' : 'attempt-failed', { side: side.name, cause });
  }

  /** The other side at once; then a wait after each round, growing, with jitter so that nodes do not march in step. */
  #delayMs(): number {
    const { sides, retryDelayMs } = this.#options;
    const round = Math.floor(this.#failures / sides.length);
    if (round === 0 || this.#failures % sides.length !== 0) return otherSideDelayMs;
    return retryDelayMs * Math.min(longestDelay, 2 ** (round - 1)) * (0.5 + Math.random() / 2);
  }
}

function positive(name: string, value: number): number {
  if (value > 0 && Number.isFinite(value)) return value;
  throw new RangeError(`${name}: ${value} is not a positive number of milliseconds`);
}

function unexpected(answer: KnownMessage): CtiRequestError {
  return new CtiRequestError('control-failure', `CTI answered with ${answer.type}`);
}

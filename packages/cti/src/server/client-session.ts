import type { Socket } from 'node:net';
import { CtiConnection } from '../connection.js';
import { agentIdIn, type CtiMessage, type MessageOf } from '../schema.js';
import { agentStateValue, none32, services, statusCodes } from '../values.js';
import type { AgentRecord, ChangeRequest } from './agent-model.js';
import { callEvent, callSnapshot, deviceSnapshot, queueStatistics } from './call-messages.js';
import { callCommandIn, callConfirmation } from './call-requests.js';
import type { LabModel, ModelEvent, ModelRequest, ModelResult } from './lab-model.js';
import {
  agentStateAnswer,
  agentStateEvent,
  openAnswer,
  type Peripheral,
  peripheralOnline,
  teamEvents,
  teamList,
} from './messages.js';
import type { Teams } from './teams.js';

/** What a client's session needs of the server around it. */
export interface SessionHost {
  readonly model: LabModel;
  readonly teams: Teams;
  readonly peripheral: Peripheral;
  /** Empty accepts any. */
  readonly clientPassword: string;
  /** Carries a request out on both sides, then answers. */
  carryOut(request: ModelRequest, answer: (result: ModelResult) => void): void;
  opened(session: ClientSession): void;
  closed(session: ClientSession, cause: string): void;
  log(message: string, fields: object): void;
}

/** A client that does not read is dropped before its backlog can grow without bound. */
const maxBacklogBytes = 4 * 1024 * 1024;
/** A connection that has not opened a session by then is of no use. */
const openWithinMs = 10_000;
/** The protocol versions with a layout of ours. */
const versions = { lowest: 9, highest: 25 };
/** The services that the lab's server has. */
const granted = services.clientControl | services.allEvents | services.supervisor;
/** The least IdleTimeout in seconds (Session Management, OPEN_REQ). */
const leastIdleTimeout = 20;
/** A timer holds no more. */
const longestTimerMs = 2 ** 31 - 1;
/** ControlFailureCodes. */
const failures = {
  badCallId: 11,
  operationRejected: 70,
  badAgentId: 256,
  badSkillGroup: 262,
  badParameter: 1010,
} as const;

/** One client of the CTI server, from its connection to its end. */
export class ClientSession {
  readonly #host: SessionHost;
  readonly #connection: CtiConnection;
  /** What OPEN_REQ asked for; null until then. */
  #open: { clientId: string; allEvents: boolean; agentStateMask: number; idleTimeoutMs: number } | null =
    null;
  /** Monitored teams by their MonitorID. */
  readonly #monitors = new Map<number, number>();
  #nextMonitorId = 1;
  #timer: NodeJS.Timeout;

  constructor(socket: Socket, host: SessionHost) {
    this.#host = host;
    this.#connection = new CtiConnection(socket, versions.highest, {
      onMessage: (message) => this.#onMessage(message),
      onBadMessage: ({ messageId, field }) => {
        host.log('malformed message', { clientId: this.clientId, messageId, field });
        this.end(statusCodes.badLength);
      },
      onClose: (cause) => {
        clearTimeout(this.#timer);
        host.closed(this, cause);
      },
    });
    this.#timer = setTimeout(() => this.#connection.reset('no OPEN_REQ in time'), openWithinMs);
  }

  /** Empty until the session is open. */
  get clientId(): string {
    return this.#open?.clientId ?? '';
  }

  /** Tells the client what happened, if its session is to hear of it. */
  happened(event: ModelEvent): void {
    if (event.kind === 'agent') this.#agentChanged(event.agentId, event.record);
    else if (this.#open?.allEvents === true) this.#send(callEvent(this.#host.peripheral, event.event));
  }

  #agentChanged(agentId: string, record: AgentRecord): void {
    const agent = this.#host.model.agents.configured(agentId);
    if (this.#open === null || agent === undefined) return;
    const monitorId = this.#open.allEvents ? 0 : this.#monitorOf(agent.teamId);
    if (monitorId === undefined || !wants(this.#open.agentStateMask, agentStateValue(record.state))) return;
    this.#send(agentStateEvent(this.#host.peripheral, agent, record, monitorId));
  }

  /** Ends the session with a FAILURE_EVENT. */
  end(status: number): void {
    this.#send({ type: 'FAILURE_EVENT', status });
    this.#connection.end(`ended with status ${status}`);
  }

  /** Ends it at once. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#connection.drop();
  }

  #monitorOf(teamId: string | undefined): number | undefined {
    if (teamId === undefined) return undefined;
    for (const [monitorId, team] of this.#monitors) if (team === Number(teamId)) return monitorId;
    return undefined;
  }

  #send(message: CtiMessage): void {
    if (this.#connection.backlogBytes > maxBacklogBytes)
      return this.#connection.reset('the client does not read');
    try {
      this.#connection.send(message);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // What no message can hold must not end everyone's server.
      this.#host.log('message not sent', { clientId: this.clientId, problem: error.message });
      this.#connection.reset(error.message);
    }
  }

  #onMessage(message: CtiMessage): void {
    if (message.type === 'OPEN_REQ') return this.#onOpen(message);
    if (this.#open === null) return this.end(statusCodes.sessionNotOpen);
    this.#restartIdleTimer(this.#open.idleTimeoutMs);
    switch (message.type) {
      case 'HEARTBEAT_REQ':
        return this.#send({ type: 'HEARTBEAT_CONF', invokeId: message.invokeId });
      case 'CLOSE_REQ':
        this.#send({ type: 'CLOSE_CONF', invokeId: message.invokeId });
        return this.#connection.end('closed by the client');
      case 'QUERY_AGENT_STATE_REQ':
        return this.#onQuery(message);
      case 'SET_AGENT_STATE_REQ':
        return this.#onSet(message);
      case 'LIST_AGENT_TEAM_REQ':
        for (const part of teamList(message.invokeId, this.#host.teams.supervisedBy(message.supervisorId)))
          this.#send(part);
        return;
      case 'MONITOR_AGENT_TEAM_START_REQ':
        return this.#onMonitorStart(message);
      case 'MONITOR_AGENT_TEAM_STOP_REQ':
        if (!this.#monitors.delete(message.monitorId))
          return this.#fail(message.invokeId, failures.badParameter);
        return this.#send({ type: 'MONITOR_AGENT_TEAM_STOP_CONF', invokeId: message.invokeId });
      case 'CLIENT_EVENT_REPORT_REQ':
        return this.#send({ type: 'CLIENT_EVENT_REPORT_CONF', invokeId: message.invokeId });
      case 'SNAPSHOT_DEVICE_REQ': {
        const extension = message.agentInstrument ?? '';
        return this.#send(
          deviceSnapshot(message.invokeId, extension, this.#host.model.calls.callsAt(extension)),
        );
      }
      case 'SNAPSHOT_CALL_REQ': {
        const call = this.#host.model.calls.calls.get(message.connectionCallId);
        if (call === undefined) return this.#fail(message.invokeId, failures.badCallId);
        return this.#send(callSnapshot(message.invokeId, call));
      }
      case 'QUERY_SKILL_GROUP_STATISTICS_REQ':
        return this.#onStatistics(message);
      default:
        this.#onOther(message);
    }
  }

  #onOther(message: CtiMessage): void {
    const command = callCommandIn(message, this.#host.model);
    if (command === null || !('invokeId' in message)) return this.#refuse(message);
    const { invokeId } = message;
    this.#host.carryOut({ kind: 'call', command }, (result) => {
      this.#logOutcome(message.type, invokeId, result);
      if (result.ok) this.#send(callConfirmation(message, invokeId, result.callId ?? none32));
      else this.#fail(invokeId, result.failureCode);
    });
  }

  #onStatistics({ invokeId, skillGroupNumber }: MessageOf<'QUERY_SKILL_GROUP_STATISTICS_REQ'>): void {
    const { model, peripheral } = this.#host;
    const queue = model.calls.queues.get(String(skillGroupNumber));
    if (queue === undefined) this.#fail(invokeId, failures.badSkillGroup);
    else this.#send(queueStatistics(invokeId, peripheral, queue, model));
  }

  #onOpen(message: MessageOf<'OPEN_REQ'>): void {
    const status = this.#openProblem(message);
    if (status !== null) {
      this.#send({ type: 'FAILURE_CONF', invokeId: message.invokeId, status });
      this.#connection.end(`OPEN_REQ refused with status ${status}`);
      return;
    }
    const { versionNumber, idleTimeout, clientId = '', servicesRequested, agentStateMask } = message;
    this.#connection.version = versionNumber;
    const allEvents = (servicesRequested & services.allEvents) !== 0;
    const idleTimeoutMs = idleTimeout === none32 ? 0 : Math.min(idleTimeout * 1_000, longestTimerMs);
    this.#open = { clientId, allEvents, agentStateMask, idleTimeoutMs };
    this.#restartIdleTimer(idleTimeoutMs);
    this.#host.opened(this);
    const { peripheral } = this.#host;
    this.#send(openAnswer(peripheral, message.invokeId, servicesRequested & granted));
    // An ALL_EVENTS client hears of each peripheral (Session Management, OPEN_CONF).
    if (allEvents) this.#send(peripheralOnline(peripheral));
  }

  /** A status code, or null. */
  #openProblem({
    versionNumber,
    clientId,
    idleTimeout,
    clientPassword,
  }: MessageOf<'OPEN_REQ'>): number | null {
    if (this.#open !== null) return statusCodes.sessionAlreadyOpen;
    if (versionNumber < versions.lowest || versionNumber > versions.highest)
      return statusCodes.invalidVersion;
    if (clientId === undefined || clientId === '' || clientPassword === undefined)
      return statusCodes.requiredDataMissing;
    if (idleTimeout < leastIdleTimeout) return statusCodes.invalidTimeout;
    const password = this.#host.clientPassword;
    return password !== '' && clientPassword !== password ? statusCodes.invalidPassword : null;
  }

  #onQuery(message: MessageOf<'QUERY_AGENT_STATE_REQ'>): void {
    const { agents } = this.#host.model;
    const extension = message.agentExtension ?? message.agentInstrument;
    const id = agentIdIn(message) ?? (extension === undefined ? undefined : agents.atExtension(extension));
    const agent = id === undefined ? undefined : agents.configured(id);
    const record = id === undefined ? undefined : agents.record(id);
    if (agent === undefined || record === undefined) this.#fail(message.invokeId, failures.badAgentId);
    else this.#send(agentStateAnswer(message.invokeId, agent, record));
  }

  #onSet(message: MessageOf<'SET_AGENT_STATE_REQ'>): void {
    const { invokeId } = message;
    const extension = message.agentInstrument ?? message.agentExtension ?? '';
    const agentId = agentIdIn(message) ?? this.#host.model.agents.atExtension(extension);
    if (agentId === undefined) return this.#fail(invokeId, failures.badAgentId);
    const change: ChangeRequest = {
      agentId,
      state: message.agentState,
      reasonCode: message.eventReasonCode,
      instrument: extension,
      password: message.agentPassword ?? '',
      forced: message.forcedFlag === 1,
    };
    this.#host.carryOut({ kind: 'agent', change }, (result) => {
      this.#logOutcome(message.type, invokeId, result);
      if (result.ok) this.#send({ type: 'SET_AGENT_STATE_CONF', invokeId });
      else this.#fail(invokeId, result.failureCode);
    });
  }

  /** The client's own log joins it, by type and InvokeID, to whatever asked for it. */
  #logOutcome(type: string, invokeId: number, result: ModelResult): void {
    const failure = result.ok ? {} : { failureCode: result.failureCode };
    this.#host.log('request', { clientId: this.clientId, type, invokeId, ...failure });
  }

  #onMonitorStart({ invokeId, teamId }: MessageOf<'MONITOR_AGENT_TEAM_START_REQ'>): void {
    const { teams, model, peripheral } = this.#host;
    if (teams.members(teamId) === undefined) return this.#fail(invokeId, failures.badParameter);
    const known = this.#monitorOf(String(teamId));
    const monitorId = known ?? this.#nextMonitorId++;
    this.#monitors.set(monitorId, teamId);
    this.#send({ type: 'MONITOR_AGENT_TEAM_START_CONF', invokeId, monitorId });
    for (const event of teamEvents(peripheral, teamId, teams, model.agents)) this.#send(event);
  }

  /** A request that the lab's server does not serve is refused, anything else ignored. */
  #refuse(message: CtiMessage): void {
    this.#host.log('message not served', { clientId: this.clientId, type: message.type });
    if (message.type === 'UNKNOWN') {
      // The first field of every request is its InvokeID.
      if (message.body.length >= 4)
        this.#fail(Buffer.from(message.body).readUInt32BE(0), failures.operationRejected);
    } else if (message.type.endsWith('_REQ') && 'invokeId' in message)
      this.#fail(message.invokeId, failures.operationRejected);
  }

  #fail(invokeId: number, failureCode: number): void {
    this.#send({ type: 'CONTROL_FAILURE_CONF', invokeId, failureCode, peripheralErrorCode: 0 });
  }

  #restartIdleTimer(idleTimeoutMs: number): void {
    clearTimeout(this.#timer);
    if (idleTimeoutMs > 0) {
      this.#timer = setTimeout(() => this.#connection.reset('idle for too long'), idleTimeoutMs);
    }
  }
}

/** AgentStateMask has a bit for each of the states 0 to 8; 9 has none, and those after it follow (Session Management). */
function wants(mask: number, state: number): boolean {
  if (state === agentStateValue('UNKNOWN')) return true;
  return (mask & (1 << (state > 9 ? state - 1 : state))) !== 0;
}

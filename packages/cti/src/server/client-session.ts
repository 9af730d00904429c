import type { Socket } from 'node:net';
import { CtiConnection } from '../connection.js';
import type { CtiMessage, MessageOf } from '../schema.js';
import { agentStateValue, none16, none32, peripheralTypes, statusCodes, systemEvents } from '../values.js';
import type { AgentModel, ChangeRequest, ChangeResult, DeploymentType } from './agent-model.js';

/** What a client's session needs of the server around it. */
export interface SessionHost {
  readonly model: AgentModel;
  readonly deploymentType: DeploymentType;
  readonly peripheralId: number;
  readonly clientPassword: string;
  change(request: ChangeRequest, answer: (result: ChangeResult) => void): void;
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

/** One client of the CTI server, from its connection to its end. */
export class ClientSession {
  readonly #host: SessionHost;
  readonly #connection: CtiConnection;
  #clientId = '';
  #open = false;
  #idleTimeoutMs = 0;
  #timer: NodeJS.Timeout;

  constructor(socket: Socket, host: SessionHost) {
    this.#host = host;
    this.#timer = setTimeout(() => this.#connection.reset('no OPEN_REQ in time'), openWithinMs);
    this.#connection = new CtiConnection(socket, versions.highest, {
      onMessage: (message) => this.#onMessage(message),
      onBadMessage: ({ messageId, field }) => {
        host.log('malformed message', { clientId: this.#clientId, messageId, field });
        this.#send({ type: 'FAILURE_EVENT', status: statusCodes.badLength });
        this.#connection.end();
      },
      onClose: (cause) => {
        clearTimeout(this.#timer);
        host.closed(this, cause);
      },
    });
  }

  get clientId(): string {
    return this.#clientId;
  }

  /** AGENT_STATE_EVENT to a session that is open. */
  agentChanged(agentId: string): void {
    const record = this.#host.model.agent(agentId);
    if (!this.#open || record === undefined) return;
    if (this.#connection.backlogBytes > maxBacklogBytes) {
      this.#connection.reset('the client does not read');
      return;
    }
    this.#send({
      type: 'AGENT_STATE_EVENT',
      monitorId: 0,
      peripheralId: this.#host.peripheralId,
      sessionId: 0,
      peripheralType: peripheralTypes[this.#host.deploymentType],
      skillGroupState: agentStateValue(record.state),
      stateDuration: Math.max(0, Math.floor((Date.now() - record.changedAt) / 1_000)),
      skillGroupNumber: none32,
      skillGroupId: none32,
      skillGroupPriority: 0,
      agentState: agentStateValue(record.state),
      eventReasonCode: record.reasonCode,
      mrdId: 1,
      numTasks: 0,
      agentMode: 1,
      maxTaskLimit: 1,
      icmAgentId: record.skillTargetId,
      agentAvailabilityStatus: record.state === 'AVAILABLE' ? 1 : 0,
      numFltSkillGroups: 0,
      agentId,
      agentExtension: record.extension,
      agentInstrument: record.extension,
      stateChangedAt: record.changedAt,
      stateReasonCode: record.reasonCode,
    });
  }

  /** Ends the session with a FAILURE_EVENT. */
  end(status: number): void {
    this.#send({ type: 'FAILURE_EVENT', status });
    this.#connection.end();
  }

  #send(message: CtiMessage): void {
    this.#connection.send(message);
  }

  #onMessage(message: CtiMessage): void {
    if (this.#open) this.#restartIdleTimer();
    if (message.type === 'OPEN_REQ') return this.#onOpen(message);
    if (!this.#open) {
      this.#send({ type: 'FAILURE_EVENT', status: statusCodes.sessionNotOpen });
      this.#connection.end();
      return;
    }
    switch (message.type) {
      case 'HEARTBEAT_REQ':
        return this.#send({ type: 'HEARTBEAT_CONF', invokeId: message.invokeId });
      case 'CLOSE_REQ':
        this.#send({ type: 'CLOSE_CONF', invokeId: message.invokeId });
        return this.#connection.end();
      case 'QUERY_AGENT_STATE_REQ':
        return this.#onQuery(message);
      case 'SET_AGENT_STATE_REQ':
        return this.#onSet(message);
      case 'CLIENT_EVENT_REPORT_REQ':
        return this.#send({ type: 'CLIENT_EVENT_REPORT_CONF', invokeId: message.invokeId });
      default:
        this.#refuse(message);
    }
  }

  #onOpen(message: MessageOf<'OPEN_REQ'>): void {
    const fail = (status: number) => {
      this.#send({ type: 'FAILURE_CONF', invokeId: message.invokeId, status });
      this.#connection.end();
    };
    if (this.#open) return fail(statusCodes.sessionAlreadyOpen);
    const { versionNumber, idleTimeout, clientId = '' } = message;
    if (versionNumber < versions.lowest || versionNumber > versions.highest)
      return fail(statusCodes.invalidVersion);
    if (clientId === '') return fail(statusCodes.requiredDataMissing);
    if (idleTimeout !== none32 && idleTimeout < 20) return fail(statusCodes.invalidTimeout);
    const password = this.#host.clientPassword;
    if (password !== '' && message.clientPassword !== password) return fail(statusCodes.invalidPassword);
    clearTimeout(this.#timer);
    this.#connection.version = versionNumber;
    this.#clientId = clientId;
    this.#open = true;
    this.#idleTimeoutMs = idleTimeout === none32 ? 0 : idleTimeout * 1_000;
    this.#restartIdleTimer();
    this.#host.opened(this);
    const now = Math.floor(Date.now() / 1_000);
    this.#send({
      type: 'OPEN_CONF',
      invokeId: message.invokeId,
      servicesGranted: message.servicesRequested,
      monitorId: 0,
      pgStatus: 0,
      icmCentralControllerTime: now,
      peripheralOnline: 1,
      peripheralType: peripheralTypes[this.#host.deploymentType],
      agentState: 9,
      sessionType: 1,
      numPeripherals: 1,
      peripherals: [{ peripheralId: this.#host.peripheralId, multilineAgentControl: 1 }],
    });
    // An ALL_EVENTS client hears of each peripheral (Session Management, OPEN_CONF).
    this.#send({
      type: 'SYSTEM_EVENT',
      pgStatus: 0,
      icmCentralControllerTime: now,
      systemEventId: systemEvents.peripheralOnline,
      systemEventArg1: this.#host.peripheralId,
      systemEventArg2: 0,
      systemEventArg3: 0,
      eventDeviceType: none16,
    });
  }

  #onQuery(message: MessageOf<'QUERY_AGENT_STATE_REQ'>): void {
    const { model } = this.#host;
    const extension = message.agentExtension ?? message.agentInstrument;
    const id = message.agentId ?? (extension === undefined ? undefined : model.atExtension(extension));
    const record = id === undefined ? undefined : model.agent(id);
    if (record === undefined) return this.#fail(message.invokeId, 256);
    this.#send({
      type: 'QUERY_AGENT_STATE_CONF',
      invokeId: message.invokeId,
      agentState: agentStateValue(record.state),
      numSkillGroups: 0,
      mrdId: 1,
      numTasks: 0,
      agentMode: 1,
      maxTaskLimit: 1,
      icmAgentId: record.skillTargetId,
      agentAvailabilityStatus: record.state === 'AVAILABLE' ? 1 : 0,
      agentId: id,
      agentExtension: record.extension,
      agentInstrument: record.extension,
      stateChangedAt: record.changedAt,
      stateReasonCode: record.reasonCode,
    });
  }

  #onSet(message: MessageOf<'SET_AGENT_STATE_REQ'>): void {
    const { invokeId } = message;
    const extension = message.agentInstrument ?? message.agentExtension ?? '';
    const agentId = message.agentId ?? this.#host.model.atExtension(extension);
    if (agentId === undefined) return this.#fail(invokeId, 256);
    const request: ChangeRequest = {
      agentId,
      state: message.agentState,
      reasonCode: message.eventReasonCode,
      instrument: extension,
      password: message.agentPassword,
      forced: message.forcedFlag === 1,
    };
    this.#host.change(request, (result) => {
      if (result.ok) this.#send({ type: 'SET_AGENT_STATE_CONF', invokeId });
      else this.#fail(invokeId, result.failureCode);
    });
  }

  /** A request that the lab's server does not know is refused, anything else ignored. */
  #refuse(message: CtiMessage): void {
    this.#host.log('message not served', { clientId: this.#clientId, type: message.type });
    if (message.type === 'UNKNOWN' && message.body.length >= 4) {
      this.#fail(Buffer.from(message.body).readUInt32BE(0), 70);
    }
  }

  #fail(invokeId: number, failureCode: number): void {
    this.#send({ type: 'CONTROL_FAILURE_CONF', invokeId, failureCode, peripheralErrorCode: 0 });
  }

  #restartIdleTimer(): void {
    clearTimeout(this.#timer);
    if (this.#idleTimeoutMs > 0) {
      this.#timer = setTimeout(() => this.#connection.reset('idle for too long'), this.#idleTimeoutMs);
    }
  }
}

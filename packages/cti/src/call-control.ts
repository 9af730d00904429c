import { EventEmitter } from 'node:events';
import { CtiRequestError } from './errors.js';
import type { CtiMessage, KnownMessage, KnownType, MessageOf } from './schema.js';
import { deviceType, none16, none32, supervisoryAction } from './values.js';

/** A message that expects an answer; the session numbers it. */
export type CtiRequest = {
  [T in KnownMessage['type']]: T extends `${string}_REQ` ? Omit<MessageOf<T>, 'invokeId'> : never;
}[KnownMessage['type']];

/** One end of a call: the call, and the extension on whose behalf something is done. */
export interface CallEnd {
  callId: number;
  extension: string;
}

/** Two calls of one extension. */
export interface TwoCalls {
  activeCallId: number;
  heldCallId: number;
  extension: string;
}

/** What to set of a call; what is not named stays. */
export interface CallDataChange extends CallEnd {
  /** `callVariable1` to `callVariable10`. */
  callVariables?: Readonly<Record<string, string>> | undefined;
  /** ECC variables by name; an element of an array has its index in brackets at the end. */
  ecc?: Readonly<Record<string, string>> | undefined;
  wrapUpReason?: string | undefined;
}

/** What a supervisor does with an agent's call; both are signed in, the supervisor at `extension`. */
export interface Supervision {
  agentId: string;
  supervisorId: string;
  extension: string;
  action: 'silent-monitor' | 'barge' | 'intercept' | 'clear';
}

const actions = {
  'silent-monitor': supervisoryAction.monitor,
  barge: supervisoryAction.barge,
  intercept: supervisoryAction.intercept,
  clear: supervisoryAction.clear,
} as const;
const placement = {
  callPlacementType: 0,
  callMannerType: 0,
  alertRings: 0,
  callOption: 0,
  facilityType: 0,
  answeringMachine: 0,
  priority: 0,
  postRoute: 0,
  numNamedVariables: 0,
  numNamedArrays: 0,
} as const;

/**
 * Call control of a CTI session. Every method resolves when the CTI server has confirmed, and rejects with a CtiRequestError
 * when it refused, did not answer, or was lost; with a RangeError when a value does not fit its field. What comes of a request
 * is told by call events.
 */
export abstract class CallControl<
  Events extends Record<keyof Events, unknown[]>,
> extends EventEmitter<Events> {
  /** Sends a request and resolves with its answer, whatever type that has. */
  abstract request(request: CtiRequest): Promise<KnownMessage>;
  /** Which peripheral the session is with. */
  protected abstract get peripheralId(): number;

  /** Calls a number from an extension. */
  async makeCall(o: {
    extension: string;
    dialedNumber: string;
    agentId?: string;
  }): Promise<{ callId: number }> {
    const request = {
      type: 'MAKE_CALL_REQ',
      peripheralId: this.peripheralId,
      ...placement,
      skillGroupNumber: none32,
      agentInstrument: o.extension,
      dialedNumber: o.dialedNumber,
    } as const;
    return { callId: (await this.#ask(request, 'MAKE_CALL_CONF')).newConnectionCallId };
  }

  /** Answers a call that rings at the extension. */
  async answerCall(o: CallEnd): Promise<void> {
    await this.#ask({ type: 'ANSWER_CALL_REQ', ...this.#on(o) }, 'ANSWER_CALL_CONF');
  }

  /** HOLD_CALL_REQ: the agent's connection is held. */
  async holdCall(o: CallEnd): Promise<void> {
    await this.#ask({ type: 'HOLD_CALL_REQ', ...this.#on(o), reservation: 0 }, 'HOLD_CALL_CONF');
  }

  /** RETRIEVE_CALL_REQ: the agent's held connection talks again. */
  async retrieveCall({ callId, extension }: CallEnd): Promise<void> {
    const request = {
      type: 'RETRIEVE_CALL_REQ',
      peripheralId: this.peripheralId,
      heldConnectionCallId: callId,
      heldConnectionDeviceIdType: deviceType.device,
      heldConnectionDeviceId: extension,
      agentInstrument: extension,
    } as const;
    await this.#ask(request, 'RETRIEVE_CALL_CONF');
  }

  /** Takes the extension out of the call. */
  async clearConnection(o: CallEnd): Promise<void> {
    await this.#ask({ type: 'CLEAR_CONNECTION_REQ', ...this.#on(o) }, 'CLEAR_CONNECTION_CONF');
  }

  /** Ends the call for everyone. */
  async clearCall(o: CallEnd): Promise<void> {
    await this.#ask({ type: 'CLEAR_CALL_REQ', ...this.#on(o) }, 'CLEAR_CALL_CONF');
  }

  /** Holds the active call and retrieves the held one. */
  async alternateCall({ activeCallId, heldCallId, extension }: TwoCalls): Promise<void> {
    const request = {
      type: 'ALTERNATE_CALL_REQ',
      peripheralId: this.peripheralId,
      activeConnectionCallId: activeCallId,
      otherConnectionCallId: heldCallId,
      activeConnectionDeviceIdType: deviceType.device,
      otherConnectionDeviceIdType: deviceType.device,
      activeConnectionDeviceId: extension,
      otherConnectionDeviceId: extension,
      agentInstrument: extension,
    } as const;
    await this.#ask(request, 'ALTERNATE_CALL_CONF');
  }

  /** Ends the active call and retrieves the held one. */
  async reconnectCall(o: TwoCalls): Promise<void> {
    await this.#ask({ type: 'RECONNECT_CALL_REQ', ...this.#both(o) }, 'RECONNECT_CALL_CONF');
  }

  /** Holds the call and calls a number to consult about it. */
  async consultCall({
    callId,
    extension,
    dialedNumber,
  }: CallEnd & { dialedNumber: string }): Promise<{ callId: number }> {
    const request = {
      type: 'CONSULTATION_CALL_REQ',
      peripheralId: this.peripheralId,
      activeConnectionCallId: callId,
      activeConnectionDeviceIdType: deviceType.device,
      ...placement,
      consultType: 0,
      activeConnectionDeviceId: extension,
      agentInstrument: extension,
      dialedNumber,
    } as const;
    return { callId: (await this.#ask(request, 'CONSULTATION_CALL_CONF')).newConnectionCallId };
  }

  /** Joins the other parties of the two calls and leaves both. */
  async transferCall(o: TwoCalls): Promise<void> {
    await this.#ask({ type: 'TRANSFER_CALL_REQ', ...this.#both(o), ...placement }, 'TRANSFER_CALL_CONF');
  }

  /** Joins the two calls and stays. */
  async conferenceCall(o: TwoCalls): Promise<void> {
    await this.#ask({ type: 'CONFERENCE_CALL_REQ', ...this.#both(o), ...placement }, 'CONFERENCE_CALL_CONF');
  }

  /** Gives the call to a number without asking there first. */
  async singleStepTransfer({
    callId,
    extension,
    dialedNumber,
  }: CallEnd & { dialedNumber: string }): Promise<void> {
    const request = {
      type: 'TRANSFER_CALL_REQ',
      peripheralId: this.peripheralId,
      activeConnectionCallId: callId,
      heldConnectionCallId: none32,
      activeConnectionDeviceIdType: deviceType.device,
      heldConnectionDeviceIdType: none16,
      ...placement,
      activeConnectionDeviceId: extension,
      agentInstrument: extension,
      dialedNumber,
    } as const;
    await this.#ask(request, 'TRANSFER_CALL_CONF');
  }

  /** SET_CALL_DATA_REQ: changes call variables, named variables and arrays, or the wrap-up reason. */
  async setCallData({ callId, extension, callVariables, ecc, wrapUpReason }: CallDataChange): Promise<void> {
    const { namedVariables, namedArrays } = eccLists(ecc ?? {});
    const request = {
      type: 'SET_CALL_DATA_REQ',
      ...this.#on({ callId, extension }),
      numNamedVariables: namedVariables.length,
      numNamedArrays: namedArrays.length,
      callType: none16,
      calledPartyDisposition: 0,
      campaignId: 0,
      queryRuleId: 0,
      ...callVariables,
      callWrapupData: wrapUpReason,
      namedVariables,
      namedArrays,
    } as const;
    await this.#ask(request, 'SET_CALL_DATA_CONF');
  }

  /**
   * SEND_DTMF_SIGNAL_REQ: tones on the agent's connection.
   * @param o `digits` of 0 to 9, *, #, A to D
   */
  async sendDtmf(o: CallEnd & { digits: string }): Promise<void> {
    const tones = { toneDuration: 0, pauseDuration: 0, dtmfString: o.digits };
    await this.#ask({ type: 'SEND_DTMF_SIGNAL_REQ', ...this.#on(o), ...tones }, 'SEND_DTMF_SIGNAL_CONF');
  }

  /** Resolves with the call that the supervisor is in by it. */
  async superviseCall({
    agentId,
    supervisorId,
    extension,
    action,
  }: Supervision): Promise<{ callId: number }> {
    const request = {
      type: 'SUPERVISE_CALL_REQ',
      peripheralId: this.peripheralId,
      agentConnectionCallId: none32,
      supervisorConnectionCallId: none32,
      agentConnectionDeviceIdType: none16,
      supervisorConnectionDeviceIdType: none16,
      supervisoryAction: actions[action],
      agentId,
      supervisorId,
      supervisorInstrument: extension,
    } as const;
    return { callId: (await this.#ask(request, 'SUPERVISE_CALL_CONF')).connectionCallId };
  }

  /** The calls at an extension. */
  async snapshotDevice(extension: string): Promise<number[]> {
    const request = {
      type: 'SNAPSHOT_DEVICE_REQ',
      peripheralId: this.peripheralId,
      snapshotDeviceType: deviceType.device,
      agentInstrument: extension,
    } as const;
    const { calls = [] } = await this.#ask(request, 'SNAPSHOT_DEVICE_CONF');
    return calls.flatMap(({ callId }) => callId ?? []);
  }

  /** A call and who takes part in it: what CallTracker takes calls from after a gap. */
  async snapshotCall(callId: number): Promise<MessageOf<'SNAPSHOT_CALL_CONF'>> {
    const request = {
      type: 'SNAPSHOT_CALL_REQ',
      peripheralId: this.peripheralId,
      connectionCallId: callId,
      connectionDeviceIdType: deviceType.device,
    } as const;
    return this.#ask(request, 'SNAPSHOT_CALL_CONF');
  }

  /** What is counted of a skill group now. @param queueId SkillGroupNumber in digits */
  async queueStatistics(queueId: string): Promise<MessageOf<'QUERY_SKILL_GROUP_STATISTICS_CONF'>> {
    const request = {
      type: 'QUERY_SKILL_GROUP_STATISTICS_REQ',
      peripheralId: this.peripheralId,
      skillGroupNumber: Number(queueId),
      skillGroupId: none32,
    } as const;
    return this.#ask(request, 'QUERY_SKILL_GROUP_STATISTICS_CONF');
  }

  #on({ callId, extension }: CallEnd) {
    return {
      peripheralId: this.peripheralId,
      connectionCallId: callId,
      connectionDeviceIdType: deviceType.device,
      connectionDeviceId: extension,
      agentInstrument: extension,
    } as const;
  }

  #both({ activeCallId, heldCallId, extension }: TwoCalls) {
    return {
      peripheralId: this.peripheralId,
      activeConnectionCallId: activeCallId,
      heldConnectionCallId: heldCallId,
      activeConnectionDeviceIdType: deviceType.device,
      heldConnectionDeviceIdType: deviceType.device,
      activeConnectionDeviceId: extension,
      heldConnectionDeviceId: extension,
      agentInstrument: extension,
    } as const;
  }

  async #ask<T extends KnownType>(
    request: CtiRequest,
    expected: T,
  ): Promise<Extract<KnownMessage, { type: T }>> {
    const answer: CtiMessage = await this.request(request);
    if (answer.type !== expected) {
      throw new CtiRequestError('control-failure', `CTI answered with ${answer.type}`);
    }
    return answer as Extract<KnownMessage, { type: T }>;
  }
}

/** ECC variables as the wire has them: scalars, and elements of arrays by their index. */
export function eccLists(ecc: Readonly<Record<string, string>>) {
  const namedVariables: { namedVariable: { name: string; value: string } }[] = [];
  const namedArrays: { namedArray: { name: string; value: string; index: number } }[] = [];
  for (const [key, value] of Object.entries(ecc)) {
    const element = /^(.*)\[(\d+)\]$/.exec(key);
    if (element === null) namedVariables.push({ namedVariable: { name: key, value } });
    else namedArrays.push({ namedArray: { name: element[1]!, index: Number(element[2]), value } });
  }
  return { namedVariables, namedArrays };
}

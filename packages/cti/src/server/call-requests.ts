import type { CtiMessage, KnownMessage } from '../schema.js';
import { deviceType, none16, none32, supervisoryAction } from '../values.js';
import type { CallCommand } from './call-records.js';
import type { LabModel } from './lab-model.js';

/** What a request asks of calls; null when it is none on calls, or one that the lab's server does not serve. */
export function callCommandIn(message: CtiMessage, model: LabModel): CallCommand | null {
  switch (message.type) {
    case 'MAKE_CALL_REQ':
      return { action: 'make', extension: message.agentInstrument ?? '', dialedNumber: dialed(message) };
    case 'ANSWER_CALL_REQ':
      return { action: 'answer', ...endOf(message) };
    case 'HOLD_CALL_REQ':
      return { action: 'hold', ...endOf(message) };
    case 'CLEAR_CONNECTION_REQ':
      return { action: 'release', ...endOf(message) };
    case 'CLEAR_CALL_REQ':
      return { action: 'clear', ...endOf(message) };
    case 'RETRIEVE_CALL_REQ': {
      const extension = message.heldConnectionDeviceId ?? message.agentInstrument ?? '';
      return { action: 'retrieve', callId: message.heldConnectionCallId, extension };
    }
    case 'ALTERNATE_CALL_REQ': {
      const { activeConnectionCallId, otherConnectionCallId, agentInstrument, activeConnectionDeviceId } =
        message;
      return {
        action: 'alternate',
        activeCallId: activeConnectionCallId,
        heldCallId: otherConnectionCallId,
        extension: agentInstrument ?? activeConnectionDeviceId ?? '',
      };
    }
    case 'RECONNECT_CALL_REQ':
      return { action: 'reconnect', ...bothOf(message) };
    case 'CONSULTATION_CALL_REQ': {
      const { activeConnectionCallId: callId, agentInstrument, activeConnectionDeviceId } = message;
      const extension = agentInstrument ?? activeConnectionDeviceId ?? '';
      return { action: 'consult', callId, extension, dialedNumber: dialed(message) };
    }
    case 'TRANSFER_CALL_REQ': {
      if (message.heldConnectionCallId !== none32) return { action: 'transfer', ...bothOf(message) };
      const { activeCallId: callId, extension } = bothOf(message);
      return { action: 'redirect', callId, extension, dialedNumber: dialed(message) };
    }
    case 'CONFERENCE_CALL_REQ':
      return { action: 'conference', ...bothOf(message) };
    case 'SET_CALL_DATA_REQ':
      return dataIn(message);
    case 'SEND_DTMF_SIGNAL_REQ':
      // Tones change nothing; that there is such a call is all that can be wrong.
      return { action: 'data', callId: message.connectionCallId, variables: {}, ecc: {} };
    case 'SUPERVISE_CALL_REQ':
      return supervisionIn(message, model);
    default:
      return null;
  }
}

/** The answer to a request on calls. @param callId the call that it made or left */
export function callConfirmation(request: CtiMessage, invokeId: number, callId: number): KnownMessage {
  const begun = {
    invokeId,
    newConnectionCallId: callId,
    newConnectionDeviceIdType: deviceType.device,
    lineHandle: none16,
    lineType: 0,
  };
  switch (request.type) {
    case 'MAKE_CALL_REQ':
      return { type: 'MAKE_CALL_CONF', ...begun };
    case 'CONSULTATION_CALL_REQ':
      return { type: 'CONSULTATION_CALL_CONF', ...begun };
    case 'TRANSFER_CALL_REQ':
      return { type: 'TRANSFER_CALL_CONF', ...begun, numParties: 0 };
    case 'CONFERENCE_CALL_REQ':
      return { type: 'CONFERENCE_CALL_CONF', ...begun, numParties: 0 };
    case 'SUPERVISE_CALL_REQ':
      return {
        type: 'SUPERVISE_CALL_CONF',
        invokeId,
        connectionCallId: callId,
        connectionDeviceIdType: deviceType.device,
      };
    case 'ANSWER_CALL_REQ':
      return { type: 'ANSWER_CALL_CONF', invokeId };
    case 'HOLD_CALL_REQ':
      return { type: 'HOLD_CALL_CONF', invokeId };
    case 'RETRIEVE_CALL_REQ':
      return { type: 'RETRIEVE_CALL_CONF', invokeId };
    case 'CLEAR_CONNECTION_REQ':
      return { type: 'CLEAR_CONNECTION_CONF', invokeId };
    case 'CLEAR_CALL_REQ':
      return { type: 'CLEAR_CALL_CONF', invokeId };
    case 'ALTERNATE_CALL_REQ':
      return { type: 'ALTERNATE_CALL_CONF', invokeId };
    case 'RECONNECT_CALL_REQ':
      return { type: 'RECONNECT_CALL_CONF', invokeId };
    case 'SET_CALL_DATA_REQ':
      return { type: 'SET_CALL_DATA_CONF', invokeId };
    case 'SEND_DTMF_SIGNAL_REQ':
      return { type: 'SEND_DTMF_SIGNAL_CONF', invokeId };
    default:
      throw new TypeError(`${request.type} is not a request on calls`);
  }
}

function endOf(message: {
  connectionCallId: number;
  connectionDeviceId?: string | undefined;
  agentInstrument?: string | undefined;
}) {
  const extension = message.connectionDeviceId ?? message.agentInstrument ?? '';
  return { callId: message.connectionCallId, extension };
}

function bothOf(message: {
  activeConnectionCallId: number;
  heldConnectionCallId: number;
  activeConnectionDeviceId?: string | undefined;
  agentInstrument?: string | undefined;
}) {
  return {
    activeCallId: message.activeConnectionCallId,
    heldCallId: message.heldConnectionCallId,
    extension: message.agentInstrument ?? message.activeConnectionDeviceId ?? '',
  };
}

function dialed({ dialedNumber }: { dialedNumber?: string | undefined }): string {
  return dialedNumber ?? '';
}

function dataIn(message: Extract<CtiMessage, { type: 'SET_CALL_DATA_REQ' }>): CallCommand {
  const variables: Record<string, string> = {};
  for (let n = 1; n <= 10; n += 1) {
    const name = `callVariable${n}` as 'callVariable1';
    const value = message[name];
    if (value !== undefined) variables[name] = value;
  }
  const ecc: Record<string, string> = {};
  for (const { namedVariable } of message.namedVariables ?? []) {
    if (namedVariable !== undefined) ecc[namedVariable.name] = namedVariable.value;
  }
  for (const { namedArray } of message.namedArrays ?? []) {
    if (namedArray !== undefined) ecc[`${namedArray.name}[${namedArray.index}]`] = namedArray.value;
  }
  return {
    action: 'data',
    callId: message.connectionCallId,
    variables,
    ecc,
    ...(message.callWrapupData === undefined ? {} : { wrapUp: message.callWrapupData }),
  };
}

/** To stop listening is to leave the call. */
function supervisionIn(
  message: Extract<CtiMessage, { type: 'SUPERVISE_CALL_REQ' }>,
  model: LabModel,
): CallCommand | null {
  const { agentId = '', supervisorInstrument: extension = '' } = message;
  switch (message.supervisoryAction) {
    case supervisoryAction.monitor:
      return { action: 'monitor', agentId, extension };
    case supervisoryAction.barge:
      return { action: 'barge', agentId, extension };
    case supervisoryAction.clear: {
      const [call] = model.calls.callsAt(extension);
      return call === undefined ? null : { action: 'release', callId: call.callId, extension };
    }
    default:
      return null;
  }
}

/** Numbers of the protocol by their names (CTI Server Message Reference Guide, protocol version 25, "Constants and Status Codes"). */

/** AgentState. */
export const agentStates = [
  'LOGIN',
  'LOGOUT',
  'NOT_READY',
  'AVAILABLE',
  'TALKING',
  'WORK_NOT_READY',
  'WORK_READY',
  'BUSY_OTHER',
  'RESERVED',
  'UNKNOWN',
  'HOLD',
  'ACTIVE',
  'PAUSED',
  'INTERRUPTED',
  'NOT_ACTIVE',
] as const;
/** One of `agentStates`. */
export type AgentStateName = (typeof agentStates)[number];

/** The name of an AgentState; UNKNOWN for a number that the guide does not have. */
export function agentStateName(value: number): AgentStateName {
  return agentStates[value] ?? 'UNKNOWN';
}

/** The number of an agent state. */
export function agentStateValue(name: AgentStateName): number {
  return agentStates.indexOf(name);
}

/** Services that a session can ask for (Session Management, service masks). */
export const services = {
  clientControl: 0x4,
  allEvents: 0x10,
  peripheralMonitor: 0x20,
  supervisor: 0x80,
  updateEvents: 0x80000,
} as const;

/** Status codes of FAILURE_CONF, FAILURE_EVENT and CLOSE_REQ. */
export const statusCodes = {
  noError: 0,
  invalidVersion: 1,
  badLength: 2,
  sessionNotOpen: 4,
  sessionAlreadyOpen: 5,
  requiredDataMissing: 6,
  ctiServerOffline: 15,
  timeout: 16,
  unspecified: 17,
  invalidTimeout: 18,
  invalidPassword: 36,
} as const;

/** SystemEventID. */
export const systemEvents = { peripheralOnline: 3, peripheralOffline: 4 } as const;

/** PeripheralType. */
export const peripheralTypes = { UCCE: 17, UCCX: 21 } as const;

/** ControlFailureCode: those that the lab's server gives, and a few more that a client will meet. */
export const controlFailures: Readonly<Record<number, string>> = {
  0: 'CF_UNSPECIFIED',
  5: 'CF_INVALID_CALLING_DEVICE',
  6: 'CF_INVALID_CALLED_DEVICE',
  11: 'CF_INVALID_CALL_IDENTIFIER',
  14: 'CF_INVALID_DESTINATION',
  21: 'CF_INCORRECT_STATE',
  22: 'CF_INVALID_OBJECT_STATE',
  24: 'CF_NO_ACTIVE_CALL',
  25: 'CF_NO_HELD_CALL',
  27: 'CF_NO_CONNECTION_TO_CLEAR',
  28: 'CF_NO_CALL_TO_ANSWER',
  33: 'CF_RESOURCE_BUSY',
  34: 'CF_RESOURCE_OUT_OF_SERVICE',
  70: 'CF_UNSPECIFIED_REJECTION',
  71: 'CF_OPERATION_REJECTION',
  78: 'CF_REQUEST_TIMEOUT',
  256: 'CF_INVALID_AGENT_ID_SPECIFIED',
  257: 'CF_INVALID_PASSWORD_SPECIFIED',
  258: 'CF_INVALID_AGENT_ID_OR_PASSWORD_SPECIFIED',
  259: 'CF_SPECIFIED_AGENT_ALREADY_SIGNED_ON',
  260: 'CF_INVALID_LOGON_DEVICE_SPECIFIED',
  265: 'CF_INVALID_AGENT_WORKMODE',
  266: 'CF_INVALID_AGENT_REASON_CODE',
  268: 'CF_AGENT_NOT_PARTY',
  269: 'CF_INTERNAL_ERROR',
  281: 'CF_REASON_CODE_REQUIRED',
  283: 'CF_EXTENSION_IN_USE',
  1009: 'CF_INVALID_DIALED_NUMBER',
  1010: 'CF_INVALID_PARAMETER',
};

/** The name of a control failure, or `CF_` with its number. */
export function controlFailureName(code: number): string {
  return controlFailures[code] ?? `CF_${code}`;
}

/** CallType, by the names that Finesse shows (dialog-api-parameters) where it has one. */
export const callTypes: Readonly<Record<number, string>> = {
  1: 'ACD_IN',
  2: 'PREROUTE_ACD_IN',
  3: 'PREROUTE_DIRECT_AGENT',
  4: 'TRANSFER',
  6: 'OTHER_IN',
  7: 'AUTO_OUT',
  8: 'AGENT_OUT',
  9: 'OUT',
  10: 'AGENT_INSIDE',
  11: 'OFFERED',
  12: 'CONSULT',
  13: 'CONSULT_OFFERED',
  14: 'CONSULT_CONFERENCE',
  15: 'CONFERENCE',
  16: 'UNMONITORED',
  17: 'PREVIEW',
  18: 'RESERVATION',
  19: 'ASSIST',
  20: 'EMERGENCY',
  21: 'SUPERVISOR_MONITOR',
  22: 'SUPERVISOR_WHISPER',
  23: 'SUPERVISOR_BARGE_IN',
  24: 'SUPERVISOR_INTERCEPT',
};

/** Numbers of the call types that the lab's server makes. */
export const callType = {
  acdIn: 1,
  agentOut: 8,
  agentInside: 10,
  consult: 12,
  conference: 15,
  supervisorMonitor: 21,
} as const;

/** LocalConnectionState. */
export const connectionState = {
  null: 0,
  initiate: 1,
  alerting: 2,
  connect: 3,
  hold: 4,
  queued: 5,
  fail: 6,
} as const;

/** EventCause: those that say why a call failed. */
export const eventCause = { busy: 3, destinationNotObtainable: 13 } as const;

/** SupervisoryAction. */
export const supervisoryAction = { clear: 0, monitor: 1, whisper: 2, barge: 3, intercept: 4 } as const;

/** DeviceIDType and ConnectionDeviceIDType: a device identifier, static. */
export const deviceType = { device: 0 } as const;

/** NULL_PERIPHERAL_ID, NULL_SERVICE, NULL_SKILL_GROUP, "no timeout". */
export const none32 = 0xffff_ffff;
/** No value, in a field of 16 bits. */
export const none16 = 0xffff;

/** The version of UCCE 12.5(1); what Finesse itself sends is not documented. */
export const defaultVersion = 23;

/** Largest message including its header (Messaging Conventions, protocol version 24). */
export const maxMessageBytes = 12_500;

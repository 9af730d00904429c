import { invoke, type MessageSchema } from './layout.js';

// Application Level Interfaces (protocol version 25): call control. Requests that differ in nothing but their id share a
// layout; where the order of active and held differs between two messages, it does so in the guide.

const request = { ...invoke, peripheralId: 'u32' } as const;
const requestOnConnection = {
  ...request,
  connectionCallId: 'u32',
  connectionDeviceIdType: 'u16',
} as const;
const connectionFloating = {
  connectionDeviceId: [25, 'string'],
  agentInstrument: [6, 'string'],
} as const;
const callOptions = {
  callOption: 'u16',
  facilityType: 'u16',
  answeringMachine: 'u16',
  priority: 'u16',
  postRoute: 'u16',
  numNamedVariables: 'u16',
  numNamedArrays: 'u16',
} as const;
const placement = {
  callPlacementType: 'u16',
  callMannerType: 'u16',
  alertRings: 'u16',
  ...callOptions,
} as const;
const dialedNumber = { agentInstrument: [6, 'string'], dialedNumber: [11, 'string'] } as const;
const activeDevice = { activeConnectionDeviceId: [50, 'string'] } as const;
const heldDevice = { heldConnectionDeviceId: [53, 'string'] } as const;
const newConnection = { newConnectionCallId: 'u32', newConnectionDeviceIdType: 'u16' } as const;
const newConnectionFloating = { newConnectionDeviceId: [47, 'string'] } as const;
const lines = { lineHandle: 'u16', lineType: 'u16' } as const;
const parties = {
  connectedParties: { callId: [39, 'u32'], deviceIdType: [40, 'u16'], deviceId: [41, 'string'] },
} as const;
const joined = {
  fixed: { ...invoke, ...newConnection, numParties: 'u16', ...lines },
  floating: newConnectionFloating,
  lists: parties,
} as const;
const begun = { fixed: { ...invoke, ...newConnection, ...lines }, floating: newConnectionFloating } as const;

/** Requests on calls and their answers. */
export const callRequests = {
  ALTERNATE_CALL_REQ: {
    id: 40,
    fixed: {
      ...request,
      activeConnectionCallId: 'u32',
      otherConnectionCallId: 'u32',
      activeConnectionDeviceIdType: 'u16',
      otherConnectionDeviceIdType: 'u16',
    },
    floating: { ...activeDevice, otherConnectionDeviceId: [52, 'string'], agentInstrument: [6, 'string'] },
  },
  ALTERNATE_CALL_CONF: { id: 41, fixed: invoke },
  ANSWER_CALL_REQ: { id: 42, fixed: requestOnConnection, floating: connectionFloating },
  ANSWER_CALL_CONF: { id: 43, fixed: invoke },
  CLEAR_CALL_REQ: { id: 44, fixed: requestOnConnection, floating: connectionFloating },
  CLEAR_CALL_CONF: { id: 45, fixed: invoke },
  /** RequestingDeviceIDType is printed in the fixed part as optional; it has a tag, so it is read as floating. */
  CLEAR_CONNECTION_REQ: {
    id: 46,
    fixed: requestOnConnection,
    floating: {
      ...connectionFloating,
      requestingDeviceId: [219, 'string'],
      requestingDeviceIdType: [220, 'u16'],
    },
  },
  CLEAR_CONNECTION_CONF: { id: 47, fixed: invoke },
  CONFERENCE_CALL_REQ: {
    id: 48,
    fixed: {
      ...request,
      heldConnectionCallId: 'u32',
      activeConnectionCallId: 'u32',
      heldConnectionDeviceIdType: 'u16',
      activeConnectionDeviceIdType: 'u16',
      ...placement,
    },
    floating: { ...activeDevice, ...heldDevice, ...dialedNumber },
  },
  CONFERENCE_CALL_CONF: { id: 49, ...joined },
  CONSULTATION_CALL_REQ: {
    id: 50,
    fixed: {
      ...request,
      activeConnectionCallId: 'u32',
      activeConnectionDeviceIdType: 'u16',
      callPlacementType: 'u16',
      callMannerType: 'u16',
      consultType: 'u16',
      alertRings: 'u16',
      ...callOptions,
    },
    floating: { ...activeDevice, ...dialedNumber },
  },
  CONSULTATION_CALL_CONF: { id: 51, ...begun },
  DEFLECT_CALL_REQ: {
    id: 52,
    fixed: { ...requestOnConnection, calledDeviceType: 'u16' },
    floating: { ...connectionFloating, calledDeviceId: [28, 'string'] },
  },
  DEFLECT_CALL_CONF: { id: 53, fixed: invoke },
  HOLD_CALL_REQ: {
    id: 54,
    fixed: { ...requestOnConnection, reservation: 'u16' },
    floating: connectionFloating,
  },
  HOLD_CALL_CONF: { id: 55, fixed: invoke },
  MAKE_CALL_REQ: {
    id: 56,
    fixed: { ...request, ...placement, skillGroupNumber: 'u32@14' },
    floating: dialedNumber,
  },
  MAKE_CALL_CONF: { id: 57, ...begun },
  RECONNECT_CALL_REQ: {
    id: 60,
    fixed: {
      ...request,
      activeConnectionCallId: 'u32',
      heldConnectionCallId: 'u32',
      activeConnectionDeviceIdType: 'u16',
      heldConnectionDeviceIdType: 'u16',
    },
    floating: { ...activeDevice, ...heldDevice, agentInstrument: [6, 'string'] },
  },
  RECONNECT_CALL_CONF: { id: 61, fixed: invoke },
  RETRIEVE_CALL_REQ: {
    id: 62,
    fixed: { ...request, heldConnectionCallId: 'u32', heldConnectionDeviceIdType: 'u16' },
    floating: { ...heldDevice, agentInstrument: [6, 'string'] },
  },
  RETRIEVE_CALL_CONF: { id: 63, fixed: invoke },
  TRANSFER_CALL_REQ: {
    id: 64,
    fixed: {
      ...request,
      activeConnectionCallId: 'u32',
      heldConnectionCallId: 'u32',
      activeConnectionDeviceIdType: 'u16',
      heldConnectionDeviceIdType: 'u16',
      ...placement,
    },
    floating: { ...activeDevice, ...heldDevice, ...dialedNumber },
  },
  TRANSFER_CALL_CONF: { id: 65, ...joined },
} as const satisfies Record<string, MessageSchema>;

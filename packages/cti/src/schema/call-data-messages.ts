import { callDataLists, callKeys, callVariables } from './call-events.js';
import { invoke, labTimes, type MessageSchema } from './layout.js';

// Fixed parts: Application Level Interfaces and Supervisor Service as MIT-licensed `uccertweb` has them for version 19, which
// agrees with the Unified CCX guide where that prints them (SNAPSHOT_*, SEND_DTMF_SIGNAL, SET_CALL_DATA, SUPERVISE_CALL).

const onConnection = {
  ...invoke,
  peripheralId: 'u32',
  connectionCallId: 'u32',
  connectionDeviceIdType: 'u16',
} as const;
const connectionDeviceId = { connectionDeviceId: [25, 'string'] } as const;

/** Call data, snapshots, tones and supervision. */
export const callDataMessages = {
  SET_CALL_DATA_REQ: {
    id: 26,
    fixed: {
      ...invoke,
      peripheralId: 'u32',
      connectionDeviceIdType: 'u16',
      connectionCallId: 'u32',
      numNamedVariables: 'u16',
      numNamedArrays: 'u16',
      callType: 'u16',
      calledPartyDisposition: 'u16',
      campaignId: 'u32',
      queryRuleId: 'u32',
    },
    floating: { ...connectionDeviceId, ...callVariables },
    lists: callDataLists,
  },
  SET_CALL_DATA_CONF: { id: 27, fixed: invoke },
  SNAPSHOT_CALL_REQ: { id: 82, fixed: onConnection, floating: connectionDeviceId },
  SNAPSHOT_CALL_CONF: {
    id: 83,
    fixed: {
      ...invoke,
      callType: 'u16',
      numCtiClients: 'u16',
      numCallDevices: 'u16',
      numNamedVariables: 'u16',
      numNamedArrays: 'u16',
      calledPartyDisposition: 'u16',
    },
    floating: { ...callKeys, ...callVariables, skillGroupNumber: [62, 'u32'], ...labTimes },
    lists: {
      ...callDataLists,
      callDevices: {
        callId: [56, 'u32'],
        connectionDeviceIdType: [57, 'u16'],
        connectionDeviceId: [58, 'string'],
        deviceType: [59, 'u16'],
        deviceId: [60, 'string'],
        /** LocalConnectionState. */
        connectionState: [61, 'u16'],
        partyStartedAt: [0xf005, 'instant'],
        partyChangedAt: [0xf006, 'instant'],
      },
    },
  },
  SNAPSHOT_DEVICE_REQ: {
    id: 84,
    fixed: { ...invoke, peripheralId: 'u32', snapshotDeviceType: 'u16' },
    floating: { agentInstrument: [6, 'string'] },
  },
  SNAPSHOT_DEVICE_CONF: {
    id: 85,
    fixed: { ...invoke, numCalls: 'u16' },
    lists: {
      calls: {
        callId: [56, 'u32'],
        connectionDeviceIdType: [57, 'u16'],
        connectionDeviceId: [58, 'string'],
        callState: [75, 'u16'],
      },
    },
  },
  SEND_DTMF_SIGNAL_REQ: {
    id: 91,
    fixed: { ...onConnection, toneDuration: 'u16', pauseDuration: 'u32' },
    floating: { ...connectionDeviceId, agentInstrument: [6, 'string'], dtmfString: [67, 'string'] },
  },
  SEND_DTMF_SIGNAL_CONF: { id: 92, fixed: invoke },
  SUPERVISE_CALL_REQ: {
    id: 124,
    fixed: {
      ...invoke,
      peripheralId: 'u32',
      agentConnectionCallId: 'u32',
      supervisorConnectionCallId: 'u32',
      agentConnectionDeviceIdType: 'u16',
      supervisorConnectionDeviceIdType: 'u16',
      supervisoryAction: 'u16',
    },
    floating: {
      agentId: [5, 'string'],
      agentInstrument: [6, 'string'],
      supervisorId: [69, 'string'],
      supervisorInstrument: [85, 'string'],
      agentConnectionDeviceId: [90, 'string'],
      supervisorConnectionDeviceId: [91, 'string'],
    },
  },
  SUPERVISE_CALL_CONF: {
    id: 125,
    fixed: { ...invoke, connectionCallId: 'u32', connectionDeviceIdType: 'u16' },
    floating: connectionDeviceId,
  },
} as const satisfies Record<string, MessageSchema>;

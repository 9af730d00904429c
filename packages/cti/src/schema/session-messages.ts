import { agentIdLong, agentKeys, invoke, type MessageSchema } from './layout.js';

/** Session Management (protocol version 25), read against 9, 14, 15 and 17. */
export const sessionMessages = {
  /** Text is documented for UCCX only. The ten-byte form that version 24 prints is the codec's business. */
  FAILURE_CONF: { id: 1, fixed: { ...invoke, status: 'u32' }, floating: { text: [7, 'string'] } },
  FAILURE_EVENT: { id: 2, fixed: { status: 'u32' } },
  OPEN_REQ: {
    id: 3,
    fixed: {
      ...invoke,
      versionNumber: 'u32',
      /** Seconds. */
      idleTimeout: 'u32',
      peripheralId: 'u32',
      servicesRequested: 'u32',
      callMsgMask: 'u32',
      agentStateMask: 'u32',
      configMsgMask: 'u32',
      reserved1: 'u32',
      reserved2: 'u32',
      reserved3: 'u32',
    },
    floating: {
      clientId: [1, 'string'],
      clientPassword: [2, 'string'],
      clientSignature: [3, 'string'],
      ...agentKeys,
      ...agentIdLong,
      applicationPathId: [97, 'u32'],
    },
  },
  OPEN_CONF: {
    id: 4,
    fixed: {
      ...invoke,
      servicesGranted: 'u32',
      monitorId: 'u32',
      pgStatus: 'u32',
      /** Unix seconds. */
      icmCentralControllerTime: 'u32',
      peripheralOnline: 'u16',
      peripheralType: 'u16',
      agentState: 'u16',
      departmentId: 'u32@19',
      sessionType: 'u16@24',
    },
    floating: { ...agentKeys, ...agentIdLong, numPeripherals: [228, 'u16'] },
    lists: { peripherals: { peripheralId: [208, 'u32'], multilineAgentControl: [224, 'u16'] } },
  },
  HEARTBEAT_REQ: { id: 5, fixed: invoke },
  HEARTBEAT_CONF: { id: 6, fixed: invoke },
  CLOSE_REQ: { id: 7, fixed: { ...invoke, status: 'u32' } },
  CLOSE_CONF: { id: 8, fixed: invoke },
  SYSTEM_EVENT: {
    id: 31,
    fixed: {
      pgStatus: 'u32',
      icmCentralControllerTime: 'u32',
      systemEventId: 'u32',
      systemEventArg1: 'u32',
      systemEventArg2: 'u32',
      systemEventArg3: 'u32',
      eventDeviceType: 'u16',
    },
    floating: { text: [7, 'string'], eventDeviceId: [206, 'string'] },
  },
  CLIENT_EVENT_REPORT_REQ: {
    id: 32,
    fixed: { ...invoke, state: 'u16' },
    floating: { objectName: [66, 'string'], text: [7, 'string'] },
  },
  CLIENT_EVENT_REPORT_CONF: { id: 33, fixed: invoke },
  CONTROL_FAILURE_CONF: { id: 35, fixed: { ...invoke, failureCode: 'u16', peripheralErrorCode: 'u32' } },
} as const satisfies Record<string, MessageSchema>;

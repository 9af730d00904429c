import { labTimes, type MessageSchema, skillGroups } from './layout.js';

// Application Level Interfaces (protocol version 25): call events. The parts that many of them share, by their place.

const connection = {
  monitorId: 'u32',
  peripheralId: 'u32',
  peripheralType: 'u16',
  connectionDeviceIdType: 'u16',
  connectionCallId: 'u32',
} as const;
const line = {
  lineHandle: 'u16',
  lineType: 'u16',
  serviceNumber: 'u32',
  serviceId: 'u32',
  skillGroupNumber: 'u32',
  skillGroupId: 'u32',
  skillGroupPriority: 'u16',
} as const;
const ending = { localConnectionState: 'u16', eventCause: 'u16' } as const;

const connectionDeviceId = { connectionDeviceId: [25, 'string'], ...labTimes } as const;
const callingDeviceId = { callingDeviceId: [27, 'string'] } as const;
const calledDeviceId = { calledDeviceId: [28, 'string'] } as const;
const lastRedirectDeviceId = { lastRedirectDeviceId: [29, 'string'] } as const;
const trunk = { trunkNumber: [121, 'u32'], trunkGroupNumber: [122, 'u32'] } as const;
const numbers = {
  ani: [8, 'string'],
  userToUserInfo: [9, 'bytes'],
  dnis: [10, 'string'],
  dialedNumber: [11, 'string'],
  callerEnteredDigits: [12, 'string'],
} as const;
/** What can be set: callVariable1 to callVariable10 and the wrap-up data. */
export const callVariables = {
  callVariable1: [13, 'string'],
  callVariable2: [14, 'string'],
  callVariable3: [15, 'string'],
  callVariable4: [16, 'string'],
  callVariable5: [17, 'string'],
  callVariable6: [18, 'string'],
  callVariable7: [19, 'string'],
  callVariable8: [20, 'string'],
  callVariable9: [21, 'string'],
  callVariable10: [22, 'string'],
  callWrapupData: [46, 'string'],
} as const;
const namedVariables = {
  namedVariables: { namedVariable: [82, 'variable'] },
  namedArrays: { namedArray: [83, 'array'] },
} as const;
/** Where a call comes from and goes to. */
export const callKeys = {
  ...numbers,
  routerCallKeyDay: [72, 'u32'],
  routerCallKeyCallId: [73, 'u32'],
  routerCallKeySequenceNumber: [110, 'u32'],
} as const;
const callData = { ...callKeys, ...callVariables, callReferenceId: [223, 'bytes'] } as const;
/** ECC variables, and the clients that take part. */
export const callDataLists = {
  ...namedVariables,
  ctiClients: { ctiClientSignature: [23, 'string'], ctiClientTimestamp: [24, 'u32'] },
} as const;
const beginning = {
  monitorId: 'u32',
  peripheralId: 'u32',
  peripheralType: 'u16',
  numCtiClients: 'u16',
  numNamedVariables: 'u16',
  numNamedArrays: 'u16',
  callType: 'u16',
  connectionDeviceIdType: 'u16',
  connectionCallId: 'u32',
} as const;
/** A conference or a transfer has two connections, and a list of the parties after it. */
const joining = {
  monitorId: 'u32',
  peripheralId: 'u32',
  peripheralType: 'u16',
  primaryDeviceIdType: 'u16',
  primaryCallId: 'u32',
  lineHandle: 'u16',
  lineType: 'u16',
  skillGroupNumber: 'u32',
  skillGroupId: 'u32',
  skillGroupPriority: 'u16',
  numParties: 'u16',
  secondaryDeviceIdType: 'u16',
  secondaryCallId: 'u32',
} as const;
const joiningFloating = {
  primaryDeviceId: [35, 'string'],
  secondaryDeviceId: [36, 'string'],
  ...labTimes,
} as const;
const parties = {
  connectedParties: { callId: [39, 'u32'], deviceIdType: [40, 'u16'], deviceId: [41, 'string'] },
} as const;

/** Everything that a CTI server tells of a call by itself. */
export const callEvents = {
  CALL_DELIVERED_EVENT: {
    id: 9,
    fixed: {
      ...connection,
      ...line,
      alertingDeviceType: 'u16',
      callingDeviceType: 'u16',
      calledDeviceType: 'u16',
      lastRedirectDeviceType: 'u16',
      ...ending,
      numNamedVariables: 'u16',
      numNamedArrays: 'u16',
    },
    floating: {
      ...connectionDeviceId,
      alertingDeviceId: [26, 'string'],
      ...callingDeviceId,
      ...calledDeviceId,
      ...lastRedirectDeviceId,
      ...trunk,
      secondaryConnectionCallId: [202, 'u32'],
      aniIi: [215, 'string'],
      ...numbers,
      ...callVariables,
    },
    lists: namedVariables,
  },
  CALL_ESTABLISHED_EVENT: {
    id: 10,
    fixed: {
      ...connection,
      ...line,
      answeringDeviceType: 'u16',
      callingDeviceType: 'u16',
      calledDeviceType: 'u16',
      lastRedirectDeviceType: 'u16',
      ...ending,
    },
    floating: {
      ...connectionDeviceId,
      answeringDeviceId: [30, 'string'],
      ...callingDeviceId,
      ...calledDeviceId,
      ...lastRedirectDeviceId,
      ...trunk,
    },
  },
  CALL_HELD_EVENT: {
    id: 11,
    fixed: { ...connection, holdingDeviceType: 'u16', ...ending },
    floating: { ...connectionDeviceId, holdingDeviceId: [31, 'string'] },
  },
  CALL_RETRIEVED_EVENT: {
    id: 12,
    fixed: { ...connection, retrievingDeviceType: 'u16', ...ending },
    floating: { ...connectionDeviceId, retrievingDeviceId: [32, 'string'] },
  },
  CALL_CLEARED_EVENT: { id: 13, fixed: { ...connection, ...ending }, floating: connectionDeviceId },
  CALL_CONNECTION_CLEARED_EVENT: {
    id: 14,
    fixed: { ...connection, releasingDeviceType: 'u16', ...ending },
    floating: { ...connectionDeviceId, releasingDeviceId: [33, 'string'] },
  },
  CALL_ORIGINATED_EVENT: {
    id: 15,
    fixed: { ...connection, ...line, callingDeviceType: 'u16', calledDeviceType: 'u16', ...ending },
    floating: { ...connectionDeviceId, ...callingDeviceId, ...calledDeviceId },
  },
  CALL_FAILED_EVENT: {
    id: 16,
    fixed: { ...connection, failingDeviceType: 'u16', calledDeviceType: 'u16', ...ending },
    floating: { ...connectionDeviceId, failingDeviceId: [34, 'string'], ...calledDeviceId },
  },
  CALL_CONFERENCED_EVENT: {
    id: 17,
    fixed: { ...joining, controllerDeviceType: 'u16', addedPartyDeviceType: 'u16', ...ending },
    floating: {
      ...joiningFloating,
      controllerDeviceId: [37, 'string'],
      addedPartyDeviceId: [38, 'string'],
    },
    lists: parties,
  },
  CALL_TRANSFERRED_EVENT: {
    id: 18,
    fixed: { ...joining, transferringDeviceType: 'u16', transferredDeviceType: 'u16', ...ending },
    floating: {
      ...joiningFloating,
      transferringDeviceId: [42, 'string'],
      transferredDeviceId: [43, 'string'],
    },
    lists: parties,
  },
  CALL_DIVERTED_EVENT: {
    id: 19,
    fixed: {
      ...connection,
      serviceNumber: 'u32',
      serviceId: 'u32',
      divertingDeviceType: 'u16',
      calledDeviceType: 'u16',
      ...ending,
    },
    floating: { ...connectionDeviceId, divertingDeviceId: [44, 'string'], ...calledDeviceId },
  },
  CALL_SERVICE_INITIATED_EVENT: {
    id: 20,
    fixed: { ...connection, ...line, callingDeviceType: 'u16', ...ending },
    floating: { ...connectionDeviceId, ...callingDeviceId },
  },
  CALL_QUEUED_EVENT: {
    id: 21,
    fixed: {
      ...connection,
      serviceNumber: 'u32',
      serviceId: 'u32',
      queueDeviceType: 'u16',
      callingDeviceType: 'u16',
      calledDeviceType: 'u16',
      lastRedirectDeviceType: 'u16',
      numQueued: 'u16',
      numSkillGroups: 'u16',
      ...ending,
    },
    floating: {
      ...connectionDeviceId,
      queueDeviceId: [45, 'string'],
      ...callingDeviceId,
      ...calledDeviceId,
      ...lastRedirectDeviceId,
    },
    lists: { skillGroups },
  },
  BEGIN_CALL_EVENT: {
    id: 23,
    fixed: { ...beginning, calledPartyDisposition: 'u16' },
    floating: { ...connectionDeviceId, ...callData },
    lists: callDataLists,
  },
  END_CALL_EVENT: { id: 24, fixed: connection, floating: connectionDeviceId },
  /** Changed items only, but always all ECC variables: they replace the known ones. */
  CALL_DATA_UPDATE_EVENT: {
    id: 25,
    fixed: {
      ...beginning,
      newConnectionDeviceIdType: 'u16',
      newConnectionCallId: 'u32',
      calledPartyDisposition: 'u16',
      campaignId: 'u32',
      queryRuleId: 'u32',
    },
    floating: { ...connectionDeviceId, newConnectionDeviceId: [47, 'string'], ...callData },
    lists: callDataLists,
  },
} as const satisfies Record<string, MessageSchema>;

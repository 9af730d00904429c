/**
 * The layout of each message as a table (Application Level Interfaces and Session Management, protocol version 25, read
 * against 9 to 24; reference/ged188.md, section 4). Fixed fields stand in wire order; `@N` marks one that exists from
 * protocol version N. Floating fields are by tag, in any order. A further message is a further row.
 */

type Fixed = 'u8' | 'u16' | 'u32';
type FixedSince = Fixed | `${Fixed}@${number}`;
type Floating = readonly [tag: number, type: 'string' | 'u16' | 'u32' | 'instant'];

export interface MessageSchema {
  readonly id: number;
  readonly fixed: Readonly<Record<string, FixedSince>>;
  readonly floating?: Readonly<Record<string, Floating>>;
  /** A list whose entries are runs of floating fields; each entry begins with the first of them. */
  readonly list?: { readonly name: string; readonly members: Readonly<Record<string, Floating>> };
}

const invoke = { invokeId: 'u32' } as const;
const agentKeys = {
  agentExtension: [4, 'string'],
  agentId: [5, 'string'],
  agentInstrument: [6, 'string'],
} as const;

/**
 * Two floating fields of our own, which a real CTI server does not send and any client skips: without them a Finesse node
 * that (re)connects cannot learn since when, and by which reason, an agent is in its state, and two nodes of a pair
 * would show different times for one change.
 */
const labExtensions = { stateChangedAt: [0xf001, 'instant'], stateReasonCode: [0xf002, 'u16'] } as const;

export const schemas = {
  FAILURE_CONF: { id: 1, fixed: { ...invoke, status: 'u32' } },
  FAILURE_EVENT: { id: 2, fixed: { status: 'u32' } },
  OPEN_REQ: {
    id: 3,
    fixed: {
      ...invoke,
      versionNumber: 'u32',
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
    },
  },
  OPEN_CONF: {
    id: 4,
    fixed: {
      ...invoke,
      servicesGranted: 'u32',
      monitorId: 'u32',
      pgStatus: 'u32',
      icmCentralControllerTime: 'u32',
      peripheralOnline: 'u16',
      peripheralType: 'u16',
      agentState: 'u16',
      departmentId: 'u32@19',
      sessionType: 'u16@24',
    },
    floating: { ...agentKeys, numPeripherals: [228, 'u16'] },
    list: {
      name: 'peripherals',
      members: { peripheralId: [208, 'u32'], multilineAgentControl: [224, 'u16'] },
    },
  },
  HEARTBEAT_REQ: { id: 5, fixed: invoke },
  HEARTBEAT_CONF: { id: 6, fixed: invoke },
  CLOSE_REQ: { id: 7, fixed: { ...invoke, status: 'u32' } },
  CLOSE_CONF: { id: 8, fixed: invoke },
  AGENT_STATE_EVENT: {
    id: 30,
    fixed: {
      monitorId: 'u32',
      peripheralId: 'u32',
      sessionId: 'u32',
      peripheralType: 'u16',
      skillGroupState: 'u16',
      stateDuration: 'u32',
      skillGroupNumber: 'u32',
      skillGroupId: 'u32',
      skillGroupPriority: 'u16',
      agentState: 'u16',
      eventReasonCode: 'u16',
      mrdId: 'u32',
      numTasks: 'u32',
      agentMode: 'u16',
      maxTaskLimit: 'u32',
      icmAgentId: 'u32',
      agentAvailabilityStatus: 'u32',
      numFltSkillGroups: 'u16',
      departmentId: 'u32@19',
    },
    floating: {
      ctiClientSignature: [3, 'string'],
      ...agentKeys,
      activeTerminal: [303, 'string'],
      duration: [150, 'u32'],
      nextAgentState: [123, 'u16'],
      direction: [244, 'u32'],
      agentIdLong: [194, 'string'],
      maxBeyondTaskLimit: [266, 'u32'],
      ...labExtensions,
    },
    list: {
      name: 'skillGroups',
      members: {
        skillGroupNumber: [62, 'u32'],
        skillGroupId: [63, 'u32'],
        skillGroupPriority: [64, 'u16'],
        skillGroupState: [65, 'u16'],
      },
    },
  },
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
  QUERY_AGENT_STATE_REQ: {
    id: 36,
    fixed: { ...invoke, peripheralId: 'u32', mrdId: 'u32', icmAgentId: 'u32' },
    floating: agentKeys,
  },
  QUERY_AGENT_STATE_CONF: {
    id: 37,
    fixed: {
      ...invoke,
      agentState: 'u16',
      numSkillGroups: 'u16',
      mrdId: 'u32',
      numTasks: 'u32',
      agentMode: 'u16',
      maxTaskLimit: 'u32',
      icmAgentId: 'u32',
      agentAvailabilityStatus: 'u32',
      departmentId: 'u32@19',
    },
    floating: { ...agentKeys, agentIdLong: [194, 'string'], ...labExtensions },
  },
  SET_AGENT_STATE_REQ: {
    id: 38,
    fixed: {
      ...invoke,
      peripheralId: 'u32',
      agentState: 'u16',
      agentWorkMode: 'u16',
      numSkillGroups: 'u16',
      eventReasonCode: 'u16',
      // One byte, which leaves the rest unaligned.
      forcedFlag: 'u8',
      agentServiceReq: 'u32',
    },
    floating: {
      ...agentKeys,
      activeTerminal: [303, 'string'],
      agentPassword: [49, 'string'],
      positionId: [68, 'string'],
      supervisorId: [69, 'string'],
      ssoEnabled: [257, 'u16'],
    },
    list: {
      name: 'skillGroups',
      members: { skillGroupNumber: [62, 'u32'], skillGroupPriority: [64, 'u16'] },
    },
  },
  SET_AGENT_STATE_CONF: { id: 39, fixed: invoke },
} as const satisfies Record<string, MessageSchema>;

type Schemas = typeof schemas;
export type KnownType = keyof Schemas;

type Versioned<F> = { [K in keyof F]: F[K] extends `${string}@${string}` ? K : never }[keyof F];
type FixedFields<F> = { [K in Exclude<keyof F, Versioned<F>>]: number } & {
  [K in Versioned<F>]?: number | undefined;
};
type Value<T> = T extends readonly [number, 'string'] ? string : number;
type FloatingFields<S> = S extends { floating: infer F }
  ? { [K in keyof F]?: Value<F[K]> | undefined }
  : unknown;
type ListFields<S> = S extends { list: { name: infer N extends string; members: infer M } }
  ? { [K in N]?: readonly { [L in keyof M]?: Value<M[L]> | undefined }[] | undefined }
  : unknown;

/** One message of a known type as a plain object: fixed fields are numbers, floating ones may be absent. */
export type MessageOf<T extends KnownType> = { type: T } & FixedFields<Schemas[T]['fixed']> &
  FloatingFields<Schemas[T]> &
  ListFields<Schemas[T]>;

/** A message that the table does not have; its body as it came. */
export interface UnknownMessage {
  type: 'UNKNOWN';
  id: number;
  body: Uint8Array;
}

export type KnownMessage = { [T in KnownType]: MessageOf<T> }[KnownType];
export type CtiMessage = KnownMessage | UnknownMessage;

import { agentIdLong, agentKeys, invoke, type MessageSchema, skillGroups } from './layout.js';

/**
 * Two floating fields of our own, which a real CTI server does not send and any client skips. GED-188 has an agent's time
 * in a state in whole seconds, and in events only: a Finesse node that (re)connects could not learn since when and for
 * which reason an agent is in its state, and the two nodes of a pair would show different times for one change. Both
 * sides of the lab's server send the same instant for the same change, and each change of an agent has a later one.
 */
const labExtensions = { stateChangedAt: [0xf001, 'instant'], stateReasonCode: [0xf002, 'u16'] } as const;

/** Application Level Interfaces (protocol version 25): agents. */
export const agentMessages = {
  AGENT_STATE_EVENT: {
    id: 30,
    fixed: {
      monitorId: 'u32',
      peripheralId: 'u32',
      sessionId: 'u32',
      peripheralType: 'u16',
      skillGroupState: 'u16',
      /** Seconds since the agent came into the state. */
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
      ...agentIdLong,
      activeTerminal: [303, 'string'],
      duration: [150, 'u32'],
      nextAgentState: [123, 'u16'],
      direction: [244, 'u32'],
      maxBeyondTaskLimit: [266, 'u32'],
      ...labExtensions,
    },
    lists: { skillGroups },
  },
  QUERY_AGENT_STATE_REQ: {
    id: 36,
    fixed: { ...invoke, peripheralId: 'u32', mrdId: 'u32', icmAgentId: 'u32' },
    floating: { ...agentKeys, ...agentIdLong },
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
    floating: { ...agentKeys, ...agentIdLong, maxBeyondTaskLimit: [266, 'u32'], ...labExtensions },
    lists: { skillGroups },
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
      ...agentIdLong,
      activeTerminal: [303, 'string'],
      agentPassword: [49, 'string'],
      positionId: [68, 'string'],
      supervisorId: [69, 'string'],
      ssoEnabled: [257, 'u16'],
    },
    lists: { skillGroups: { skillGroupNumber: [62, 'u32'], skillGroupPriority: [64, 'u16'] } },
  },
  SET_AGENT_STATE_CONF: { id: 39, fixed: invoke },
} as const satisfies Record<string, MessageSchema>;

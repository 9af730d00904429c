import { invoke, type MessageSchema } from './layout.js';

/**
 * Supervisor Service: agent teams (layouts of protocol versions 9, 14 and 15, which agree; DepartmentID and the team's name
 * after the list of changes in version 24 and the tag table of version 25).
 */
export const teamMessages = {
  AGENT_TEAM_CONFIG_EVENT: {
    id: 128,
    fixed: {
      peripheralId: 'u32',
      teamId: 'u32',
      /** How many agents follow, 64 at most. */
      numberOfAgents: 'u16',
      /** 0 all of the team, 1 agents added, 2 agents removed. */
      configOperation: 'u16',
      departmentId: 'u32@19',
    },
    floating: { agentTeamName: [243, 'string'] },
    lists: {
      agents: {
        agentId: [86, 'string'],
        agentFlags: [87, 'u16'],
        agentState: [88, 'u16'],
        /** Seconds. */
        stateDuration: [89, 'u32'],
      },
    },
  },
  /** `supervisorId` is the supervisor's skill target id. */
  LIST_AGENT_TEAM_REQ: { id: 133, fixed: { ...invoke, supervisorId: 'u32' } },
  LIST_AGENT_TEAM_CONF: {
    id: 134,
    fixed: { ...invoke, numberOfAgentTeams: 'u16', segmentNumber: 'u16', more: 'u16' },
    lists: { teams: { teamId: [92, 'u32'] } },
  },
  MONITOR_AGENT_TEAM_START_REQ: { id: 135, fixed: { ...invoke, teamId: 'u32' } },
  MONITOR_AGENT_TEAM_START_CONF: { id: 136, fixed: { ...invoke, monitorId: 'u32' } },
  MONITOR_AGENT_TEAM_STOP_REQ: { id: 137, fixed: { ...invoke, monitorId: 'u32' } },
  MONITOR_AGENT_TEAM_STOP_CONF: { id: 138, fixed: invoke },
} as const satisfies Record<string, MessageSchema>;

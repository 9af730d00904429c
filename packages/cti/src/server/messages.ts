import type { MessageOf } from '../schema.js';
import { agentStateValue, none16, none32, peripheralTypes, systemEvents } from '../values.js';
import type { AgentModel, AgentRecord, DeploymentType, LabAgent } from './agent-model.js';
import { isSupervisor, type Teams } from './teams.js';

/** What the server says of itself in many messages. */
export interface Peripheral {
  readonly peripheralId: number;
  readonly deploymentType: DeploymentType;
}

/** Whole seconds since an instant in epoch ms. */
function secondsSince(at: number): number {
  return Math.max(0, Math.floor((Date.now() - at) / 1_000));
}

/** What AGENT_STATE_EVENT and QUERY_AGENT_STATE_CONF have in common. One media domain, voice, one task. */
function agentFields(agent: LabAgent, record: AgentRecord) {
  return {
    agentState: agentStateValue(record.state),
    mrdId: 1,
    numTasks: record.after === undefined ? 0 : 1,
    agentMode: 1,
    maxTaskLimit: 1,
    icmAgentId: agent.skillTargetId,
    agentAvailabilityStatus: record.state === 'AVAILABLE' ? 1 : 0,
    agentId: agent.id,
    agentExtension: record.extension,
    agentInstrument: record.extension,
    stateChangedAt: record.changedAt,
    stateReasonCode: record.reasonCode,
  };
}

/** @param monitorId of the team monitor that it is sent for, 0 for an ALL_EVENTS client */
export function agentStateEvent(
  { peripheralId, deploymentType }: Peripheral,
  agent: LabAgent,
  record: AgentRecord,
  monitorId: number,
): MessageOf<'AGENT_STATE_EVENT'> {
  return {
    type: 'AGENT_STATE_EVENT',
    monitorId,
    peripheralId,
    sessionId: 0,
    peripheralType: peripheralTypes[deploymentType],
    skillGroupState: agentStateValue(record.state),
    stateDuration: secondsSince(record.changedAt),
    skillGroupNumber: none32,
    skillGroupId: none32,
    skillGroupPriority: 0,
    eventReasonCode: record.reasonCode,
    numFltSkillGroups: 0,
    nextAgentState: record.after?.asked === true ? agentStateValue(record.after.state) : undefined,
    ...agentFields(agent, record),
  };
}

export function agentStateAnswer(
  invokeId: number,
  agent: LabAgent,
  record: AgentRecord,
): MessageOf<'QUERY_AGENT_STATE_CONF'> {
  return { type: 'QUERY_AGENT_STATE_CONF', invokeId, numSkillGroups: 0, ...agentFields(agent, record) };
}

/** @param granted the services that the session has */
export function openAnswer(
  { peripheralId, deploymentType }: Peripheral,
  invokeId: number,
  granted: number,
): MessageOf<'OPEN_CONF'> {
  return {
    type: 'OPEN_CONF',
    invokeId,
    servicesGranted: granted,
    monitorId: 0,
    pgStatus: 0,
    icmCentralControllerTime: Math.floor(Date.now() / 1_000),
    peripheralOnline: 1,
    peripheralType: peripheralTypes[deploymentType],
    agentState: agentStateValue('UNKNOWN'),
    sessionType: 1,
    numPeripherals: 1,
    peripherals: [{ peripheralId, multilineAgentControl: 1 }],
  };
}

export function peripheralOnline({ peripheralId }: Peripheral): MessageOf<'SYSTEM_EVENT'> {
  return {
    type: 'SYSTEM_EVENT',
    pgStatus: 0,
    icmCentralControllerTime: Math.floor(Date.now() / 1_000),
    systemEventId: systemEvents.peripheralOnline,
    systemEventArg1: peripheralId,
    systemEventArg2: 0,
    systemEventArg3: 0,
    eventDeviceType: none16,
  };
}

/** One message names at most so many agents or teams (Supervisor Service). */
const perMessage = 64;
/** AgentFlags. */
const primarySupervisor = 0x0001;

/** A whole team with its agents' states, in as many messages as it takes. */
export function teamEvents(
  { peripheralId }: Peripheral,
  team: number,
  teams: Teams,
  model: AgentModel,
): MessageOf<'AGENT_TEAM_CONFIG_EVENT'>[] {
  return chunks(teams.members(team) ?? []).map((members) => ({
    type: 'AGENT_TEAM_CONFIG_EVENT',
    peripheralId,
    teamId: team,
    numberOfAgents: members.length,
    configOperation: 0,
    agentTeamName: teams.nameOf(team),
    agents: members.map((agent) => {
      const record = model.record(agent.id);
      return {
        agentId: agent.id,
        agentFlags: isSupervisor(agent) ? primarySupervisor : 0,
        agentState: agentStateValue(record?.state ?? 'UNKNOWN'),
        stateDuration: record === undefined ? 0 : secondsSince(record.changedAt),
      };
    }),
  }));
}

/** The teams of a supervisor; `more` tells whether another message follows. */
export function teamList(invokeId: number, teams: readonly number[]): MessageOf<'LIST_AGENT_TEAM_CONF'>[] {
  const parts = chunks(teams);
  return (parts.length === 0 ? [[]] : parts).map((part, index) => ({
    type: 'LIST_AGENT_TEAM_CONF',
    invokeId,
    numberOfAgentTeams: part.length,
    segmentNumber: index + 1,
    more: index + 1 < parts.length ? 1 : 0,
    teams: part.map((teamId) => ({ teamId })),
  }));
}

function chunks<T>(all: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < all.length; at += perMessage) parts.push(all.slice(at, at + perMessage));
  return parts;
}

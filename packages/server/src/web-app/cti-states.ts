/** Agent states of CTI in the words of the REST API. */
import { type AgentStateName, agentStateName, type CtiMessage } from '@finesse-ha/cti';
import type { AgentState, AgentStatus } from './agents.js';

/** The last instant that a Date holds (ECMA-262, time values); a CTI server may send any number. */
const LAST_INSTANT = 8.64e15;

/** The two messages that tell of an agent's state. */
export type AgentStateMessage = Extract<CtiMessage, { type: 'AGENT_STATE_EVENT' | 'QUERY_AGENT_STATE_CONF' }>;

/** GED-188 AgentState to Finesse; the states of non-voice tasks have no counterpart. */
const STATES: Readonly<Record<AgentStateName, AgentState>> = {
  // A sign-in lands in Not Ready (dev guide 12.5 p.29).
  LOGIN: 'NOT_READY',
  LOGOUT: 'LOGOUT',
  NOT_READY: 'NOT_READY',
  AVAILABLE: 'READY',
  TALKING: 'TALKING',
  WORK_NOT_READY: 'WORK',
  WORK_READY: 'WORK_READY',
  BUSY_OTHER: 'UNKNOWN',
  RESERVED: 'RESERVED',
  UNKNOWN: 'UNKNOWN',
  HOLD: 'HOLD',
  ACTIVE: 'UNKNOWN',
  PAUSED: 'UNKNOWN',
  INTERRUPTED: 'UNKNOWN',
  NOT_ACTIVE: 'UNKNOWN',
};

/**
 * What the message tells of the agent.
 * @param known what was known so far: a message of a real CTI server leaves much out, and while the state is the same, that
 *   still holds
 * @param now epoch ms
 */
export function agentStatusFrom(message: AgentStateMessage, known: AgentStatus, now: number): AgentStatus {
  const state = STATES[agentStateName(message.agentState)];
  const same = state === known.state;
  return {
    state,
    pendingState: pendingStateIn(message),
    extension: state === 'LOGOUT' ? '' : (message.agentExtension ?? known.extension),
    reasonCode: reasonCodeIn(message) ?? (same ? known.reasonCode : undefined),
    changedAt: changedAtIn(message, now) ?? (same ? known.changedAt : undefined),
  };
}

/** Told with the event of the change only: after a gap it is not known any more (admin guide 15.0, failover). */
function pendingStateIn(message: AgentStateMessage): AgentState | undefined {
  if (message.type !== 'AGENT_STATE_EVENT' || message.nextAgentState === undefined) return undefined;
  const state = STATES[agentStateName(message.nextAgentState)];
  return state === 'UNKNOWN' ? undefined : state;
}

function reasonCodeIn(message: AgentStateMessage): number | undefined {
  // An event always has the field; the answer to a query has it only from the lab's own server.
  return message.type === 'AGENT_STATE_EVENT' ? message.eventReasonCode : message.stateReasonCode;
}

function changedAtIn(message: AgentStateMessage, now: number): number | undefined {
  const { stateChangedAt } = message;
  if (stateChangedAt !== undefined && stateChangedAt <= LAST_INSTANT) return stateChangedAt;
  return message.type === 'AGENT_STATE_EVENT' ? now - message.stateDuration * 1_000 : undefined;
}

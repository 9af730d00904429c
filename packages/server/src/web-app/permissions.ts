/**
 * Who may see and act on whom: oneself, and a supervisor the members of the team and an administrator everyone (dev guide
 * 12.5 p.29, p.144).
 */
import type { FastifyRequest } from 'fastify';
import type { Agent, Agents } from './agents.js';
import { type Caller, isAdministrator } from './auth.js';
import { otherUser, userNotFound } from './errors.js';
import { callerOf } from './rest-api.js';

/** True when the caller is a supervisor of the team. */
export function supervisesTeam(caller: Caller, teamId: string): boolean {
  return caller.roles.includes('Supervisor') && caller.teamId === teamId;
}

/** True when the caller is a supervisor of the agent's team. */
export function supervises(caller: Caller, agent: Agent): boolean {
  return supervisesTeam(caller, agent.who.teamId);
}

/**
 * The agent that a request is about which only the agent and administrators may make ("User, Get Reason Code List").
 * @throws ApiError 404 for a user who is not configured, 401 for one who is none of the caller's business
 */
export function ownOrAdministrators(request: FastifyRequest, agents: Agents): Agent {
  const caller = callerOf(request);
  const { id } = request.params as { id: string };
  const agent = agents.get(id);
  if (agent === undefined) throw userNotFound(id);
  if (id !== caller.id && !isAdministrator(caller)) throw otherUser(id);
  return agent;
}

/**
 * The agent that a request on `/User/:id` is about: the caller, for a supervisor anyone of the team, for an administrator anyone.
 * @throws ApiError 404 for a user who is not configured, 401 for one who is none of the caller's business
 */
export function subjectOf(request: FastifyRequest, agents: Agents): Agent {
  const caller = callerOf(request);
  const { id } = request.params as { id: string };
  const agent = agents.get(id);
  if (agent === undefined) throw userNotFound(id);
  if (id !== caller.id && !supervises(caller, agent) && !isAdministrator(caller)) throw otherUser(id);
  return agent;
}

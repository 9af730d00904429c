/** The User resources of the REST API (dev guide 12.5 p.29-54). */
import type { FastifyInstance } from 'fastify';
import type { Agent, AgentState, Agents } from './agents.js';
import { type Caller, isAdministrator } from './auth.js';
import type { NodeConfig } from './config.js';
import { invalidInput, invalidState, otherUser, tooBusy } from './errors.js';
import { subjectOf, supervises } from './permissions.js';
import { ReasonCodes } from './reason-codes.js';
import type { Representations } from './representations.js';
import { bodyOf } from './request-body.js';
import { callerOf, requestIdOf, resource, sendXml } from './rest-api.js';
import type { UserAction } from './user-actions.js';
import { parseUserRequest, type UserRequest } from './user-request.js';

/** What the User resources need of the rest of the web app. */
export interface UsersContext {
  readonly config: NodeConfig;
  readonly agents: Agents;
  readonly reasonCodes: ReasonCodes;
  readonly representations: Representations;
  /** Accepts an action; false when too many of that user wait. */
  submit(agentId: string, action: UserAction, requestId: string): boolean;
}

/** Adds the resources. */
export function addUserResources(api: FastifyInstance, context: UsersContext): void {
  const { agents, representations } = context;

  resource(api, '/finesse/api/User', {
    GET: (request, reply) => sendXml(reply, representations.users(visibleTo(context, callerOf(request)))),
  });

  resource(api, '/finesse/api/User/:id', {
    GET: (request, reply) => sendXml(reply, representations.user(subjectOf(request, agents))),
    PUT: (request, reply) => {
      const agent = subjectOf(request, agents);
      const body = parseUserRequest(bodyOf(request));
      const action = toAction(context, callerOf(request), agent, body);
      if (!context.submit(agent.who.id, action, requestIdOf(request))) {
        throw tooBusy(context.config.retryAfterSeconds);
      }
      // Accepted; what came of it is told by a notification.
      return reply.code(202).send();
    },
  });
}

/** Everybody for an administrator (User, Get List); here a supervisor has the team's. */
function visibleTo({ agents }: UsersContext, caller: Caller): Agent[] {
  if (isAdministrator(caller)) return agents.all();
  if (!caller.roles.includes('Supervisor')) throw otherUser(caller.id);
  return agents.all().filter((agent) => supervises(caller, agent));
}

function toAction(context: UsersContext, caller: Caller, agent: Agent, body: UserRequest): UserAction {
  const own = caller.id === agent.who.id;
  if (body.state === 'LOGIN') {
    // Nobody signs in for another: the agent's presence would be missing at once.
    if (!own) throw otherUser(agent.who.id);
    return { kind: 'login', extension: body.extension, password: agent.who.password };
  }
  if (isAdministrator(caller)) throw otherUser(agent.who.id);
  if (!own) requireSupervisable(agent, body);
  const forced = !own && body.state === 'LOGOUT';
  return { kind: 'change', state: body.state, reasonCode: reasonCodeOf(context, own, agent, body), forced };
}

/** What a supervisor may ask for others, and from which states ("User, Change Agent State", dev guide 12.5 p.47). */
function requireSupervisable(
  { status }: Agent,
  { state, reasonCodeId }: Exclude<UserRequest, { state: 'LOGIN' }>,
) {
  if (state === 'NOT_READY' && reasonCodeId !== undefined) {
    throw invalidInput('reasonCodeId', 'A supervisor who makes an agent Not Ready gives no reason code');
  }
  const from: readonly AgentState[] = ['READY', 'WORK', 'WORK_READY'];
  const impossible =
    state === 'NOT_READY' ? !from.includes(status.state) : state === 'LOGOUT' && status.state === 'LOGOUT';
  if (impossible) throw invalidState(400, 'state', `The agent is in ${status.state}`);
}

function reasonCodeOf(
  context: UsersContext,
  own: boolean,
  { who }: Agent,
  body: UserRequest,
): number | undefined {
  if (body.state === 'LOGIN' || body.state === 'READY') return undefined;
  if (body.reasonCodeId === undefined) {
    return own ? undefined : ReasonCodes.forSupervisor(context.config.deploymentType);
  }
  const code = context.reasonCodes.byId(body.reasonCodeId, body.state, who.teamId);
  if (code === undefined) {
    throw invalidInput('reasonCodeId', `There is no ${body.state} reason code ${body.reasonCodeId}`);
  }
  return code.code;
}

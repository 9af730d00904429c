/** The User resources of the REST API (dev guide 12.5 p.29-54). */
import type { FastifyInstance } from 'fastify';
import type { Agent, Agents } from './agents.js';
import type { ConfiguredAgent, NodeConfig } from './config.js';
import { invalidInput, otherUser, parameterMissing, tooBusy } from './errors.js';
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
  const { agents, reasonCodes, representations } = context;

  resource(api, '/finesse/api/User', {
    GET: (request, reply) => sendXml(reply, representations.users(teamOf(context, callerOf(request)))),
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

  resource(api, '/finesse/api/User/:id/ReasonCodes', {
    GET: (request, reply) => {
      subjectOf(request, agents);
      const { category } = request.query as { category?: unknown };
      if (category === undefined) throw parameterMissing('category');
      if (category !== 'NOT_READY' && category !== 'LOGOUT') {
        throw invalidInput('category', 'The category is NOT_READY or LOGOUT');
      }
      return sendXml(reply, representations.reasonCodes(category, reasonCodes.list(category)));
    },
  });
}

function teamOf(context: UsersContext, caller: ConfiguredAgent): Agent[] {
  if (!caller.roles.includes('Supervisor')) throw otherUser(caller.id);
  return context.agents.all().filter((agent) => supervises(caller, agent));
}

function toAction(
  context: UsersContext,
  caller: ConfiguredAgent,
  agent: Agent,
  body: UserRequest,
): UserAction {
  const own = caller.id === agent.who.id;
  if (body.state === 'LOGIN') {
    // Nobody signs in for another: the agent's presence would be missing at once.
    if (!own) throw otherUser(agent.who.id);
    return { kind: 'login', extension: body.extension, password: agent.who.password };
  }
  return { kind: 'change', state: body.state, reasonCode: reasonCodeOf(context, own, body), forced: false };
}

function reasonCodeOf(context: UsersContext, own: boolean, body: UserRequest): number | undefined {
  if (body.state === 'LOGIN' || body.state === 'READY') return undefined;
  if (body.reasonCodeId === undefined) {
    return own ? undefined : ReasonCodes.forSupervisor(context.config.deploymentType);
  }
  const code = context.reasonCodes.byId(body.reasonCodeId, body.state);
  if (code === undefined) {
    throw invalidInput('reasonCodeId', `There is no ${body.state} reason code ${body.reasonCodeId}`);
  }
  return code.code;
}

/** The TeamMessage resources (dev guide 12.5 p.200-204), and those under which the nodes keep their messages equal. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../auth.js';
import type { NodeConfig } from '../config.js';
import {
  badRequest,
  invalidInput,
  invalidSupervisor,
  notFound,
  otherUser,
  parameterMissing,
  tooManyMessages,
} from '../errors.js';
import { supervisesTeam } from '../permissions.js';
import { bodyOf } from '../request-body.js';
import { callerOf, resource, sendXml } from '../rest-api.js';
import { type MessageBoard, PEER_MESSAGES_PATH } from './message-board.js';
import {
  formatTeamMessages,
  parseTeamMessageRequest,
  teamMessageElement,
  teamMessageUri,
} from './team-message-view.js';
import { type TeamMessage, teamMessageSchema } from './team-messages.js';

/** What the TeamMessage resources need of the rest of the web app. */
export interface TeamMessagesContext {
  readonly config: NodeConfig;
  readonly messageBoard: MessageBoard;
}

/** Done here, but the peer did not take it (dev guide 12.5 p.202). */
const PARTIALLY_SUCCEEDED = 207;

/** Adds the resources. */
export function addTeamMessageResources(api: FastifyInstance, context: TeamMessagesContext): void {
  const { config, messageBoard: board } = context;

  resource(api, '/finesse/api/TeamMessage', {
    POST: async (request, reply) => {
      const message = newMessage(context, callerOf(request), bodyOf(request));
      const everywhere = await board.create(message);
      const document = teamMessageElement(message).toString();
      return sendXml(reply, document, everywhere ? 200 : PARTIALLY_SUCCEEDED);
    },
  });

  resource(api, '/finesse/api/TeamMessage/:id', {
    GET: (request, reply) => {
      const message = messageIn(request, board);
      const caller = callerOf(request);
      if (!message.teams.some((team) => belongs(caller, team))) throw otherUser(caller.id);
      return sendXml(reply, teamMessageElement(message).toString());
    },
    DELETE: async (request, reply) => {
      const message = messageIn(request, board);
      const caller = callerOf(request);
      if (message.createdBy.id !== caller.id) throw otherUser(caller.id);
      return reply.code((await board.withdraw(message.id)) ? 200 : PARTIALLY_SUCCEEDED).send();
    },
  });

  resource(api, '/finesse/api/TeamMessages', {
    GET: (request, reply) => {
      const caller = callerOf(request);
      const { createdBy } = request.query as { createdBy?: unknown };
      if (typeof createdBy !== 'string') throw parameterMissing('createdBy');
      if (createdBy !== caller.id) throw otherUser(createdBy);
      return sendXml(reply, formatTeamMessages(board.messages.createdBy(caller.id)));
    },
  });

  resource(api, '/finesse/api/Team/:id/TeamMessages', {
    GET: (request, reply) => {
      const { id } = request.params as { id: string };
      const caller = callerOf(request);
      if (!config.teams.some((team) => team.id === id)) throw notFound(`/finesse/api/Team/${id}`);
      if (!belongs(caller, id)) throw otherUser(caller.id);
      return sendXml(reply, formatTeamMessages(board.messages.ofTeam(id)));
    },
  });

  addPeerResources(api, board);
}

function addPeerResources(api: FastifyInstance, board: MessageBoard): void {
  const messages = {
    GET: () => board.messages.active(),
    POST: (request: FastifyRequest) => {
      board.post(readMessage(bodyOf(request)));
      return '';
    },
  };
  resource(api, PEER_MESSAGES_PATH, messages, 'peer');
  const message = {
    DELETE: (request: FastifyRequest) => {
      board.remove((request.params as { id: string }).id);
      return '';
    },
  };
  resource(api, `${PEER_MESSAGES_PATH}/:id`, message, 'peer');
}

function newMessage({ config, messageBoard }: TeamMessagesContext, caller: Caller, body: string) {
  if (!caller.roles.includes('Supervisor')) throw invalidSupervisor(caller.id);
  const { content, durationSeconds, teams } = parseTeamMessageRequest(body);
  for (const id of teams) {
    if (!config.teams.some((team) => team.id === id)) throw invalidInput('team', `There is no team ${id}`);
    if (!supervisesTeam(caller, id)) throw invalidSupervisor(caller.id);
  }
  if (messageBoard.messages.isFull(teams)) throw tooManyMessages();
  const { id, firstName, lastName } = caller;
  return {
    id: randomUUID(),
    createdBy: { id, firstName, lastName },
    createdAt: Math.floor(Date.now() / 1_000),
    durationSeconds,
    content,
    teams: [...teams],
  };
}

function messageIn(request: FastifyRequest, board: MessageBoard): TeamMessage {
  const { id } = request.params as { id: string };
  const message = board.messages.get(id);
  if (message === undefined) throw notFound(teamMessageUri(id));
  return message;
}

function belongs(caller: Caller, teamId: string): boolean {
  return caller.teamId === teamId || supervisesTeam(caller, teamId);
}

/** @throws ApiError 400 */
function readMessage(text: string): TeamMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest('The message is no JSON');
  }
  const result = teamMessageSchema.safeParse(value);
  if (!result.success) throw badRequest('The message has another shape than expected');
  return result.data;
}

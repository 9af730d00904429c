/** The Dialog resources of the REST API (dev guide 12.5 p.74-143). */

import type { TrackedCall } from '@finesse-ha/cti';
import { type Dialog, formatDialog, formatDialogs } from '@finesse-ha/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Agent, Agents } from '../agents.js';
import type { Caller } from '../auth.js';
import type { NodeConfig } from '../config.js';
import {
  dialogNotFound,
  invalidDestination,
  invalidInput,
  invalidState,
  invalidSupervisor,
  otherUser,
  tooBusy,
} from '../errors.js';
import { subjectOf, supervises } from '../permissions.js';
import { bodyOf } from '../request-body.js';
import { callerOf, requestIdOf, resource, sendXml } from '../rest-api.js';
import { isSilentMonitor, partyAt } from './allowed-actions.js';
import type { CallTask } from './call-tasks.js';
import {
  type DialogRequest,
  type NewDialogRequest,
  parseCallId,
  parseDialogRequest,
  parseNewDialog,
} from './dialog-request.js';

/** What the Dialog resources need of the rest of the web app. */
export interface DialogsContext {
  readonly config: NodeConfig;
  readonly agents: Agents;
  readonly dialogs: {
    /** The call with this id, while it goes on. */
    call(callId: number): TrackedCall | undefined;
    /** The agent's calls, oldest first. */
    callsOf(agentId: string): readonly TrackedCall[];
    /** The representation of a call. */
    dialogOf(call: TrackedCall): Dialog;
    /** Accepts a task; false when too many of that user wait. */
    submit(agentId: string, task: CallTask, requestId: string): boolean;
  };
}

/** Adds the resources. */
export function addDialogResources(api: FastifyInstance, context: DialogsContext): void {
  const { config, agents, dialogs } = context;
  const submit = (request: FastifyRequest, task: CallTask) => {
    if (!dialogs.submit(task.agentId, task, requestIdOf(request))) throw tooBusy(config.retryAfterSeconds);
  };

  resource(api, '/finesse/api/User/:id/Dialogs', {
    GET: (request, reply) => {
      const agent = subjectOf(request, agents);
      const list = dialogs.callsOf(agent.who.id).map((call) => dialogs.dialogOf(call));
      return sendXml(reply, formatDialogs({ dialogs: list }));
    },
    POST: (request, reply) => {
      const agent = ownUser(request, agents);
      const body = parseNewDialog(bodyOf(request), config.deploymentType);
      submit(request, newCallTask(context, agent, body));
      // Accepted; what came of it is told by a notification.
      return reply.code(202).send();
    },
  });

  resource(api, '/finesse/api/Dialog/:id', {
    GET: (request, reply) => {
      const call = callIn(request, context);
      if (!maySee(callerOf(request), call, agents)) throw otherUser(callerOf(request).id);
      return sendXml(reply, formatDialog(dialogs.dialogOf(call)));
    },
    PUT: (request, reply) => {
      const call = callIn(request, context);
      const body = parseDialogRequest(bodyOf(request), config.deploymentType);
      submit(request, callTask(callerOf(request), agents, call, body));
      return reply.code(202).send();
    },
  });
}

/** Calls are made by nobody but the user. */
function ownUser(request: FastifyRequest, agents: Agents): Agent {
  const agent = subjectOf(request, agents);
  if (agent.who.id !== callerOf(request).id) throw otherUser(agent.who.id);
  return agent;
}

function callIn(request: FastifyRequest, { dialogs }: DialogsContext): TrackedCall {
  const { id } = request.params as { id: string };
  const callId = parseCallId(id);
  const call = callId === undefined ? undefined : dialogs.call(callId);
  if (call === undefined) throw dialogNotFound(id);
  return call;
}

/** The participants, and a supervisor of one of them. */
function maySee(caller: Caller, call: TrackedCall, agents: Agents): boolean {
  return call.parties.some(({ extension }) => {
    const agent = agents.at(extension);
    return agent !== undefined && (agent.who.id === caller.id || supervises(caller, agent));
  });
}

function newCallTask(context: DialogsContext, agent: Agent, body: NewDialogRequest): CallTask {
  const { agents, dialogs } = context;
  const { who, status } = agent;
  if (body.from !== status.extension) {
    throw invalidInput('fromAddress', `${who.id} is not signed in at ${body.from}`);
  }
  const task = { ...body, agentId: who.id, extension: status.extension };
  if (body.action === 'MAKE_CALL') return task;
  if (!who.roles.includes('Supervisor')) throw invalidSupervisor(who.id);
  const supervised = agents.at(body.to);
  if (supervised === undefined) throw invalidInput('toAddress', `No agent is signed in at ${body.to}`);
  if (!supervises(who, supervised)) throw invalidSupervisor(who.id);
  if (body.action === 'BARGE_CALL') {
    const monitored = dialogs.call(body.callId);
    if (monitored === undefined) throw dialogNotFound(String(body.callId));
    const own = isSilentMonitor(monitored) && monitored.fromAddress === status.extension;
    if (!own) throw invalidInput('associatedDialogUri', 'It is not a silent monitor call of the supervisor');
    if (supervised.status.state === 'HOLD') throw invalidDestination(body.to, 'The agent holds the call');
  } else if (status.state === 'TALKING' || status.state === 'HOLD') {
    throw invalidState(400, 'fromAddress', 'The supervisor is in a call');
  }
  return task;
}

/** Who acts must take part, and for nobody else (dev guide 12.5 p.84); of another only a supervisor rids a conference (p.104). */
function callTask(caller: Caller, agents: Agents, call: TrackedCall, body: DialogRequest): CallTask {
  const extension = agents.get(caller.id)?.status.extension ?? '';
  const own = partyAt(call, extension);
  if (own === undefined) throw otherUser(caller.id);
  const task = { ...body, agentId: caller.id, extension, callId: call.callId };
  if (body.action === 'PARTICIPANT_DROP') {
    if (!caller.roles.includes('Supervisor')) throw invalidSupervisor(caller.id);
    if (partyAt(call, body.target) === undefined) {
      throw invalidDestination(body.target, 'It takes no part in the call');
    }
    return task;
  }
  if (body.target !== undefined && body.target !== extension) {
    if (partyAt(call, body.target) !== undefined) throw otherUser(caller.id);
    throw invalidInput('targetMediaAddress', `${body.target} takes no part in the call`);
  }
  if (body.action === 'SEND_DTMF' && own.state === 'HELD') {
    throw invalidState(401, 'targetMediaAddress', 'The participant holds the call');
  }
  return task;
}

/** What clients log on the server (ClientLog, dev guide 12.5 p.163-166). */
import type { FastifyInstance } from 'fastify';
import type { Agents } from './agents.js';
import { otherUser, parameterMissing, userNotFound } from './errors.js';
import { bodyOf, parseBody, textOf } from './request-body.js';
import { callerOf, resource } from './rest-api.js';

/** What the resource needs of the rest of the web app. */
export interface ClientLogContext {
  readonly agents: Agents;
  /** Writes what a client said into the node's own log. */
  logOfClient(agentId: string, text: string): void;
}

/** Adds the resource. How long a log may be is the node's limit for bodies. */
export function addClientLogResource(api: FastifyInstance, { agents, logOfClient }: ClientLogContext): void {
  resource(api, '/finesse/api/User/:id/ClientLog', {
    POST: (request, reply) => {
      const { id } = request.params as { id: string };
      if (agents.get(id) === undefined) throw userNotFound(id);
      if (callerOf(request).id !== id) throw otherUser(id);
      const text = textOf(parseBody(bodyOf(request), 'ClientLog'), 'logData');
      if (text === undefined) throw parameterMissing('logData');
      logOfClient(id, text);
      return reply.code(202).send();
    },
  });
}

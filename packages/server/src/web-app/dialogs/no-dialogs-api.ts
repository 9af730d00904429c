/** The list of dialogs until CTI brings calls: always empty. */
import type { FastifyInstance } from 'fastify';
import type { Agents } from '../agents.js';
import { subjectOf } from '../permissions.js';
import type { Representations } from '../representations.js';
import { resource, sendXml } from '../rest-api.js';

/** What the Dialog resources need of the rest of the web app. */
export interface NoDialogsContext {
  readonly agents: Agents;
  readonly representations: Representations;
}

/** Adds the resources. */
export function addNoDialogs(api: FastifyInstance, context: NoDialogsContext): void {
  const { agents, representations } = context;

  resource(api, '/finesse/api/User/:id/Dialogs', {
    GET: (request, reply) => {
      subjectOf(request, agents);
      return sendXml(reply, representations.dialogs());
    },
  });
}

/** The Queue resources (dev guide 12.5 p.144-149), of Unified CCE only. */
import type { FastifyInstance } from 'fastify';
import type { Agents } from '../agents.js';
import type { NodeConfig } from '../config.js';
import { notFound, notImplemented, userNotFound } from '../errors.js';
import { supervises } from '../permissions.js';
import { resource, sendXml } from '../rest-api.js';
import { formatQueues, queueElement, queueUri } from './queue-view.js';
import type { Queues } from './queues.js';

/** What the Queue resources need of the rest of the web app. */
export interface QueuesContext {
  readonly config: NodeConfig;
  readonly agents: Agents;
  readonly queues: Queues;
}

/** Adds the resources. */
export function addQueueResources(api: FastifyInstance, context: QueuesContext): void {
  const { config, agents, queues } = context;
  const requireUcce = () => {
    if (config.deploymentType === 'UCCX') throw notImplemented('Queue');
  };

  // Any user may look at any queue (queue—get-queue).
  resource(api, '/finesse/api/Queue/:id', {
    GET: (request, reply) => {
      requireUcce();
      const { id } = request.params as { id: string };
      const queue = queues.get(id);
      if (queue === undefined) throw notFound(queueUri(id));
      return sendXml(reply, queueElement(queue).toString());
    },
  });

  // All users may ask for any user's (queue—get-list-of-queues-for-user); a supervisor has those of the team.
  resource(api, '/finesse/api/User/:id/Queues', {
    GET: (request, reply) => {
      requireUcce();
      const { id } = request.params as { id: string };
      const agent = agents.get(id);
      if (agent === undefined) throw userNotFound(id);
      const team = agents.all().filter((one) => one === agent || supervises(agent.who, one));
      const skillTargetIds = new Set(team.map(({ who }) => who.skillTargetId));
      return sendXml(reply, formatQueues(queues.assignedTo(skillTargetIds)));
    },
  });
}

/** The serviceability resources, for administrators (ConnectedUsersInfo, Finesse MaintenanceMode; 12.6 and later). */
import type { FastifyInstance } from 'fastify';
import { isAdministrator } from '../auth.js';
import type { NodeConfig } from '../config.js';
import { alternateMissing, forbidden, inProgress, notFound } from '../errors.js';
import { callerOf, resource, sendXml } from '../rest-api.js';
import { type ConnectedUsers, connectedUsersInfo } from './connected-users.js';
import type { Maintenance } from './maintenance.js';

/** What these resources need of the rest of the web app. */
export interface ServiceabilityContext {
  readonly config: NodeConfig;
  readonly connectedUsers: ConnectedUsers;
  readonly maintenance: Maintenance;
  /** True when the other node serves and has its CTI server. */
  alternateServes(): Promise<boolean>;
}

const MAINTENANCE = '/finesse/api/FinesseMaintenanceMode';

/** Adds the resources. */
export function addServiceabilityResources(api: FastifyInstance, context: ServiceabilityContext): void {
  const { config, connectedUsers, maintenance } = context;
  const names = new Map(config.teams.map(({ id, name }) => [id, name]));

  resource(api, '/finesse/api/ConnectedUsersInfo', {
    GET: (request, reply) => {
      const caller = callerOf(request);
      if (!isAdministrator(caller)) throw forbidden(caller.id);
      const { userDetails } = request.query as { userDetails?: unknown };
      const teamName = (id: string) => names.get(id) ?? '';
      const document = connectedUsersInfo(
        connectedUsers,
        config.domain,
        Date.now(),
        userDetails === 'true' ? teamName : undefined,
      );
      return sendXml(reply, document);
    },
  });

  // Out of service by maintenance, the node still answers for it.
  const handlers = {
    GET: (_request: unknown, reply: Parameters<typeof sendXml>[0]) => sendXml(reply, maintenance.document()),
    POST: async (_request: unknown, reply: Parameters<typeof sendXml>[0]) => {
      if (!(await context.alternateServes())) throw alternateMissing();
      if (!maintenance.start()) throw inProgress();
      return sendXml(reply, maintenance.document(), 202);
    },
    DELETE: (_request: unknown, reply: Parameters<typeof sendXml>[0]) => {
      if (!maintenance.end()) throw notFound(MAINTENANCE);
      return reply.code(200).send();
    },
  };
  resource(api, MAINTENANCE, handlers, 'administrators');
}

/** The Team resource that supervisors read (dev guide 12.5 p.144). */
import type { FastifyInstance } from 'fastify';
import type { Agents } from '../agents.js';
import type { NodeConfig } from '../config.js';
import { notFound, otherUser } from '../errors.js';
import { supervisesTeam } from '../permissions.js';
import type { Representations } from '../representations.js';
import { callerOf, resource, sendXml } from '../rest-api.js';

/** What the Team resources need of the rest of the web app. */
export interface TeamsContext {
  readonly config: NodeConfig;
  readonly agents: Agents;
  readonly representations: Representations;
}

/** Adds the resources. */
export function addTeamResources(api: FastifyInstance, context: TeamsContext): void {
  const { config, agents, representations } = context;

  resource(api, '/finesse/api/Team/:id', {
    GET: (request, reply) => {
      const caller = callerOf(request);
      const { id } = request.params as { id: string };
      const team = config.teams.find((one) => one.id === id);
      if (team === undefined) throw notFound(`/finesse/api/Team/${id}`);
      if (!supervisesTeam(caller, id)) throw otherUser(caller.id);
      const members = agents.all().filter((agent) => agent.who.teamId === id);
      return sendXml(reply, representations.team(team, members));
    },
  });
}

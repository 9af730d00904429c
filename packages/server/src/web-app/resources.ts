/** All resources of the REST API that users reach. Each module adds its own; this is the one place that lists them. */
import type { FastifyInstance } from 'fastify';
import { addConfigurationResources } from './admin/config-api.js';
import { addPhoneBookResources } from './admin/phone-books-api.js';
import { type AdminContext, addReasonResources } from './admin/reasons-api.js';
import { addClientLogResource, type ClientLogContext } from './client-log-api.js';
import { addDialogResources, type DialogsContext } from './dialogs/dialogs-api.js';
import { addQueueResources, type QueuesContext } from './queues/queues-api.js';
import {
  addServiceabilityResources,
  type ServiceabilityContext,
} from './serviceability/serviceability-api.js';
import { addTeamMessageResources, type TeamMessagesContext } from './teams/team-messages-api.js';
import { addTeamResources, type TeamsContext } from './teams/teams-api.js';
import { addUserResources, type UsersContext } from './users-api.js';

/** What the modules need of the rest of the web app, together. */
export type ResourcesContext = UsersContext &
  AdminContext &
  ClientLogContext &
  ServiceabilityContext &
  TeamsContext &
  TeamMessagesContext &
  DialogsContext &
  QueuesContext;

const MODULES: readonly ((api: FastifyInstance, context: ResourcesContext) => void)[] = [
  addUserResources,
  addReasonResources,
  addPhoneBookResources,
  addConfigurationResources,
  addClientLogResource,
  addServiceabilityResources,
  addTeamResources,
  addTeamMessageResources,
  addDialogResources,
  addQueueResources,
];

/** Adds every module's resources. */
export function addResources(api: FastifyInstance, context: ResourcesContext): void {
  for (const add of MODULES) add(api, context);
}

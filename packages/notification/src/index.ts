export {
  NotificationConfigError,
  type NotificationLimits,
  type NotificationServiceConfig,
  parseNotificationConfig,
} from './config.js';
export type { Topology } from './external/provision.js';
export { type ExternalServerName, externalServers } from './external/server-kind.js';
export { NotificationLink, type NotificationLinkEvents, type NotificationLinkOptions } from './link.js';
export { requestIdIn } from './request-id.js';
export { NotificationService, type ServiceLog, type ServicePorts } from './service.js';

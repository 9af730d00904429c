export {
  NotificationConfigError,
  type NotificationLimits,
  type NotificationServiceConfig,
  parseNotificationConfig,
} from './config.js';
export { NotificationLink, type NotificationLinkEvents, type NotificationLinkOptions } from './link.js';
export { NotificationService, type ServicePorts } from './service.js';

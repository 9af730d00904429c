export type {
  Announcement,
  CertificateProblem,
  Decision,
  EndCause,
  Ended,
  Failure,
  NodeId,
  NodeView,
  Settings,
  Status,
  SystemInfoAnswer,
} from '@finesse-ha/failover';
export { createPlatform } from '#platform';
export { AgentClient } from './agent/agent-client.js';
export type {
  Contact,
  PhoneBook,
  Queue,
  QueueStatistics,
  Team,
  TeamUser,
  WrapUpReason,
} from './agent/types.js';
export type { ActionOptions, SignInOptions, StateOptions } from './agent.js';
export { FinesseClient } from './client.js';
export { Driver, type Observation } from './driver.js';
export {
  ActionError,
  type ActionErrorKind,
  type ActionOutcome,
  EndedError,
  OptionError,
  RestError,
} from './errors.js';
export { BacklogError } from './event-hub.js';
export type {
  ClientEvent,
  ClientEventOf,
  LoggedOutLate,
  NotificationItem,
  Origin,
  PictureChange,
  SubscribedNotification,
  SubscriptionRefused,
  UnknownInterval,
} from './events.js';
export { alternateOf } from './node-directory.js';
export {
  type BoshOptions,
  type ClientOptions,
  type Logger,
  type NotificationEndpointOptions,
  type NotificationOptions,
  nodeOrigin,
  type TcpOptions,
  type Transport,
  type WebSocketOptions,
} from './options.js';
export { IqError } from './pending-iqs.js';
export { TransportError, type TransportErrorKind } from './platform/transport-error.js';
export type {
  Connection,
  ConnectionHandlers,
  ConnectTarget,
  HttpRequest,
  HttpResponse,
  NetworkHint,
  Platform,
  TimerHandle,
} from './platform/types.js';
export { type ProbeOptions, type ProbeResult, probeSystemInfo } from './probe.js';
export { type CallOptions, FinesseRest, type UserChange } from './rest.js';
export {
  XmppConnection,
  type XmppConnectionHandlers,
  type XmppConnectionOptions,
  type XmppEndpoint,
} from './xmpp-connection.js';
export type { XmppLoss } from './xmpp-loss.js';

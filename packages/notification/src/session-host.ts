import type { SecureContext } from 'node:tls';
import type { Element } from '@finesse-ha/protocol';
import type { NotificationServiceConfig } from './config.js';
import type { Credentials } from './credentials.js';
import type { LoginQueue } from './login-queue.js';
import type { Session } from './session.js';

/** What a session needs of the service around it. */
export interface SessionHost {
  readonly config: NotificationServiceConfig;
  readonly credentials: Credentials;
  readonly logins: LoginQueue;
  readonly finesseUser: string;
  secureContext(): SecureContext;
  newId(): string;
  /** A login succeeded (`success`) or failed with a SASL condition. */
  loginEnded(how: string): void;
  authenticated(session: Session): void;
  /** The session has its full JID from here on; another one with the same ends. */
  bound(session: Session): void;
  stanza(session: Session, stanza: Element): void;
  closed(session: Session, wasBound: boolean, cause: string): void;
  log(message: string, fields: object): void;
}

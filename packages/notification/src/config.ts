import { readFileSync } from 'node:fs';
import { managementSchema } from '@finesse-ha/ops';
import { z } from 'zod';

const port = z.int().min(0).max(65_535);
const durationMs = z.number().positive();
const count = z.int().positive();

const silence = z.strictObject({
  /** Nothing received for so long: a ping is sent. */
  pingAfterMs: durationMs,
  /** Still nothing so long after the ping: the session is over and its presence unavailable. */
  timeoutMs: durationMs,
});

const limits = z.strictObject({
  /** Characters of one stanza. Finesse's largest, a list of dialogs, stays far below. */
  stanzaBytes: count.default(256 * 1024),
  stanzaDepth: count.default(64),
  /** Connections that have not authenticated, and how long each may take to. */
  unauthenticated: count.default(4_000),
  unauthenticatedMs: durationMs.default(30_000),
  /** How long a BOSH session lives without a request. */
  boshInactivityMs: durationMs.default(30_000),
  /** Logins that may wait at once, and how long one may have to; beyond either it is sent away with a time to come back. */
  waitingLogins: count.default(2_000),
  /** Well below the 10 s that clients wait: who is let in last has the login itself still before it. */
  loginWaitMs: durationMs.default(4_000),
  /** Logins in progress at once, from their first word to the bound resource; the others wait. */
  loginsAtOnce: count.default(64),
  /** When who is sent away may come back, at the least; at the most it is half a minute. */
  retryAfterSeconds: count.default(3),
  /** Wrong passwords on one connection. */
  loginAttempts: count.default(3),
  /** Wrong passwords of one user, and how long it is locked then (Finesse: 5, 5 minutes; dev guide 12.5 p.29). */
  lockoutAttempts: count.default(5),
  lockoutMs: durationMs.default(300_000),
  /** Stanzas per second of an agent, over ten seconds. */
  stanzasPerSecond: count.default(200),
  /** What a reader may leave unread for `slowReaderMs`, and what it may leave unread at all. */
  unreadBytes: count.default(512 * 1024),
  slowReaderMs: durationMs.default(10_000),
  unreadBytesAtOnce: count.default(8 * 1024 * 1024),
  /** Explicit subscriptions of one user. */
  subscriptions: count.default(500),
});

const schema = z.object({
  node: z.enum(['primary', 'secondary']),
  domain: z.string().min(1),
  host: z.string().min(1),
  ports: z.strictObject({ xmpp: port, xmppTls: port, webSocket: port }),
  webSocketTls: z.boolean().default(false),
  tls: z.strictObject({ certFile: z.string().min(1), keyFile: z.string().min(1) }),
  /** Refuse logins on a connection without TLS. */
  requireTls: z.boolean().default(false),
  mechanisms: z
    .array(z.enum(['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256']))
    .min(1)
    .default(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']),
  users: z.array(z.object({ id: z.string().min(1), password: z.string() })),
  finessePassword: z.string().min(1),
  limits: limits.prefault({}),
  /** Agents: a ping every 20 s is what Finesse's service expects of its clients, so silence for 20 s is worth a ping. */
  sessionSilence: silence.default({ pingAfterMs: 20_000, timeoutMs: 10_000 }),
  /** The `finesse` user, whose silence every agent waits to hear of: unavailable within 11 s. */
  finesseSilence: silence.default({ pingAfterMs: 5_000, timeoutMs: 5_000 }),
  /** Where health and metrics are asked for; nowhere when absent. */
  management: managementSchema.optional(),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Presence and subscriptions of agents get a line each. */
  logTraffic: z.boolean().default(false),
});

/** One node's notification service, as its configuration file describes it. */
export type NotificationServiceConfig = z.infer<typeof schema>;
/** What one client may do before it is stopped. */
export type NotificationLimits = NotificationServiceConfig['limits'];

/** A configuration that cannot be used; the message names the field. */
export class NotificationConfigError extends Error {
  readonly kind = 'config';
}

/** Checks a configuration and fills it up with the defaults. @throws {NotificationConfigError} */
export function parseNotificationConfig(value: unknown, where = 'configuration'): NotificationServiceConfig {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new NotificationConfigError(`${where}: ${issue?.path.join('.') || '(all)'}: ${issue?.message}`);
}

/** @throws {NotificationConfigError} */
export function loadNotificationConfig(file: string): NotificationServiceConfig {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new NotificationConfigError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseNotificationConfig(value, file);
}

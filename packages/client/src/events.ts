import type { Announcement, NodeId } from '@finesse-ha/failover';
import type { Dialog, SystemInfo, Update, User } from '@finesse-ha/protocol';

/** One item of a notification: the pubsub node it came from and what it said. */
export interface NotificationItem {
  node: string;
  itemId: string;
  update: Update;
}

/** Whether a change was notified as it happened or found by the fetch after a recovery. */
export type Origin = 'notification' | 'resync';

/**
 * A change of the picture. Applied in order, these always give what the server has: `user` and `systemInfo` replace the
 * whole, `dialogs` replaces the list (its membership changed), `dialog` replaces one member of it.
 */
export type PictureChange =
  | { type: 'update'; kind: 'user'; previous: User | null; current: User; origin: Origin }
  | {
      type: 'update';
      kind: 'dialogs';
      previous: readonly Dialog[];
      current: readonly Dialog[];
      origin: Origin;
    }
  | { type: 'update'; kind: 'dialog'; previous: Dialog; current: Dialog; origin: Origin }
  | { type: 'update'; kind: 'systemInfo'; previous: SystemInfo | null; current: SystemInfo; origin: Origin };

/**
 * What may have happened in this time and left no trace cannot be known: a call made and ended within it was never
 * notified (admin guide 15.0, CTI failover). Told once per recovery, before its differences. Epoch milliseconds.
 */
export interface UnknownInterval {
  type: 'unknown-interval';
  fromAt: number;
  toAt: number;
  node: NodeId;
  why: string;
}

/**
 * The node that was left logged the agent out although the agent was in service on another one (dev guide,
 * "desktop presence and forced logout"). With `repair` configured, `repairing` is followed by `repaired` or
 * `repair-failed`; otherwise `reported` is all.
 */
export interface LoggedOutLate {
  type: 'logged-out-late';
  outcome: 'reported' | 'repairing' | 'repaired' | 'repair-failed';
  /** The node that was left. */
  leftNode: NodeId;
  user: User;
  error: Error | null;
}

/** A notification of a node that the application subscribed to itself; passed on as it came. */
export interface SubscribedNotification extends NotificationItem {
  type: 'notification';
}

/** A recovery could not restore this subscription: the node that the client is on refused it. Tried again on the next one. */
export interface SubscriptionRefused {
  type: 'subscription-refused';
  node: string;
  /** The stanza error's condition, such as `forbidden` (RFC 6120 8.3.3). */
  condition: string;
}

/** Everything that the client tells, in one order. */
export type ClientEvent =
  | { type: 'availability'; announcement: Announcement }
  | PictureChange
  | UnknownInterval
  | LoggedOutLate
  | SubscribedNotification
  | SubscriptionRefused;

/** The event of one type. */
export type ClientEventOf<T extends ClientEvent['type']> = Extract<ClientEvent, { type: T }>;

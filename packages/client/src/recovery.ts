import type { Command } from '@finesse-ha/failover';
import type { SystemInfo } from '@finesse-ha/protocol';
import { RestError } from './errors.js';
import type { Link } from './links.js';
import type { RefusedSubscription } from './pubsub.js';
import { type FinesseRest, sentence } from './rest.js';
import type { Subscriptions } from './subscriptions.js';
import type { Fetched, Synchronizer } from './synchronizer.js';

type ResyncCommand = Extract<Command, { type: 'resync' }>;

/** What a recovery needs to know and to do it with. */
export interface RecoveryContext {
  link: Link;
  rest: FinesseRest;
  synchronizer: Synchronizer;
  subscriptions: Subscriptions;
  /** False for a monitor, which has no picture. */
  fetchPicture: boolean;
  systemInfo(): SystemInfo | null;
}

/** How a recovery went: everything needed for telling the application, or why it failed. */
export type Recovery =
  | { kind: 'fetched'; fetched: Fetched | null; refused: readonly RefusedSubscription[] }
  | { kind: 'denied'; detail: string }
  | { kind: 'failed'; detail: string; retryAfterMs: number | undefined };

/**
 * Subscribes first and fetches then, so that nothing falls between (dev guide, Finesse notifications). SystemInfo was
 * asked for on this connection before the core called for the recovery, so it is not asked for again.
 */
export async function recover(command: ResyncCommand, context: RecoveryContext): Promise<Recovery> {
  const { link, rest, synchronizer, subscriptions } = context;
  const { timeoutMs } = command;
  try {
    const refused = await subscriptions.restore(link, command.connection, timeoutMs);
    const fetched = context.fetchPicture
      ? await synchronizer.fetch(rest, {
          timeoutMs,
          signal: link.signal,
          systemInfo: context.systemInfo,
          caughtUp: () => link.xmpp.caughtUp(timeoutMs),
        })
      : null;
    return { kind: 'fetched', fetched, refused };
  } catch (error) {
    if (error instanceof RestError && error.status === 401) {
      return { kind: 'denied', detail: `REST refused the agent${sentence(error.apiErrors)}` };
    }
    return {
      kind: 'failed',
      detail: error instanceof Error ? error.message : String(error),
      retryAfterMs: error instanceof RestError ? error.retryAfterMs : undefined,
    };
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import type { Credentials } from './credentials.js';
import type { LoginQueue } from './login-queue.js';

/** How long to leave the processor to logins before looking again. */
const pauseMs = 200;

/**
 * Works out what SCRAM needs of every user, one after another, while nobody waits to log in: 0.65 ms each, which would
 * otherwise be due at the first login, and of all agents at once when the other node fails. Resolves when done or aborted.
 */
export async function prepareLogins(
  credentials: Credentials,
  mechanisms: readonly string[],
  queue: LoginQueue,
  signal: AbortSignal,
): Promise<void> {
  const hash = mechanisms.includes('SCRAM-SHA-256') ? 'SHA-256' : 'SHA-1';
  if (!mechanisms.includes(`SCRAM-${hash}`)) return;
  for (const user of credentials.users) {
    while (queue.length > 0 && !signal.aborted) {
      await wait(pauseMs, undefined, { ref: false, signal }).catch(() => undefined);
    }
    if (signal.aborted) return;
    await credentials.scram(user, hash);
  }
}

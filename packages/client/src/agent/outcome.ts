import type { FinesseClient } from '../client.js';
import { ActionError } from '../errors.js';
import type { ClientEvent } from '../events.js';

/** Finesse tells the outcome of a request within seconds, if at all (dev guide 12.5 p.22: best effort). */
const outcomeMs = 4_000;

/**
 * The outcome of a request on a call or on another agent: refused by a notification that carries its requestId, or done
 * as soon as something changes, or when nothing is said for so long.
 */
export function awaitOutcome(
  client: FinesseClient,
  requestId: string,
): { told: Promise<void>; cancel(): void } {
  let cancel = () => {};
  const told = new Promise<void>((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      stop();
      settle();
    };
    const timer = setTimeout(() => finish(resolve), outcomeMs);
    const stop = client.on('*', (event) => {
      const refusal = refusalOf(event, requestId);
      if (refusal !== null) finish(() => reject(refusal));
      else if (event.type === 'update' || isBoard(event)) finish(resolve);
    });
    cancel = () => finish(resolve);
  });
  return { told, cancel };
}

function refusalOf(event: ClientEvent, requestId: string): ActionError | null {
  if (event.type !== 'notification' || event.update.requestId !== requestId) return null;
  const { data } = event.update;
  if (data.kind !== 'apiErrors') return null;
  const facts = { requestId, outcome: 'not-applied' as const, apiErrors: data.errors };
  return new ActionError('refused', data.errors.errors[0]?.errorMessage ?? '', facts);
}

/** A notification of a queue or a team's member. */
function isBoard(event: ClientEvent): boolean {
  return event.type === 'notification' && /^\/finesse\/api\/(Queue|Team)\//.test(event.node);
}
